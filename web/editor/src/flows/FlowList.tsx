import { Suspense, useEffect } from 'react'
import { ChevronDown, Plus } from 'lucide-react'
import { useSearchParams } from 'wouter'
import { useAlerts, useAlertSettings, useFlows, useStats } from '../api/hooks'
import { Button } from '../ui/Button'
import { useCommands } from '../ui/commands'
import { SearchInput } from '../ui/Input'
import { Card, Page } from '../ui/Page'
import { screenDrawn, soon, whenRested } from '../ui/soon'
import { Empty, Loading, Problem, Skeleton } from '../ui/states'
import { type Flow, FlowRow, isExample, isFirst, RowHeads } from './FlowRow'
import { useWords } from './words'

const Alerts = soon(() => import('./Alerts').then((m) => m.Alerts))
const LedgerLine = whenRested(() => import('./LedgerLine').then((m) => m.LedgerLine), <p className="mb-3 h-5" />)
const Start = soon(() => import('./start/Start').then((m) => m.Start))
const StartDialog = soon(() => import('./start/Start').then((m) => m.StartDialog))

export function FlowList({ role }: { role: string }) {
  const t = useWords()
  const [params, setParams] = useSearchParams()
  const q = params.get('q') ?? ''
  const tag = params.get('tag') ?? ''
  const making = params.has('new')
  const { data, error, refetch } = useFlows(q)
  const stats = useStats()
  const alerts = useAlerts()
  const told = useAlertSettings(role === 'admin')
  const settled = data !== undefined && alerts.isFetched && !(alerts.data?.items.length && told.isLoading)
  useEffect(() => { if (settled) screenDrawn() }, [settled])
  const set = (name: string, value: string | null) => setParams((old) => change(old, name, value), { replace: true })
  const may = role !== 'viewer'
  useCommands(may ? [{ id: 'new flow', group: t.flows, label: t.newFlow, keys: 'c', run: () => set('new', '') }] : [])
  const tags = [...new Set(data?.items.flatMap((f) => f.tags) ?? [])].sort()
  const shown = data?.items.filter((f) => !tag || f.tags.includes(tag))
  const none = data !== undefined && !q && !tag && shown?.length === 0
  const own = shown?.filter((f) => !isExample(f)) ?? []
  const examples = shown?.filter(isExample).sort((a, b) => Number(isFirst(b)) - Number(isFirst(a))) ?? []
  const row = (flow: Flow) => <FlowRow key={flow.id} flow={flow} role={role} stats={stats.data?.flows[flow.id]} alerts={alerts.data?.items} pick={(x) => set('tag', x)} />
  return (
    <Page title={t.flows} wide aside={!none && (
      <>
        <SearchInput label={t.findFlows} value={q} set={(v) => set('q', v || null)} className="flex-1 sm:w-72" />
        {(tags.length > 0 || !data) && (
          <span className="relative max-w-48 min-w-0">
            <select aria-label={t.tag} value={tag} onChange={(e) => set('tag', e.target.value || null)} className="h-9 w-full appearance-none rounded-lg border border-edge bg-surface pr-9 pl-3 transition-colors duration-120 hover:bg-sunken">
              <option value="">{t.allTags}</option>{tags.map((x) => <option key={x}>{x}</option>)}
            </select>
            <ChevronDown size={15} aria-hidden className="pointer-events-none absolute inset-y-0 right-3 my-auto text-text-3" />
          </span>
        )}
      </>
    )} act={!none && may && <Button look="primary" onClick={() => set('new', '')}><Plus size={16} aria-hidden />{t.newFlow}</Button>}>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {!settled && !error && <Skeleton tall />}
      {none && may && <Suspense fallback={<Loading />}><Start /></Suspense>}
      {none && !may && <Empty title={t.noFlows} help={t.noFlowsHelp} />}
      {shown && shown.length === 0 && !none && <Empty title={t.filtered}><Button onClick={() => setParams({}, { replace: true })}>{t.clear}</Button></Empty>}
      {settled && shown && shown.length > 0 && (
        <Suspense fallback={<Skeleton tall />}>
          {alerts.data && alerts.data.items.length > 0 && <Alerts role={role} alerts={alerts.data.items} flows={data?.items ?? []} />}
          <LedgerLine />
          {own.length > 0 && <Card><RowHeads /><ul className="divide-y divide-line">{own.map(row)}</ul></Card>}
          {examples.length > 0 && (
            <section aria-label={t.examples}>
              <h2 className={`${own.length > 0 ? 'mt-8' : ''} text-title font-semibold`}>{t.examples}</h2>
              <p className="mb-3 text-secondary text-text-2">{t.examplesHelp}</p>
              <Card><ul className="divide-y divide-line">{examples.map(row)}</ul></Card>
            </section>
          )}
        </Suspense>
      )}
      {making && may && !none && <Suspense fallback={null}><StartDialog close={() => set('new', null)} /></Suspense>}
    </Page>
  )
}

function change(old: URLSearchParams, name: string, value: string | null): URLSearchParams {
  const next = new URLSearchParams(old)
  if (value === null) next.delete(name)
  else next.set(name, value)
  return next
}
