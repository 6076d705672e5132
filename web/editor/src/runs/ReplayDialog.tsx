import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import { Button } from '../ui/Button'
import { Choice } from '../ui/Choice'
import { Dialog } from '../ui/Dialog'
import { Problem } from '../ui/states'
import { fill, usePlural } from '../words/phrase'
import { useWords } from './listWords'

type From = 'start' | 'failed'
type Revision = 'original' | 'published'
type Answer = Schemas['ReplayOutputBody']

const portion = 20

/** ReplayDialog asks how runs are done again, says what would happen twice, and does it in portions. */
export function ReplayDialog({ runs, close }: { runs: Schemas['RunView'][]; close: () => void }) {
  const t = useWords()
  const plural = usePlural()
  const queries = useQueryClient()
  const [from, setFrom] = useState<From>(runs.every((r) => r.status === 'failed') ? 'failed' : 'start')
  const [revision, setRevision] = useState<Revision>('published')
  const [allowed, setAllowed] = useState(false)
  const [done, setDone] = useState(0)
  const ids = runs.filter((r) => r.ended).map((r) => r.id)
  const trial = useQuery({ queryKey: ['replay', ids, from, revision], retry: false, queryFn: () => take(api.POST('/runs/replay', { body: { ids, from, revision, dry_run: true } })) })
  const repeats = [...new Set(trial.data?.items.flatMap((i) => i.repeats ?? []) ?? [])]
  const go = useMutation({
    mutationFn: async () => {
      const answers: Answer['items'] = []
      for (let at = 0; at < ids.length; at += portion) {
        answers.push(...(await replay(ids.slice(at, at + portion), from, revision, allowed ? repeats : [])))
        setDone(Math.min(at + portion, ids.length))
      }
      return answers
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['runs'] }),
  })
  const refused = (go.data ?? trial.data?.items ?? []).filter((i) => i.refused && i.refused.code !== 'replay_differs')
  return (
    <Dialog title={plural(t, 'replayTitle', ids.length)} close={close} footer={go.data ? <Button look="primary" onClick={close}>{t.closeIt}</Button> : (
      <>
        <Button look="quiet" onClick={close}>{t.cancel}</Button>
        <Button look="primary" busy={go.isPending || trial.isPending} disabled={(repeats.length > 0 && from === 'failed' && !allowed) || refused.length === ids.length} onClick={() => go.mutate()}>{t.goAhead}</Button>
      </>
    )}>
      {!go.data && !go.isPending && (
        <div className="space-y-5">
          <Choice label={t.where} value={from} set={setFrom} options={[{ value: 'failed', label: t.fromFailed, help: t.fromFailedHelp }, { value: 'start', label: t.fromStart, help: t.fromStartHelp }]} />
          <Choice label={t.which} value={revision} set={setRevision} options={[{ value: 'published', label: t.published, help: t.publishedHelp }, { value: 'original', label: t.original, help: t.originalHelp }]} />
          {from === 'failed' && repeats.length > 0 && (
            <div className="rounded-xl bg-warn-soft p-3 text-warn">
              <p>{t.repeats} {repeats.map((r) => <code key={r} className="mr-2 text-meta">{r}</code>)}</p>
              <label className="mt-2 flex items-center gap-2"><input type="checkbox" className="size-4 accent-accent" checked={allowed} onChange={(e) => setAllowed(e.target.checked)} />{t.allow}</label>
            </div>
          )}
        </div>
      )}
      {(go.isPending || go.data) && (
        <div role="status" className="space-y-2 py-2">
          <progress max={ids.length} value={go.data ? ids.length : done} className="h-2 w-full accent-accent" aria-label={fill(t.progress, { done, total: ids.length })} />
          <p>{go.data ? fill(t.doneOf, { done: go.data.filter((i) => !i.refused).length, total: ids.length }) : fill(t.progress, { done, total: ids.length })}</p>
        </div>
      )}
      {refused.length > 0 && <p className="mt-3 text-warn">{fill(t.refusedSome, { n: refused.length, why: [...new Set(refused.map((i) => i.refused?.message))].join(' · ') })}</p>}
      {trial.error && !go.isPending && <Problem error={trial.error} />}
      {go.error && <Problem error={go.error} />}
    </Dialog>
  )
}

async function replay(ids: string[], from: From, revision: Revision, allow: string[]): Promise<Answer['items']> {
  const { data, error, response } = await api.POST('/runs/replay', { body: { ids, from, revision, allow } })
  if (data) return data.items
  if (response.status === 409 || response.status === 404) return ids.map((id) => ({ replay_of: id, refused: { code: 'refused', message: error.detail } }))
  return take(Promise.resolve({ error, response }))
}
