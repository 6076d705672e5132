import { useEffect } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { RotateCw, Square } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { onLive } from '../api/live'
import { useHidden } from '../data/useHidden'
import { Button } from '../ui/Button'
import { toast } from '../ui/Toast'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import { useWords } from './listWords'

type Replaying = Schemas['Replaying']

/** useReplay follows a replay that goes on at the server. */
export function useReplay(id: string | undefined) {
  const queries = useQueryClient()
  const key = ['replays', id]
  const { data } = useQuery({ queryKey: key, enabled: id !== undefined, queryFn: () => take(api.GET('/replays/{id}', { params: { path: { id: id ?? '' } } })), refetchInterval: (q) => (q.state.data?.ended ? false : 2_000) })
  useEffect(() => onLive('replay', (news) => { if ((news as Replaying).id === id) queries.setQueryData(['replays', id], news) }), [queries, id])
  const stop = useMutation({ mutationFn: () => take(api.POST('/replays/{id}/cancel', { params: { path: { id: id ?? '' } } })), onSuccess: (next) => queries.setQueryData(key, next), onError: (error) => toast(error.message, 'fail') })
  return { data, stop: () => stop.mutate() }
}

type ProgressProps = { done: number; total: number | null; replayed: number; refused: number; why: string; running: boolean; note: string }

/** Progress says how far a replay is, and in the end what came of it. */
export function Progress({ done, total, replayed, refused, why, running, note }: ProgressProps) {
  const t = useWords()
  const plural = usePlural()
  const { number } = useFormat()
  const reason = useHidden(why)
  const noted = useHidden(note)
  const words = running ? (total === null ? t.counting : fill(t.progress, { done: number(done), total: number(total) })) : fill(t.doneOf, { done: number(replayed), total: number(total ?? done) })
  return (
    <div role="status" className="space-y-2 py-2">
      <progress {...(total !== null && { max: Math.max(1, total), value: running ? done : Math.max(1, total) })} className="w-full" aria-label={words} />
      <p className="font-medium">{words}</p>
      {refused > 0 && <p className="text-warn">{plural(t, 'refused', refused, { why: reason })}</p>}
      {note && <p className="text-secondary text-text-2">{noted}</p>}
    </div>
  )
}

/** Replays are those that go on now, above the list of runs. */
export function Replays({ may }: { may: boolean }) {
  const queries = useQueryClient()
  const { data } = useQuery({ queryKey: ['replays'], queryFn: () => take(api.GET('/replays', { params: { query: { limit: 10 } } })) })
  useEffect(() => onLive('replay', (news) => {
    const r = news as Replaying
    queries.setQueryData<{ items: Replaying[]; next: string | null }>(['replays'], (old) => old && { ...old, items: old.items.some((x) => x.id === r.id) ? old.items.map((x) => (x.id === r.id ? r : x)) : [r, ...old.items] })
    if (r.ended) for (const key of ['runs', 'failures']) void queries.invalidateQueries({ queryKey: [key] })
  }), [queries])
  return data?.items.filter((r) => !r.ended).map((r) => <GoingOn key={r.id} replay={r} may={may} />)
}

function GoingOn({ replay, may }: { replay: Replaying; may: boolean }) {
  const t = useWords()
  const { number } = useFormat()
  const { data: r = replay, stop } = useReplay(replay.id)
  const words = r.matched === null ? t.counting : fill(t.againNow, { done: number(r.done), total: number(r.matched) })
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-xl bg-wait-soft px-4 py-2.5 text-wait">
      <RotateCw size={16} aria-hidden className="shrink-0 motion-safe:animate-spin" />
      <span role="status" className="font-medium">{words}</span>
      <progress {...(r.matched !== null && { max: Math.max(1, r.matched), value: r.done })} className="min-w-24 flex-1 text-wait" aria-label={words} />
      {may && <Button size="small" onClick={stop}><Square size={14} aria-hidden />{t.stopIt}</Button>}
    </div>
  )
}
