import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RotateCcw, Square, X } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { useFlows, useRuns } from '../api/hooks'
import { Filters } from '../history/Filters'
import { HistoryRun } from '../history/HistoryRun'
import { useFilter } from '../history/useFilter'
import { useWords as useHistoryWords } from '../history/words'
import { Button } from '../ui/Button'
import { Card, Page } from '../ui/Page'
import { Problem, Skeleton } from '../ui/states'
import { toast } from '../ui/Toast'
import { usePlural } from '../words/phrase'
import { useWords } from './listWords'
import { ReplayDialog } from './ReplayDialog'
import { WhyNone } from './WhyNone'

type Run = Schemas['RunView']

export const runStatuses = ['pending', 'running', 'waiting', 'unknown', 'succeeded', 'failed', 'filtered', 'canceled', 'duplicate'] as const

/** RunList is the live list of all runs. */
export function RunList({ role }: { role: string }) {
  const t = useWords()
  const h = useHistoryWords()
  const filter = useFilter()
  const runs = useRuns(filter.query)
  const flows = useFlows('')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [replaying, setReplaying] = useState<Run[] | null>(null)
  const list = runs.data?.pages.flatMap((p) => p.items) ?? []
  const names = new Map(flows.data?.items.map((f) => [f.id, f.name || f.id]))
  const picked = list.filter((r) => chosen.has(r.id))
  const pick = (id: string, on: boolean) => setChosen((old) => new Set(on ? [...old, id] : [...old].filter((x) => x !== id)))
  return (
    <Page title={t.runs} wide>
      <Filters filter={filter} statuses={runStatuses} />
      {runs.error && <Problem error={runs.error} retry={() => void runs.refetch()} />}
      {runs.isPending && <Skeleton rows={8} />}
      {runs.isSuccess && list.length === 0 && <WhyNone filter={filter} flows={flows.data?.items ?? []} />}
      {list.length > 0 && (
        <Card>
          {role !== 'viewer' && <Chosen list={list} picked={picked} all={(on) => setChosen(new Set(on ? list.map((r) => r.id) : []))} replay={() => setReplaying(picked)} />}
          <ul className="divide-y divide-line">{list.map((run) => <HistoryRun key={run.id} run={run} name={names.get(run.flow) ?? run.flow} chosen={chosen.has(run.id)} choose={role === 'viewer' ? undefined : (on) => pick(run.id, on)} />)}</ul>
        </Card>
      )}
      {runs.hasNextPage && <Button className="mx-auto mt-4 flex" busy={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>{h.showMore}</Button>}
      {replaying && <ReplayDialog runs={replaying} close={() => { setReplaying(null); setChosen(new Set()) }} />}
    </Page>
  )
}

/** Chosen is the head of the list: what may be done with the runs that are picked. */
function Chosen({ list, picked, all, replay }: { list: Run[]; picked: Run[]; all: (on: boolean) => void; replay: () => void }) {
  const t = useWords()
  const plural = usePlural()
  const queries = useQueryClient()
  const open = picked.filter((r) => !r.ended)
  const cancel = useMutation({
    mutationFn: () => Promise.all(open.map((r) => take(api.POST('/runs/{id}/cancel', { params: { path: { id: r.id } } })))),
    onSuccess: (done) => { toast(plural(t, 'canceled', done.length)); all(false) },
    onError: (error) => toast(error.message, 'fail'),
    onSettled: () => queries.invalidateQueries({ queryKey: ['runs'] }),
  })
  return (
    <div className="flex min-h-12 flex-wrap items-center gap-2 rounded-t-xl border-b border-line bg-sunken px-4 py-1.5">
      <input type="checkbox" aria-label={t.selectAll} className="size-4 accent-accent" checked={picked.length > 0 && picked.length === list.length} ref={(box) => { if (box) box.indeterminate = picked.length > 0 && picked.length < list.length }} onChange={(e) => all(e.target.checked)} />
      {picked.length === 0 && <span className="ml-2 text-secondary text-text-2">{t.selectAll}</span>}
      {picked.length > 0 && (
        <>
          <span role="status" className="mr-2 ml-2 font-medium">{plural(t, 'selected', picked.length)}</span>
          <Button size="small" disabled={open.length === picked.length} onClick={replay}><RotateCcw size={15} aria-hidden />{t.replay}</Button>
          {open.length > 0 && <Button size="small" look="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}><Square size={14} aria-hidden />{t.cancelThem}</Button>}
          <Button size="small" look="quiet" onClick={() => all(false)}><X size={15} aria-hidden />{t.unselect}</Button>
        </>
      )}
    </div>
  )
}

export function took(from: string, to: string): string {
  const ms = new Date(to).getTime() - new Date(from).getTime()
  return ms < 1000 ? `${ms} ms` : ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`
}
