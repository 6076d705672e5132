import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useHidden } from '../data/useHidden'
import { localTime } from '../history/useFilter'
import { Button } from '../ui/Button'
import { Choice } from '../ui/Choice'
import { Dialog } from '../ui/Dialog'
import { Problem } from '../ui/states'
import { usePlural } from '../words/phrase'
import { useWords } from './listWords'
import { Progress, useReplay } from './Replays'
import { useRunNames } from './useRunNames'

type From = 'start' | 'failed'
type Revision = 'original' | 'published'
type Item = Schemas['Replayed']

/** Which runs are done again: chosen ones, or all that a query finds. */
export type Which = { failed: boolean } & ({ ids: string[] } | { query: Schemas['RunQuery'] })

const portion = 20

/** ReplayDialog asks how runs are done again, says what would happen twice, and shows how far it is. */
export function ReplayDialog({ which, close }: { which: Which; close: () => void }) {
  const t = useWords()
  const plural = usePlural()
  const [from, setFrom] = useState<From>(which.failed ? 'failed' : 'start')
  const [revision, setRevision] = useState<Revision>('published')
  const [allowed, setAllowed] = useState(false)
  const named = 'ids' in which ? { ids: which.ids } : { query: which.query }
  const trial = useQuery({ queryKey: ['replay-trial', named, from, revision], retry: false, queryFn: () => take(api.POST('/runs/replay', { body: { ...named, from, revision, dry_run: true } })) })
  const repeats = [...new Set(trial.data?.items.flatMap((i) => i.repeats ?? []) ?? [])]
  const go = useReplaying(which, { from, revision, allow: allowed ? repeats : [] })
  const many = trial.data?.matched
  const begun = go.pending || go.over
  const refused = trial.data?.items.filter((i) => i.refused && i.refused.code !== 'replay_differs') ?? []
  const none = trial.data !== undefined && refused.length === trial.data.items.length
  return (
    <Dialog title={many === undefined ? t.replay : plural(t, trial.data?.more ? 'replayMore' : 'replayTitle', many)} close={close} footer={begun ? (
      <>{go.stop && <Button look="quiet" onClick={go.stop}>{t.stopIt}</Button>}<Button look="primary" onClick={close}>{t.closeIt}</Button></>
    ) : (
      <>
        <Button look="quiet" onClick={close}>{t.cancel}</Button>
        <Button look="primary" busy={trial.isPending} disabled={(repeats.length > 0 && from === 'failed' && !allowed) || none || trial.isError} onClick={go.begin}>{t.goAhead}</Button>
      </>
    )}>
      {!begun && (
        <div className="space-y-5">
          <Choice label={t.where} value={from} set={setFrom} options={[{ value: 'failed', label: t.fromFailed, help: t.fromFailedHelp }, { value: 'start', label: t.fromStart, help: t.fromStartHelp }]} />
          <Choice label={t.which} value={revision} set={setRevision} options={[{ value: 'published', label: t.published, help: t.publishedHelp }, { value: 'original', label: t.original, help: t.originalHelp }]} />
          {from === 'failed' && repeats.length > 0 && <Repeats paths={repeats} run={trial.data?.items.find((i) => i.repeats?.length)?.replay_of} allowed={allowed} allow={setAllowed} />}
          {refused.length > 0 && <Refusals items={refused} />}
        </div>
      )}
      {begun && <Progress {...go.progress} />}
      {go.over && go.since && !go.pending && go.progress.replayed > 0 && <Since flow={flowOf(which)} at={go.since} fresh={!(from === 'failed' && revision === 'original')} />}
      {trial.error && !begun && <Problem error={trial.error} />}
      {go.error && <Problem error={go.error} />}
    </Dialog>
  )
}

const flowOf = (which: Which) => ('query' in which ? which.query.flow : undefined)

