import { useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { Cable, CalendarClock, Hourglass, type LucideIcon, Play, TriangleAlert, Workflow } from 'lucide-react'
import { Link } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { Badge, type Tone } from '../ui/Badge'
import { CopyField } from '../ui/Copy'
import { MenuButton } from '../ui/Menu'
import { Switch } from '../ui/Switch'
import { later, toast } from '../ui/Toast'
import { soon } from '../ui/soon'
import { useLang } from '../words'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import { Bars } from './Bars'
import { useWords } from './words'

export type Flow = Schemas['FlowItem']
export type Life = 'pause' | 'resume' | 'off'

/** isExample says that a flow came with the program; isFirst, that it is the one to begin with. */
export const isExample = (flow: Flow) => flow.tags.includes('example')
export const isFirst = (flow: Flow) => isExample(flow) && flow.tags.includes('start-here')

const FlowMenu = soon(() => import('./FlowMenu').then((m) => m.FlowMenu))

const tones: Record<Flow['state'], Tone> = { new: 'accent', on: 'ok', paused: 'wait', off: 'none' }

type RowProps = { flow: Flow; role: string; stats: Schemas['FlowStats'] | undefined; alerts?: Schemas['AlertView'][]; pick: (tag: string) => void }

const columns = 'lg:grid-cols-[2.5rem_minmax(0,1.4fr)_minmax(0,1fr)_120px_7rem_2.25rem] lg:gap-x-5'

/** RowHeads say what stands below each other where a row is one line; the bars are told in words to ears. */
export function RowHeads() {
  const t = useWords()
  return <p aria-hidden className={`hidden gap-x-3 border-b border-line px-4 py-1.5 text-meta text-text-3 lg:grid ${columns}`}><span className="col-start-4">{t.lastDay}</span><span>{t.lastOne}</span></p>
}

export function FlowRow({ flow, role, stats, alerts, pick }: RowProps) {
  const t = useWords()
  const name = flow.name || flow.id
  const open = (stats?.waiting ?? 0) + (stats?.pending ?? 0)
  const life = useLife(flow, open)
  const tags = isExample(flow) ? flow.tags.filter((tag) => tag !== 'example' && tag !== 'start-here') : flow.tags
  const word = { new: t.stateNew, on: '', paused: t.statePaused, off: t.stateOff }[flow.state]
  return (
    <li className={`row grid grid-cols-[2.5rem_minmax(0,1fr)_2.25rem] items-center gap-x-3 gap-y-2 px-4 py-3 ${columns}`}>
      {flow.state === 'new'
        ? <span data-tip={t.publishFirst}><Switch on={false} disabled label={t.publishFirst} set={() => undefined} /></span>
        : <span data-tip={role === 'viewer' ? t.editorsOnly : undefined}><Switch on={flow.state === 'on'} disabled={role === 'viewer'} busy={life.busy} label={fill(flow.state === 'on' ? t.switchOff : t.switchOn, { name })} set={(on) => life.turn(on ? 'resume' : 'off')} /></span>}
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link href={`/flows/${flow.id}`} className="row-link font-medium break-words hover:underline">{name}</Link>
          {isFirst(flow) && <Badge tone="accent">{t.startHere}</Badge>}
          {flow.state !== 'on' && <Badge tone={tones[flow.state]}>{word}</Badge>}
          <Troubles flow={flow} alerts={alerts} />
        </p>
        {flow.description && <p className="mt-1 line-clamp-2 text-secondary text-text-2">{flow.description}</p>}
        {tags.length > 0 && <p className="mt-1 flex flex-wrap gap-1">{tags.map((tag) => <button key={tag} type="button" onClick={() => pick(tag)} className="rounded-full bg-sunken px-2 py-0.5 text-meta text-text-2 hover:text-text pointer-coarse:py-1.5">{tag}</button>)}</p>}
      </div>
      <div className="order-last col-span-full min-w-0 lg:order-none lg:col-span-1"><Trigger flow={flow} /></div>
      <div className="col-span-2 col-start-2 row-start-3 flex flex-wrap items-center gap-x-4 gap-y-1 lg:contents">
        <span className="flex items-center gap-x-2 lg:contents"><Bars recent={stats?.recent} /><span aria-hidden className="text-meta text-text-3 lg:hidden">{t.lastDay}</span></span>
        <Last flow={flow.id} stats={stats} />
      </div>
      <div className="col-start-3 row-start-1 lg:col-start-auto lg:row-start-auto"><MenuButton label={fill(t.moreOf, { name })}>{(popup) => <FlowMenu {...popup} flow={flow} role={role} open={open} life={life.turn} />}</MenuButton></div>
    </li>
  )
}

function Troubles({ flow, alerts }: Pick<RowProps, 'flow' | 'alerts'>) {
  const t = useWords()
  const { ago } = useFormat()
  const errors = flow.problems.filter((p) => p.severity === 'error').length
  const lack = flow.published_rev > 0 && flow.problems.find((p) => p.code === 'no_connection_yet')
  const now = (kind: string) => alerts?.find((a) => a.flow === flow.id && a.kind === kind)
  const drift = now('drift')
  return (
    <>
      {now('failure') && <Link href={`/runs?flow=${flow.id}&status=failed`} className="finger"><Badge tone="fail"><TriangleAlert size={12} aria-hidden />{t.failing}</Badge></Link>}
      {drift && <Badge tone="warn" tip={drift.message}>{t.vanished}</Badge>}
      {flow.refused && <Link href={`/runs?flow=${flow.id}&status=waiting`} className="finger"><Badge tone="warn"><TriangleAlert size={12} aria-hidden />{fill(t.refused, { name: flow.refused.join(', ') })}</Badge></Link>}
      {lack && <Link href="/connections" className="finger"><Badge tone={isExample(flow) ? 'none' : 'warn'} tip={lack.message}><Cable size={12} aria-hidden />{t.lacks}</Badge></Link>}
      {errors > 0 && <Badge tone="fail"><TriangleAlert size={12} aria-hidden />{fill(t.problemsOf, { n: errors })}</Badge>}
      {flow.silent_since && <Badge tone="warn"><Hourglass size={12} aria-hidden />{fill(t.silent, { when: ago(flow.silent_since) })}</Badge>}
      {flow.changed && flow.published_rev > 0 && <Badge tone="warn">{t.changedDraft}</Badge>}
    </>
  )
}

const icons: Record<string, LucideIcon> = { schedule: CalendarClock, manual: Play, failure: TriangleAlert }

function Trigger({ flow }: { flow: Flow }) {
  const t = useWords()
  const words: Record<string, string> = { webhook: t.kindWebhook, schedule: t.kindSchedule, manual: t.kindManual, failure: t.kindFailure, call: t.kindCall, form: t.kindForm }
  if (flow.url) return <CopyField text={flow.url} shown={`…${new URL(flow.url).pathname}`} label={t.copyURL} />
  const Icon = icons[flow.trigger] ?? Workflow
  return <p className="flex items-center gap-2 text-secondary text-text-2"><Icon size={15} strokeWidth={1.75} aria-hidden />{words[flow.trigger] ?? flow.trigger}</p>
}

function Last({ flow, stats }: { flow: string; stats: Schemas['FlowStats'] | undefined }) {
  const t = useWords()
  const plural = usePlural()
  const { ago, whole, number } = useFormat()
  return (
    <p className="text-secondary text-text-2">
      {stats?.last_event ? <time dateTime={stats.last_event} data-tip={fill(t.lastEvent, { when: whole(stats.last_event) })}>{ago(stats.last_event)}</time> : t.neverRan}
      {stats && stats.waiting > 0 && <Link href={`/runs?flow=${flow}&status=waiting`} className="finger block w-fit text-wait underline-offset-2 hover:underline">{plural(t, 'waitingRuns', stats.waiting)}</Link>}
      {stats && stats.pending > 0 && <span className="block">{fill(t.pendingRuns, { n: number(stats.pending) })}</span>}
    </p>
  )
}

/** useLife changes the state of a flow. */
function useLife(flow: Flow, open: number) {
  const { lang } = useLang()
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const name = flow.name || flow.id
  const params = { params: { path: { id: flow.id } } }
  const turn = async (to: Life) => {
    setBusy(true)
    try {
      await take(to === 'pause' ? api.POST('/flows/{id}/pause', params) : to === 'resume' ? api.POST('/flows/{id}/resume', params) : api.POST('/flows/{id}/off', params))
      const told = (await import('./lifeWords')).toldOf(lang, to, name, open)
      if (to === 'off') later(told, () => undefined, () => void turn(flow.state === 'paused' ? 'pause' : 'resume'))
      else toast(told)
      await queries.invalidateQueries({ queryKey: ['flows'] })
    } catch (error) {
      toast((error as Error).message, 'fail')
    }
    setBusy(false)
  }
  return { busy, turn: (to: Life) => void turn(to) }
}
