import { useMutation, useQuery } from '@tanstack/react-query'
import { Pause, Play, Power } from 'lucide-react'
import { api, Refused, take } from '../api/client'
import { Button, Loading, Problem } from '../ui/basics'
import { Panel } from './Panel'
import { useWords } from './words'
import type { useDraft } from './useDraft'

/** PublishPanel says in words what would change, and puts it in force. */
export function PublishPanel({ draft, close }: { draft: ReturnType<typeof useDraft>; close: () => void }) {
  const t = useWords()
  const { view, flow } = draft
  const id = flow.id
  const diff = useQuery({ queryKey: ['diff', id, view.draft_rev, view.published_rev], queryFn: () => take(api.GET('/flows/{id}/diff', { params: { path: { id } } })) })
  const publish = useMutation({
    mutationFn: async (force: boolean) => {
      await draft.save()
      return take(api.POST('/flows/{id}/publish', { params: { path: { id } }, body: { force } }))
    },
    onSuccess: draft.settle,
  })
  const live = useMutation({ mutationFn: (to: '/flows/{id}/pause' | '/flows/{id}/resume' | '/flows/{id}/off') => take(api.POST(to, { params: { path: { id } } })), onSuccess: draft.settle })
  const failing = publish.error instanceof Refused && publish.error.problem.code === 'tests_failed'
  return (
    <Panel title={t.whatChanges} close={close}>
      <div className="space-y-4">
        {diff.isPending && <Loading />}
        {diff.data?.sentences.length === 0 && <p className="text-text-2">{t.nothingChanges}</p>}
        <ul className="list-disc space-y-1 pl-5">{diff.data?.sentences.map((s, i) => <li key={i}>{s}</li>)}</ul>
        {publish.error && <Problem error={publish.error} />}
        <div className="flex flex-wrap gap-2">
          <Button look="primary" disabled={publish.isPending || (!view.changed && view.state === 'on')} onClick={() => publish.mutate(false)}>{t.publish}</Button>
          {failing && <Button onClick={() => publish.mutate(true)}>{t.publishAnyway}</Button>}
        </div>
        {view.published_rev > 0 && (
          <div className="flex flex-wrap gap-2 border-t border-line pt-4">
            {view.state === 'on' && <Button onClick={() => live.mutate('/flows/{id}/pause')}><Pause size={16} aria-hidden />{t.pause}</Button>}
            {(view.state === 'paused' || view.state === 'off') && <Button onClick={() => live.mutate('/flows/{id}/resume')}><Play size={16} aria-hidden />{view.state === 'off' ? t.turnOn : t.resume}</Button>}
            {view.state !== 'off' && <Button look="danger" onClick={() => live.mutate('/flows/{id}/off')}><Power size={16} aria-hidden />{t.off}</Button>}
          </div>
        )}
        {live.error && <Problem error={live.error} />}
      </div>
    </Panel>
  )
}
