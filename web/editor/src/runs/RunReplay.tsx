import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { api, Refused, type Schemas, take } from '../api/client'
import { Button, Problem } from '../ui/basics'
import { Dialog } from '../ui/Dialog'
import { toast } from '../ui/Toast'
import { fill, usePlural } from '../words/phrase'
import { useWords } from './runWords'
import { useOthers } from './useOthers'

type From = 'start' | 'failed'
type ReplayProps = { run: Schemas['RunView']; now?: Schemas['FlowView']; from: From; close: () => void }

/** RunReplay runs an event again: from where, on which revision, and whether for all with the same error. */
export function RunReplay({ run, now, from: first, close }: ReplayProps) {
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
  const same = published === run.revision
  const revision = chosen ?? (same && from === 'failed' ? 'original' : 'published')
  const replay = useMutation({
    mutationFn: () => take(api.POST('/runs/replay', { body: { ...(all ? { query } : { ids: [run.id] }), from, revision, allow } })),
    onSuccess: async (answer) => {
      await queries.invalidateQueries({ queryKey: ['run'] })
      toast(answer.replay ? t.replayGoesOn : [plural(t, 'replayed', answer.replayed), answer.refused > 0 && plural(t, 'refused', answer.refused)].filter(Boolean).join(' · '))
      close()
      const next = answer.items.find((i) => i.replay_of === run.id)?.run
      if (next && next !== run.id) go(`/runs/${next}`)
    },
  })
  const differs = replay.error instanceof Refused && replay.error.problem.code === 'replay_differs' ? ((replay.error.problem.steps as string[] | undefined) ?? []) : null
  const radio = 'flex cursor-pointer items-start gap-3 rounded-lg border border-line p-3 has-checked:border-accent has-checked:bg-accent-soft'
  return (
    <Dialog title={t.replayTitle} size="small" close={close} footer={<><Button onClick={close}>{t.cancel}</Button><Button look="primary" busy={replay.isPending} onClick={() => replay.mutate()}>{t.replay}</Button></>}>
      <div className="space-y-4">
        <fieldset className="space-y-2">
          <legend className="sr-only">{t.replayTitle}</legend>
          {failed && <label className={radio}><input type="radio" name="from" className="mt-1 accent-accent" checked={from === 'failed'} onChange={() => setFrom('failed')} /><span><span className="font-medium">{t.fromFailedStep}</span><span className="block text-secondary text-text-2">{t.fromFailedHelp}</span></span></label>}
          <label className={radio}><input type="radio" name="from" className="mt-1 accent-accent" checked={from === 'start'} onChange={() => setFrom('start')} /><span><span className="font-medium">{t.fromStart}</span><span className="block text-secondary text-text-2">{t.fromStartHelp}</span></span></label>
        </fieldset>
        {published > 0 && !same && (
          <fieldset className="space-y-1">
            <legend className="mb-1 font-medium">{t.onWhich}</legend>
            <label className="flex items-center gap-3 py-1"><input type="radio" name="rev" className="accent-accent" checked={revision === 'published'} onChange={() => setRevision('published')} />{fill(t.onPublished, { n: published })}</label>
            <label className="flex items-center gap-3 py-1"><input type="radio" name="rev" className="accent-accent" checked={revision === 'original'} onChange={() => setRevision('original')} />{fill(t.onOriginal, { n: run.revision })}</label>
          </fieldset>
        )}
        {others > 0 && <label className="flex items-center gap-3"><input type="checkbox" className="accent-accent" checked={all} onChange={(e) => setAll(e.target.checked)} />{plural(t, 'others', others)}</label>}
        {differs && (
          <fieldset role="alert" className="rounded-xl bg-warn-soft p-4 text-warn">
            <legend className="sr-only">{t.differs}</legend>
            <p className="mb-2">{t.differs}</p>
            {differs.map((path) => <label key={path} className="flex items-center gap-3 py-1"><input type="checkbox" className="accent-accent" checked={allow.includes(path)} onChange={(e) => setAllow(e.target.checked ? [...allow, path] : allow.filter((p) => p !== path))} /><code>{path}</code></label>)}
          </fieldset>
        )}
        {replay.error && !differs && <Problem error={replay.error} />}
      </div>
    </Dialog>
  )
}
