import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleHelp, Layers, List, RotateCcw, Square, X } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { type RunStatus, useRuns } from '../api/history'
import { useNamedFlows } from '../api/hooks'
import { useHidden } from '../data/useHidden'
import { VeilEye } from '../data/VeilEye'
import { Days } from '../history/Days'
import { Filters } from '../history/Filters'
import { HistoryRun } from '../history/HistoryRun'
import { More } from '../history/More'
import { Unread } from '../history/Unread'
import { useFilter } from '../history/useFilter'
import { OnlyLooks } from '../shell/OnlyLooks'
import { Button } from '../ui/Button'
import { Card, Page } from '../ui/Page'
import { Problem, Skeleton } from '../ui/states'
import { toast } from '../ui/Toast'
import { usePlural } from '../words/phrase'
import { Failures, OneGroup } from './Failures'
import { useWords } from './listWords'
import { erased } from './paths'
import { ReplayDialog, type Which } from './ReplayDialog'
import { Replays } from './Replays'
import { RunExport } from './RunExport'
import { SettleDialog } from './SettleDialog'
import { TryAll } from './TryAll'
import { UnsureRuns } from './UnsureRuns'
import { WhyNone } from './WhyNone'

type Run = Schemas['RunView']

const runStatuses = ['pending', 'running', 'waiting', 'unknown', 'succeeded', 'failed', 'filtered', 'canceled', 'duplicate'] as const

/** RunList is the live list of all runs, one by one or what failed by identical error. */
export function RunList({ role }: { role: string }) {
  const t = useWords()
  const filter = useFilter<RunStatus>()
  const grouped = filter.at('by') === 'error'
  const flows = useNamedFlows()
  const quiet = filter.at('flow') || filter.at('group') ? [] : (flows.data?.items ?? []).filter((f) => f.trigger === 'failure').map((f) => f.id)
  const query = { ...filter.query, ...(quiet.length > 0 && !filter.at('alarms') && { quiet }) }
  const runs = useRuns(query, !grouped && flows.isFetched)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [replaying, setReplaying] = useState<Which | null>(null)
  const [settling, setSettling] = useState<string[]>()
  const may = role !== 'viewer'
  const list = useHidden(runs.data, filter.at('q'))?.pages.flatMap((p) => p.items) ?? []
  const names = new Map(flows.data?.items.map((f) => [f.id, f.name || f.id]))
  const picked = list.filter((r) => chosen.has(r.id))
  const pick = (id: string, on: boolean) => setChosen((old) => new Set(on ? [...old, id] : [...old].filter((x) => x !== id)))
  const parts = { filter, names, may, replay: setReplaying }
  return (
    <Page title={t.runs} wide aside={<><VeilEye />{!grouped && list.length > 0 && <RunExport query={query} names={names} />}<View grouped={grouped} show={(on) => filter.set({ by: on ? 'error' : '', group: '' })} /></>}>
      <OnlyLooks of="runs" className="mb-4" />
      <Replays may={may} />
      <Filters filter={filter} statuses={filter.at('group') ? undefined : runStatuses} failures={grouped} busy={runs.isPlaceholderData}>
        {!grouped && quiet.length > 0 && <label data-tip={t.alarmsHelp} className="flex h-9 items-center gap-2 px-1 text-secondary text-text-2"><input type="checkbox" className="size-4 accent-accent" checked={filter.at('alarms') !== ''} onChange={(e) => filter.set({ alarms: e.target.checked ? '1' : '' })} />{t.alarms}</label>}
      </Filters>
      {grouped && <Failures {...parts} />}
      {!grouped && (
        <>
          {filter.at('group') && <OneGroup {...parts} />}
          <Unread pages={runs.data?.pages} />
          {may && filter.at('status') === 'unknown' && <UnsureRuns query={query} names={names} settled={() => setChosen(new Set())} />}
          {runs.error && <Problem error={runs.error} retry={() => void runs.refetch()} />}
          {(runs.isPending || (list.length === 0 && runs.hasNextPage)) && <Skeleton rows={8} />}
          {runs.isSuccess && list.length === 0 && !runs.hasNextPage && <WhyNone filter={filter} flows={flows.data?.items ?? []} />}
          {list.length > 0 && (
            <Card className={runs.isPlaceholderData ? 'opacity-60 transition-opacity duration-120' : ''}>
              {may && <Chosen list={list} picked={picked} whole={!runs.hasNextPage} all={(on) => setChosen(new Set(on ? list.map((r) => r.id) : []))} settle={setSettling}
                replay={() => setReplaying({ ids: picked.filter((r) => r.ended).map((r) => r.id), failed: picked.every((r) => r.status === 'failed') })}
                replayAll={() => setReplaying({ query, failed: filter.at('status') === 'failed' || filter.at('group') !== '' })} />}
              <Days items={list} row={(run) => <HistoryRun key={run.id} run={run} name={names.get(run.flow) ?? run.flow} chosen={chosen.has(run.id)} choose={may ? (on) => pick(run.id, on) : undefined} />} />
            </Card>
          )}
          <More query={runs} />
        </>
      )}
      {settling && <SettleDialog which={{ ids: settling }} close={() => { setSettling(undefined); setChosen(new Set()) }} />}
      {replaying && <ReplayDialog which={replaying} close={() => { setReplaying(null); setChosen(new Set()) }} />}
    </Page>
  )
}

