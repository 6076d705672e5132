import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { BellOff, TriangleAlert } from 'lucide-react'
import { Link } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useAlertSettings } from '../api/hooks'
import { useHidden } from '../data/useHidden'
import { Button, buttonLook } from '../ui/Button'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import { useWords } from './alertWords'

/** isRed tells what is lost for now from what only waits. */
const isRed = (a: Schemas['AlertView']) => a.kind !== 'connection' && a.kind !== 'silence' && a.kind !== 'drift'

/** Alerts are what is wrong now; each stays until it is over or seen. */
export function Alerts({ role, alerts, flows }: { role: string; alerts: Schemas['AlertView'][]; flows: Schemas['FlowItem'][] }) {
  const t = useWords()
  const shown = useHidden(alerts)
  const reasons = useHidden(useReasons(alerts.filter((a) => a.kind === 'failure')))
  return (
    <section aria-label={t.alerts} className="mb-5">
      <ul className={`divide-y divide-line rounded-xl border bg-surface ${alerts.some(isRed) ? 'border-fail' : 'border-warn'}`}>
        {shown.map((a) => <Row key={a.id} alert={a} reasons={reasons.filter((g) => g.flow === a.flow && a.kind === 'failure')} role={role} name={flows.find((f) => f.id === a.flow)?.name || a.flow} />)}
      </ul>
      {role === 'admin' && alerts.every((a) => a.told.length === 0) && <Untold />}
    </section>
  )
}

/** useReasons are the errors behind the failures, the commonest first. */
function useReasons(failures: Schemas['AlertView'][]) {
  const from = new Date(Math.min(...failures.map((a) => new Date(a.first).getTime())) - 3_600_000)
  const { data } = useQuery({
    queryKey: ['alert-reasons', failures.map((a) => `${a.id} ${a.count} ${a.last}`)], enabled: failures.length > 0, placeholderData: keepPreviousData,
    queryFn: () => take(api.GET('/failures', { params: { query: { from: from.toISOString() } } })),
  })
  return data?.items ?? []
}

/** Untold says that nobody hears of this who does not look here. */
function Untold() {
  const t = useWords()
  const { data } = useAlertSettings()
  if (!data || data.to.length > 0) return null
  return <p className="mt-2 flex items-start gap-2 text-secondary text-text-2"><BellOff size={15} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0" /><span>{t.untold} <Link href="/settings/alerts" className="text-accent underline underline-offset-2">{t.chooseWhom}</Link></span></p>
}

type RowProps = { alert: Schemas['AlertView']; reasons: Schemas['FailureGroup'][]; role: string; name: string }

function Row({ alert: a, reasons: [first, ...others], role, name }: RowProps) {
  const t = useWords()
  const plural = usePlural()
  const rest = others.reduce((sum, g) => sum + g.count, 0)
  const error = first ?? a.error
  const { ago, number } = useFormat()
  const queries = useQueryClient()
  const seen = useMutation({ mutationFn: () => take(api.POST('/alerts/{id}/seen', { params: { path: { id: a.id } } })), onSuccess: () => queries.invalidateQueries({ queryKey: ['alerts'] }) })
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
      <TriangleAlert size={17} aria-hidden className={`shrink-0 ${isRed(a) ? 'text-fail' : 'text-warn'}`} />
      <p className="min-w-48 flex-1">
        {a.flow && <Link href={`/flows/${a.flow}`} className="font-medium hover:underline">{name}</Link>}{a.flow && ' · '}
        <span className="text-text-2">{a.kind === 'failure' && error ? [error.step_name, error.message].filter(Boolean).join(': ') : a.flow ? a.message : a.message.charAt(0).toUpperCase() + a.message.slice(1)}</span>
      </p>
      <span className="flex flex-wrap items-center gap-x-3 gap-y-2 max-sm:pl-[29px]"><span className="text-secondary text-text-2 max-sm:basis-full">{first ? `${plural(t, 'failures', first.count)}${rest > 0 ? ` ${plural(t, 'others', rest)}` : ''} · ` : a.count > 1 && `${fill(t.times, { n: number(a.count) })} · `}{ago(a.last)}</span>
      {first && first.count + rest > 1 ? <Link href={`/runs?by=error&flow=${a.flow}`} className={buttonLook('plain', 'small')}>{t.showFailures}</Link> : a.run && <Link href={`/runs/${a.run}`} className={buttonLook('plain', 'small')}>{t.showRun}</Link>}
      {a.connection && <Link href="/runs?status=waiting" className={buttonLook('plain', 'small')}>{t.showWaiting}</Link>}
      {a.connection && role !== 'viewer' && <Link href={`/connections?name=${a.connection}`} className={buttonLook('plain', 'small')}>{t.openConnection}</Link>}
      {role !== 'viewer' && <Button size="small" look="quiet" busy={seen.isPending} onClick={() => seen.mutate()}>{t.seen}</Button>}</span>
    </li>
  )
}
