import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take } from '../api/client'
import { Button, Problem } from '../ui/basics'
import { SettleAnswer, useSettleAnswer } from './SettleAnswer'
import { useWords } from './settleWords'

/** Settle lets a person say what became of an effect of which nobody knows. */
export function Settle({ run, path }: { run: string; path: string }) {
  const t = useWords()
  const queries = useQueryClient()
  const output = useSettleAnswer()
  const settle = useMutation({
    mutationFn: (as: 'done' | 'repeat') => take(api.POST('/runs/{id}/steps/{path}/resolve', { params: { path: { id: run, path } }, body: { as, output: as === 'done' ? output.value : undefined } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['run', run] }),
  })
  return (
    <div className="mb-4 space-y-3 rounded-xl bg-warn-soft p-4 text-warn">
      <p>{t.settle}</p>
      <div className="flex flex-wrap gap-2">
        <Button busy={settle.isPending} disabled={output.bad} onClick={() => settle.mutate('done')}>{t.done}</Button>
        <Button busy={settle.isPending} onClick={() => settle.mutate('repeat')}>{t.repeat}</Button>
      </div>
      {settle.error && <Problem error={settle.error} />}
      <SettleAnswer {...output} />
    </div>
  )
}
