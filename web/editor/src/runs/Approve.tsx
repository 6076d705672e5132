import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { Button } from '../ui/Button'
import { toast } from '../ui/Toast'
import { useWords } from './runWords'

/** asked is the question of an approval page; undefined where a program answers. */
export function asked(step: Schemas['StepView']): string | undefined {
  const page = step.input?.['approve'] as { text?: unknown } | undefined
  return typeof page?.text === 'string' ? page.text : undefined
}

/** Approve answers the approval that a run waits for. */
export function Approve({ run, step }: { run: string; step: Schemas['StepView'] }) {
  const t = useWords()
  const queries = useQueryClient()
  const answer = useMutation({
    mutationFn: (approved: boolean) => take(api.POST('/runs/{id}/steps/{path}/answer', { params: { path: { id: run, path: step.path } }, body: { approved } })),
    onSuccess: (view, approved) => {
      queries.setQueryData(['run', run], view)
      toast(approved ? t.approved : t.rejected)
      document.getElementById('content')?.focus()
    },
    onError: (e) => toast(e.message, 'fail'),
    onSettled: () => queries.invalidateQueries({ queryKey: ['run', run] }),
  })
  if (!step.wait_url || asked(step) === undefined) return null
  return (
    <div className="mt-2 flex flex-wrap gap-2 text-text">
      <Button size="small" look="primary" busy={answer.isPending} onClick={() => answer.mutate(true)}><Check size={15} aria-hidden />{t.approve}</Button>
      <Button size="small" look="danger" busy={answer.isPending} onClick={() => answer.mutate(false)}><X size={15} aria-hidden />{t.reject}</Button>
    </div>
  )
}
