import { useState } from 'react'
import { inputLook, Labeled } from '../ui/basics'
import { useWords } from './settleWords'

/** useSettleAnswer is what an effect answered that did happen, where later steps need it. */
export function useSettleAnswer() {
  const [text, setText] = useState('')
  return { text, setText, ...parsed(text) }
}

export function SettleAnswer({ text, setText, bad }: ReturnType<typeof useSettleAnswer>) {
  const t = useWords()
  return (
    <details>
      <summary className="w-fit text-secondary">{t.answer}</summary>
      <div className="mt-2"><Labeled label={t.output} problem={bad ? t.badJSON : undefined}><textarea rows={2} spellCheck={false} className={`${inputLook} code text-meta text-text`} value={text} onChange={(e) => setText(e.target.value)} /></Labeled></div>
    </details>
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
