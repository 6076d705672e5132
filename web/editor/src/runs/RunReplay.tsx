import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useLocation } from 'wouter'
import { api, Refused, type Schemas, take } from '../api/client'
import { Button, Problem } from '../ui/basics'
import { Choice } from '../ui/Choice'
import { Dialog } from '../ui/Dialog'
import { toast } from '../ui/Toast'
import { fill, usePlural } from '../words/phrase'
import { useWords } from './runWords'
import { useOthers } from './useOthers'

type From = 'start' | 'failed'
type ReplayProps = { run: Schemas['RunView']; now?: Schemas['FlowView']; nameOf: (path: string) => string; from: From; close: () => void }

/** RunReplay runs an event again: from where, on which revision, and whether for all with the same error. */
export function RunReplay({ run, now, nameOf, from: first, close }: ReplayProps) {
  const t = useWords()
  const plural = usePlural()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const failed = run.status === 'failed'
  const published = now?.published_rev ?? 0
  const [from, setFrom] = useState<From>(failed ? first : 'start')
  const [chosen, setRevision] = useState<'original' | 'published'>()
  const [all, setAll] = useState(false)
  const [allow, setAllow] = useState<string[]>([])
  const { query, others } = useOthers(run)
  const same = published === (run.revision ?? published)
  const revision = chosen ?? (same && from === 'failed' ? 'original' : 'published')
  const replay = useMutation({
    mutationFn: () => take(api.POST('/runs/replay', { body: { ...(all ? { query } : { ids: [run.id] }), from, revision, allow } })),
    onSuccess: (answer) => {
      for (const key of ['run', 'replays']) void queries.invalidateQueries({ queryKey: [key] })
      toast(answer.replay ? t.replayGoesOn : [plural(t, 'replayed', answer.replayed), answer.refused > 0 && plural(t, 'refused', answer.refused)].filter(Boolean).join(' · '))
      close()
      const next = answer.items.find((i) => i.replay_of === run.id)?.run
      if (next && next !== run.id) go(`/runs/${next}`)
    },
  })
  const differs = replay.error instanceof Refused && replay.error.problem.code === 'replay_differs' ? ((replay.error.problem.steps as string[] | undefined) ?? []) : null
  return (
    <Dialog title={t.replayTitle} close={close} footer={<><Button look="quiet" onClick={close}>{t.cancel}</Button><Button look="primary" busy={replay.isPending} onClick={() => replay.mutate()}>{t.replay}</Button></>}>
      <div className="space-y-4">
        {run.replayed_by && <p className="rounded-xl bg-warn-soft p-3 text-warn">{t.replayedBy} <Link href={`/runs/${run.replayed_by}`} className="underline underline-offset-2" onClick={close}>{t.seeReplay}</Link></p>}
        {failed ? <Choice label={t.where} value={from} set={setFrom} options={[{ value: 'failed', label: t.fromFailedStep, help: t.fromFailedHelp }, { value: 'start', label: t.fromStart, help: t.fromStartHelp }]} /> : <p className="text-text-2">{t.fromStartHelp}</p>}
        {published > 0 && !same && <Choice label={t.onWhich} value={revision} set={setRevision} options={[{ value: 'published', label: fill(t.onPublished, { n: published }) }, { value: 'original', label: fill(t.onOriginal, { n: run.revision ?? published }) }]} />}
        {others > 0 && !run.replayed_by && <label className="flex items-center gap-3"><input type="checkbox" className="size-4 accent-accent" checked={all} onChange={(e) => setAll(e.target.checked)} />{plural(t, 'others', others)}</label>}
        {differs && (
          <fieldset role="alert" className="rounded-xl bg-warn-soft p-4 text-warn">
            <legend className="sr-only">{t.differs}</legend>
            <p className="mb-2">{t.differs}</p>
            {differs.map((path) => <label key={path} className="flex items-center gap-3 py-1"><input type="checkbox" className="accent-accent" checked={allow.includes(path)} onChange={(e) => setAllow(e.target.checked ? [...allow, path] : allow.filter((p) => p !== path))} />{nameOf(path)}</label>)}
          </fieldset>
        )}
        {replay.error && !differs && <Problem error={replay.error} />}
      </div>
    </Dialog>
  )
}
