import { Activity } from 'lucide-react'
import { Link } from 'wouter'
import type { Schemas } from '../api/client'
import { useStats } from '../api/hooks'
import type { Filter } from '../history/useFilter'
import { useWords as useHistoryWords } from '../history/words'
import { Button, buttonLook } from '../ui/Button'
import { CopyField } from '../ui/Copy'
import { Empty } from '../ui/states'
import { fill } from '../words/phrase'
import { useWords } from './listWords'

/** WhyNone says why there is no run, and what to do. */
export function WhyNone({ filter, flows }: { filter: Filter; flows: Schemas['FlowItem'][] }) {
  const t = useWords()
  const h = useHistoryWords()
  const stats = useStats()
  const icon = <Activity size={22} strokeWidth={1.75} aria-hidden />
  const flow = flows.find((f) => f.id === filter.at('flow'))
  const counts = flow && stats.data?.flows[flow.id]
  const narrow = ['status', 'q', 'since', 'from', 'to', 'group'].some((n) => filter.params.has(n))
  if (narrow || (!flow && filter.filtered)) return <Empty icon={icon} title={t.noneHere} help={t.noneHereHelp}>{filter.at('status') === 'waiting' && <Button onClick={() => filter.set({ status: 'unknown' })}>{t.showUnsure}</Button>}<Button onClick={filter.clear}>{h.clear}</Button></Empty>
  if (!flow) return <Empty icon={icon} title={t.noRuns} help={t.noRunsHelp} />
  const open = <Link href={`/flows/${flow.id}`} className={buttonLook('primary')}>{t.openFlow}</Link>
  if (flow.state === 'off') return <Empty icon={icon} title={t.isOff} help={t.isOffHelp}>{open}</Empty>
  if (flow.state === 'new') return <Empty icon={icon} title={t.isNew} help={t.isNewHelp}>{open}</Empty>
  if (counts && counts.filtered > 0) return <Empty icon={icon} title={t.allFiltered} help={fill(t.allFilteredHelp, { n: counts.filtered })}><Link href={`/events?flow=${flow.id}`} className={buttonLook('primary')}>{t.showEvents}</Link></Empty>
  if (flow.state === 'paused') return <Empty icon={icon} title={t.isPaused} help={t.isPausedHelp}>{open}</Empty>
  return (
    <Empty icon={icon} title={t.noEvent} help={flow.url ? t.noEventHelp : t.noRunsHelp}>
      {flow.url && <CopyField text={flow.url} className="w-full max-w-md text-left" />}
      {open}
    </Empty>
  )
}