/** Since says what became of the runs that were started again, and leads to them. */
function Since({ flow, at, fresh }: { flow?: string; at: string; fresh: boolean }) {
  const t = useWords()
  const plural = usePlural()
  const { data } = useQuery({ queryKey: ['failures', { flow, from: at }], refetchInterval: 2000, enabled: fresh, queryFn: () => take(api.GET('/failures', { params: { query: { ...(flow && { flow }), from: at } } })) })
  const failed = data?.items.reduce((sum, g) => sum + g.count, 0) ?? 0
  if (!fresh) return null
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {data && <span role="status" className={failed > 0 ? 'text-fail' : 'text-ok'}>{failed > 0 ? plural(t, 'failedSince', failed) : t.noneFailedSince}</span>}
      <Link href={`/runs?${new URLSearchParams({ ...(flow && { flow }), from: localTime(at) }).toString()}`} className="text-accent underline underline-offset-2">{t.seeNew}</Link>
    </p>
  )
}

function Repeats({ paths, run: id, allowed, allow }: { paths: string[]; run?: string; allowed: boolean; allow: (on: boolean) => void }) {
  const t = useWords()
  const nameOf = useRunNames(id)
  return (
    <div className="rounded-xl bg-warn-soft p-3 text-warn">
      <p>{t.repeats} <b className="font-semibold">{[...new Set(paths.map(nameOf))].join(', ')}</b></p>
      <label className="mt-2 flex items-center gap-2"><input type="checkbox" className="size-4 accent-accent" checked={allowed} onChange={(e) => allow(e.target.checked)} />{t.allow}</label>
    </div>
  )
}

/** Refusals are what cannot be done again, counted by why. */
function Refusals({ items }: { items: Item[] }) {
  const plural = usePlural()
  const t = useWords()
  const told = useHidden(items)
  const counts = new Map<string, number>()
  for (const i of told) counts.set(i.refused?.message ?? '', (counts.get(i.refused?.message ?? '') ?? 0) + 1)
  return <ul className="space-y-1 text-warn">{[...counts].map(([why, n]) => <li key={why}>{plural(t, 'refused', n, { why })}</li>)}</ul>
}

/** useReplaying does it: chosen runs in portions from here, a query at the server, which goes on by itself. */
function useReplaying(which: Which, how: { from: From; revision: Revision; allow: string[] }) {
  const t = useWords()
  const queries = useQueryClient()
  const [items, setItems] = useState<Item[]>([])
  const [begunAt, setBegunAt] = useState('')
  const again = useMutation({
    mutationFn: async () => {
      setBegunAt(new Date().toISOString())
      if ('query' in which) {
        const query = Object.entries(which.query).some(([of, is]) => of !== 'quiet' && is) ? which.query : { ...which.query, from: '1970-01-01T00:00:00Z' } // all there are, said on purpose
        const answer = await take(api.POST('/runs/replay', { body: { query, ...how } }))
        setItems(answer.items)
        return answer.replay
      }
      for (let at = 0; at < which.ids.length; at += portion) {
        const part = await portionOf(which.ids.slice(at, at + portion), how)
        setItems((old) => [...old, ...part])
      }
      return null
    },
    onSettled: () => Promise.all(['runs', 'failures'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  })
  const far = useReplay(again.data?.id)
  const running = far.data ? !far.data.ended : again.isPending
  const refused = items.filter((i) => i.refused)
  const whys = [...new Set(refused.map((i) => i.refused?.message ?? ''))]
  const total = 'ids' in which ? which.ids.length : items.length
  const progress = far.data
    ? { done: far.data.done, total: far.data.matched, replayed: far.data.replayed, refused: far.data.refused, why: far.data.example?.message ?? '', running, note: running ? t.goesOn : far.data.error }
    : { done: items.length, total: again.isPending && 'query' in which ? null : total, replayed: items.length - refused.length, refused: refused.length, why: whys.join(' · '), running, note: '' }
  return { begin: () => again.mutate(), pending: running, over: again.isSuccess, error: again.error, since: far.data?.at ?? begunAt, progress, stop: running && far.data ? far.stop : undefined }
}

/** portionOf does some runs again; a refusal is part of the answer. */
async function portionOf(ids: string[], how: { from: From; revision: Revision; allow: string[] }): Promise<Item[]> {
  const { data, error, response } = await api.POST('/runs/replay', { body: { ids, ...how } })
  if (data) return data.items
  if (response.status === 409 || response.status === 404) return ids.map((id) => ({ replay_of: id, refused: { code: 'refused', message: error.detail } }))
  return take(Promise.resolve({ error, response }))
}
