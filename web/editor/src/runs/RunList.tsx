import { Link, useSearchParams } from 'wouter'
import { useFlows, useLive, useRuns } from '../api/hooks'
import type { Schemas } from '../api/client'
import { Button, Card, Empty, inputLook, Loading, Page, Problem, Status } from '../ui/basics'
import { useTimes } from '../words'
import { useWords } from './words'

const statuses = ['pending', 'running', 'waiting', 'unknown', 'succeeded', 'failed', 'filtered', 'canceled', 'duplicate'] as const

export function RunList() {
  const t = useWords()
  const [params, setParams] = useSearchParams()
  const query = { flow: params.get('flow') ?? '', status: params.get('status') ?? '', q: params.get('q') ?? '' }
  const runs = useRuns(query)
  useLive(['runs'])
  const list = runs.data?.pages.flatMap((p) => p.items)
  return (
    <Page title={t.runs} aside={<Filters query={query} statuses={statuses} set={(name, value) => setParams((old) => { const next = new URLSearchParams(old); if (value) next.set(name, value); else next.delete(name); return next }, { replace: true })} />}>
      {runs.error && <Problem error={runs.error} retry={() => void runs.refetch()} />}
      {runs.isPending && <Loading />}
      {list?.length === 0 && <Empty title={query.flow || query.status || query.q ? t.noMatch : t.noRuns} />}
      {list && list.length > 0 && <Card><ul className="divide-y divide-line">{list.map((run) => <RunRow key={run.id} run={run} />)}</ul></Card>}
      {runs.hasNextPage && <Button className="mx-auto mt-4 flex" onClick={() => void runs.fetchNextPage()}>{t.more2}</Button>}
    </Page>
  )
}

function RunRow({ run }: { run: Schemas['RunView'] }) {
  const times = useTimes()
  return (
    <li>
      <Link href={`/runs/${run.id}`} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-sunken">
        <span className="w-32"><Status of={run.status} /></span>
        <span className="min-w-40 flex-1 truncate font-medium">{run.title || run.flow}{run.title && <span className="ml-2 font-normal text-text-3">{run.flow}</span>}</span>
        {run.error && <span className="max-w-72 truncate text-[13px] text-fail">{run.error.message}</span>}
        {run.waiting_for && <span className="text-[13px] text-wait">{run.waiting_for}</span>}
        <span className="text-[13px] text-text-2">{times(run.at)}{run.ended && ` · ${took(run.at, run.ended)}`}</span>
      </Link>
    </li>
  )
}

export function took(from: string, to: string): string {
  const ms = new Date(to).getTime() - new Date(from).getTime()
  return ms < 1000 ? `${ms} ms` : ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`
}

type FiltersProps = { query: { flow: string; status: string; q: string }; statuses: readonly string[]; set: (name: string, value: string) => void }

export function Filters({ query, statuses, set }: FiltersProps) {
  const t = useWords()
  const flows = useFlows('')
  const word = (s: string) => (s === 'duplicate' ? t.duplicateStatus : s in t ? t[s as keyof typeof t] : s)
  return (
    <>
      <input aria-label={t.search} placeholder={t.search} className={`${inputLook} max-w-48`} value={query.q} onChange={(e) => set('q', e.target.value)} />
      <select aria-label={t.flow} className={`${inputLook} w-40`} value={query.flow} onChange={(e) => set('flow', e.target.value)}>
        <option value="">{t.flow}: {t.all}</option>
        {flows.data?.items.map((f) => <option key={f.id} value={f.id}>{f.name || f.id}</option>)}
      </select>
      <select aria-label={t.status} className={`${inputLook} w-36`} value={query.status} onChange={(e) => set('status', e.target.value)}>
        <option value="">{t.status}: {t.all}</option>
        {statuses.map((s) => <option key={s} value={s}>{word(s)}</option>)}
      </select>
    </>
  )
}
