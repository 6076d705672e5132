import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take } from '../api/client'
import { Button, inputLook, Labeled, Problem } from '../ui/basics'
import { useWords } from './runWords'

/** Settle lets a person say what became of an effect of which nobody knows. */
export function Settle({ run, path }: { run: string; path: string }) {
  const t = useWords()
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const output = parsed(text)
  const settle = useMutation({
    mutationFn: (as: 'done' | 'repeat') => take(api.POST('/runs/{id}/steps/{path}/resolve', { params: { path: { id: run, path } }, body: { as, output: as === 'done' ? output.value : undefined } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['run', run] }),
  })
  return (
    <div className="mb-4 space-y-3 rounded-xl bg-warn-soft p-4 text-warn">
      <p>{t.settle}</p>
      <div className="flex flex-wrap gap-2">
        <Button busy={settle.isPending} disabled={output.bad} onClick={() => settle.mutate('done')}>{t.settleDone}</Button>
        <Button busy={settle.isPending} onClick={() => settle.mutate('repeat')}>{t.settleRepeat}</Button>
      </div>
      {settle.error && <Problem error={settle.error} />}
      <details>
        <summary className="w-fit text-secondary">{t.settleAnswer}</summary>
        <div className="mt-2"><Labeled label={t.settleOutput} problem={output.bad ? t.badJSON : undefined}><textarea rows={2} spellCheck={false} className={`${inputLook} code text-meta text-text`} value={text} onChange={(e) => setText(e.target.value)} /></Labeled></div>
      </details>
    </div>
  )
}

function parsed(text: string): { value: unknown; bad: boolean } {
  if (text.trim() === '') return { value: {}, bad: false }
  try {
    return { value: JSON.parse(text) as unknown, bad: false }
  } catch {
    return { value: undefined, bad: true }
  }
}
