import { useQuery } from '@tanstack/react-query'
import { Cable, CircleCheck, Hourglass, RotateCcw, Wrench } from 'lucide-react'
import { Link } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useLedger } from '../api/hooks'
import { useHidden } from '../data/useHidden'
import type { Filter } from '../history/useFilter'
import { Badge } from '../ui/Badge'
import { Button, buttonLook } from '../ui/Button'
import { Card } from '../ui/Page'
import { Empty, Problem, Skeleton } from '../ui/states'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import { useWords } from './listWords'
import { mendAt } from './paths'
import type { Which } from './ReplayDialog'
import { TryAll, waitingIn } from './TryAll'
import { UnsureRuns } from './UnsureRuns'
import { useUnsure } from './useUnsure'

type Group = Schemas['FailureGroup']

/** useFailures groups what failed by identical error. */
function useFailures(query: { flow?: string; from?: string; to?: string }) {
  const found = useQuery({ queryKey: ['failures', query], queryFn: () => take(api.GET('/failures', { params: { query } })) })
  return { ...found, data: useHidden(found.data) }
}

/** whichOf names the runs of a group for a replay. */
const whichOf = (g: Group, query: { from?: string; to?: string } = {}): Which => ({ failed: true, query: { ...query, flow: g.flow, group: g.group } })

type FailuresProps = { filter: Filter; names: ReadonlyMap<string, string>; may: boolean; replay: (which: Which) => void }

/** Failures is what failed, by identical error, and what stands because nobody knows: seen at once, mended at once. */
export function Failures(props: FailuresProps) {
  const { flow, from, to } = props.filter.query
  return (
    <>
      {props.may && <UnsureRuns query={{ flow, from, to }} names={props.names} show={(of) => props.filter.set({ by: '', status: 'unknown', flow: of })} />}
      <Failed {...props} />
    </>
  )
}

function Failed({ filter, names, may, replay }: FailuresProps) {
  const t = useWords()
  const { flow, from, to } = filter.query
  const query = { ...(flow && { flow }), ...(from && { from }), ...(to && { to }) }
  const plural = usePlural()
  const { data, error, refetch } = useFailures(query)
  const ledger = useLedger().data
  const unsure = useUnsure({ flow, from, to }, may) // the ledger counts them with those that wait
  const waiting = unsure.data?.more ? 0 : ((flow ? ledger?.flows[flow]?.waiting : ledger?.waiting) ?? 0) - (unsure.data?.items.length ?? 0)
  if (!data || unsure.isLoading) return error ? <Problem error={error} retry={() => void refetch()} /> : <Skeleton />
  const called = (g: Group) => names.get(g.flow) ?? g.flow
  const trying = data.retrying.length > 0 && <Retrying groups={data.retrying} called={called} may={may} show={(g) => filter.set({ by: '', status: '', group: g.group })} />
  if (data.items.length === 0 && trying) return trying
  if (data.items.length === 0 && waiting > 0) return <Empty icon={<Hourglass size={22} strokeWidth={1.75} aria-hidden />} title={t.noFailures} help={plural(t, 'butWaiting', waiting)}><Link href={`/runs?status=waiting${flow ? `&flow=${flow}` : ''}`} className={buttonLook()}>{t.showWaiting}</Link></Empty>
  if (data.items.length === 0 && unsure.data?.items.length) return null
  if (data.items.length === 0) return <Empty icon={<CircleCheck size={22} strokeWidth={1.75} aria-hidden />} title={t.noFailures} help={t.noFailuresHelp} />
  return (
    <>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {trying}
      <Card><ul className="divide-y divide-line">{data.items.map((g) => <Row key={g.group} group={g} name={called(g)} may={may} show={() => filter.set({ by: '', group: g.group })} replay={() => replay(whichOf(g, { from, to }))} />)}</ul></Card>
      {!data.whole && <p className="mt-3 text-secondary text-text-2">{fill(t.notWhole, { n: data.runs })}</p>}
    </>
  )
}