function View({ grouped, show }: { grouped: boolean; show: (grouped: boolean) => void }) {
  const t = useWords()
  const look = (on: boolean) => `inline-flex h-7 items-center gap-2 rounded-md px-2.5 text-secondary font-medium whitespace-nowrap transition-colors duration-120 ${on ? 'bg-surface shadow-card' : 'text-text-2 hover:text-text'}`
  return (
    <div role="group" aria-label={t.view} className="inline-flex rounded-lg border border-line bg-sunken p-[3px]">
      <button type="button" aria-pressed={!grouped} className={look(!grouped)} onClick={() => show(false)}><List size={15} aria-hidden className="max-sm:hidden" />{t.listed}</button>
      <button type="button" aria-pressed={grouped} className={look(grouped)} onClick={() => show(true)}><Layers size={15} aria-hidden className="max-sm:hidden" />{t.grouped}</button>
    </div>
  )
}

type ChosenProps = { list: Run[]; picked: Run[]; whole: boolean; all: (on: boolean) => void; settle: (ids: string[]) => void; replay: () => void; replayAll: () => void }

/** Chosen is the head of the list: what may be done with the runs that are picked, or with all that match. */
function Chosen({ list, picked, whole, all, settle, replay, replayAll }: ChosenProps) {
  const t = useWords()
  const plural = usePlural()
  const queries = useQueryClient()
  const open = picked.filter((r) => !r.ended)
  const later = open.filter((r) => r.waiting_for === 'retry' || r.waiting_for === 'quota').map((r) => r.id)
  const everyone = picked.length === list.length
  const unsure = picked.filter((r) => r.status === 'unknown').map((r) => r.id)
  const cancel = useMutation({
    mutationFn: () => Promise.all(open.map((r) => take(api.POST('/runs/{id}/cancel', { params: { path: { id: r.id } } })))),
    onSuccess: (done) => { toast(plural(t, 'canceled', done.length)); all(false) },
    onError: (error) => toast(error.message, 'fail'),
    onSettled: () => queries.invalidateQueries({ queryKey: ['runs'] }),
  })
  return (
    <div className="flex min-h-12 flex-wrap items-center gap-2 rounded-t-xl border-b border-line bg-sunken px-4 py-1.5">
      <label className="-my-1.5 flex min-h-11 items-center">
        <input type="checkbox" aria-label={t.selectAll} className="size-4 accent-accent" checked={picked.length > 0 && everyone} ref={(box) => { if (box) box.indeterminate = picked.length > 0 && !everyone }} onChange={(e) => all(e.target.checked)} />
        {picked.length === 0 && <span className="ml-4 text-secondary text-text-2">{t.selectAll}</span>}
      </label>
      {picked.length > 0 && (
        <>
          <span role="status" className="ml-2 font-medium sm:mr-2"><span aria-hidden className="sm:hidden">{picked.length}</span><span className="max-sm:sr-only">{plural(t, 'selected', picked.length)}</span></span>
          <span className="sm:order-last"><Button size="small" look="quiet" aria-label={t.unselect} onClick={() => all(false)}><X size={15} aria-hidden /><span className="max-sm:hidden">{t.unselect}</span></Button></span>
          {later.length > 0 && <TryAll runs={() => later} done={() => all(false)} />}
          {unsure.length > 0 && <Button size="small" onClick={() => settle(unsure)}><CircleHelp size={15} aria-hidden />{t.settle}</Button>}
          {picked.some((r) => r.ended && !erased(r)) && <Button size="small" onClick={replay}><RotateCcw size={15} aria-hidden />{t.replay}</Button>}
          {everyone && !whole && <Button size="small" onClick={replayAll}><Layers size={15} aria-hidden />{t.replayMatching}</Button>}
          {open.length > 0 && <Button size="small" look="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}><Square size={14} aria-hidden />{plural(t, 'cancelThem', open.length)}</Button>}
        </>
      )}
    </div>
  )
}
