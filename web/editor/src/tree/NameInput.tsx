import { useState } from 'react'
import { useDesk } from './desk'
import { useWords } from './words'

/** NameInput takes a new name of a step, in its place. */
export function NameInput({ id, name, placeholder }: { id: string; name: string; placeholder: string }) {
  const { store, hands } = useDesk()
  const t = useWords()
  const [text, setText] = useState(name)
  const done = (keep: boolean) => {
    if (store.get().naming !== id) return
    if (keep && text.trim() !== name) hands?.rename(id, text.trim())
    store.set({ naming: null })
  }
  const keys = (e: React.KeyboardEvent) => {
    e.stopPropagation()
    if (e.key !== 'Enter' && e.key !== 'Escape') return
    e.preventDefault()
    done(e.key === 'Enter')
    e.currentTarget.closest<HTMLElement>('[data-row]')?.focus()
  }
  return (
    <input id={`n-${id}`} autoFocus aria-label={t.typeName} placeholder={placeholder} value={text} onChange={(e) => setText(e.target.value)} onBlur={() => done(true)} onKeyDown={keys} onClick={(e) => e.stopPropagation()}
      onFocus={(e) => e.target.select()} className="min-w-0 flex-1 rounded-md border border-edge bg-surface px-1.5 font-semibold" />
  )
}