/** Retrying is what stands still on an error and will be tried again by itself. */
function Retrying({ groups, called, may, show }: { groups: Group[]; called: (g: Group) => string; may: boolean; show: (g: Group) => void }) {
  const t = useWords()
  const plural = usePlural()
  return (
    <Card className="mb-4">
      <h2 className="border-b border-line px-4 py-2.5 text-secondary font-medium text-warn">{t.retrying}</h2>
      <ul className="divide-y divide-line">
        {groups.map((g) => (
          <li key={g.group} className="flex flex-wrap items-center justify-between gap-x-5 gap-y-2 px-4 py-3">
            <div className="min-w-60 flex-1">
              <p className="flex flex-wrap items-center gap-x-2 gap-y-1"><Badge tone="warn">{plural(t, 'group', g.count)}</Badge><span className="font-medium break-words">{g.message || g.code}</span></p>
              <p className="mt-0.5 text-secondary break-words text-text-2">{called(g)}{g.step_name && ` · ${g.step_name}`}</p>
            </div>
            <div className="flex flex-wrap items-center gap-2">
              <Button size="small" look="quiet" className="max-sm:-ml-2.5" onClick={() => show(g)}>{t.showThem}</Button>
              {may && <Onward group={g} />}
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** Onward is what lets runs go on that stand still: the connection that was refused, or another try now. */
function Onward({ group: g }: { group: Group }) {
  const t = useWords()
  if (g.code !== 'connection_refused') return <TryAll runs={() => waitingIn(g.flow, g.group)} />
  return g.connection && <Link href={`/connections?name=${g.connection}`} className={buttonLook('plain', 'small')}><Cable size={15} aria-hidden />{t.openConnection}</Link>
}

function Row({ group: g, name, may, show, replay }: { group: Group; name: string; may: boolean; show: () => void; replay: () => void }) {
  const t = useWords()
  const plural = usePlural()
  const { ago, whole } = useFormat()
  return (
    <li className="grid gap-x-5 gap-y-3 px-4 py-4 md:grid-cols-[minmax(0,1fr)_auto] md:items-center">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1"><Badge tone="fail">{plural(t, 'group', g.count)}</Badge><span className="text-secondary text-text-2"><time dateTime={g.last} data-tip={whole(g.last)}>{fill(t.lastTime, { when: ago(g.last) })}</time>{g.count > 1 && <> · <time dateTime={g.first} data-tip={whole(g.first)}>{fill(t.firstTime, { when: ago(g.first) })}</time></>}</span></p>
        <button type="button" onClick={show} className="mt-1 block text-left font-medium break-words hover:underline">{g.message || g.code}</button>
        <p className="mt-0.5 text-secondary break-words text-text-2">{name}{g.step_name && ` · ${g.step_name}`}</p>
      </div>
      <Deeds group={g} may={may} replay={replay}><Button size="small" look="quiet" className="max-md:-ml-2.5" onClick={show}>{t.showThem}</Button></Deeds>
    </li>
  )
}

/** Deeds are what may be done about one error. */
export function Deeds({ group: g, may, replay, children }: { group: Group; may: boolean; replay: () => void; children?: React.ReactNode }) {
  const t = useWords()
  return (
    <div className="flex flex-wrap items-center gap-2">
      {children}
      {may && <Link href={`/flows/${g.flow}?run=${g.run}${mendAt(g)}&all=`} className={buttonLook('plain', 'small')}><Wrench size={15} aria-hidden />{t.mend}</Link>}
      {may && <Button size="small" onClick={replay}><RotateCcw size={15} aria-hidden />{t.mendAll}</Button>}
    </div>
  )
}

/** OneGroup heads the list of the runs with one error. */
export function OneGroup({ filter, names, may, replay }: FailuresProps) {
  const t = useWords()
  const plural = usePlural()
  const { flow, from, to } = filter.query
  const { data } = useFailures({ ...(flow && { flow }), ...(from && { from }), ...(to && { to }) })
  const failed = data?.items.find((x) => x.group === filter.at('group'))
  const g = failed ?? data?.retrying.find((x) => x.group === filter.at('group'))
  const trying = g && !failed
  return (
    <section aria-label={t.ofGroup} className={`mb-4 min-h-[84px] rounded-xl px-4 py-3 ${trying ? 'bg-warn-soft' : 'bg-fail-soft'}`}>
      <div className="flex flex-wrap items-center justify-between gap-x-5 gap-y-3">
        <div className="min-w-60 flex-1">
          <p className={`font-medium break-words ${trying ? 'text-warn' : 'text-fail'}`}>{g?.message ?? t.ofGroup}</p>
          <p className="mt-0.5 text-secondary text-text-2">{g && [plural(t, 'group', g.count), names.get(g.flow) ?? g.flow, g.step_name].filter(Boolean).join(' · ')}</p>
          <button type="button" onClick={() => filter.set({ group: '', by: 'error' })} className="mt-1 text-secondary text-text-2 underline underline-offset-2 hover:text-text">{t.allErrors}</button>
        </div>
        {g && trying && may && <Onward group={g} />}
        {failed && <Deeds group={failed} may={may} replay={() => replay(whichOf(failed, { from, to }))} />}
      </div>
    </section>
  )
}
