import { useState } from 'react'
import type { Schemas } from '../api/client'
import { inputLook } from '../ui/basics'
import { useSay } from '../words'
import { useWords } from './words'

type Action = Schemas['ActionView']

const plain = (text: string) => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase()

/** matches finds actions by their names and synonyms, in both languages. */
export function matches(action: Action, q: string): boolean {
  const all = plain([action.kind, action.title.en, action.title['pt-BR'], action.summary.en, action.summary['pt-BR'], action.words.en, action.words['pt-BR']].join(' '))
  return plain(q).split(/\s+/).every((word) => all.includes(word))
}

export function AddMenu({ actions, pick, close }: { actions: Action[]; pick: (action: Action) => void; close: () => void }) {
  const t = useWords()
  const say = useSay()
  const [q, setQ] = useState('')
  const [at, setAt] = useState(0)
  const found = actions.filter((a) => matches(a, q))
  const keys = (e: React.KeyboardEvent) => {
    if (e.key === 'Escape') close()
    if (e.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1))
    if (e.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
    const chosen = found[at]
    if (e.key === 'Enter' && chosen) pick(chosen)
    if (['Escape', 'ArrowDown', 'ArrowUp', 'Enter'].includes(e.key)) {
      e.preventDefault()
      e.stopPropagation()
    }
  }
  return (
    <div className="absolute top-8 left-0 z-20 w-80 max-w-[90vw] rounded-xl border border-line bg-surface p-2 shadow-lg" onKeyDown={keys}>
      <input autoFocus role="combobox" aria-expanded aria-controls="add-menu" aria-activedescendant={found[at] && `add-${found[at].kind}`} aria-label={t.searchActions} placeholder={t.searchActions} className={inputLook} value={q}
        onChange={(e) => { setQ(e.target.value); setAt(0) }} />
      <ul id="add-menu" role="listbox" aria-label={t.searchActions} className="mt-2 max-h-72 overflow-y-auto">
        {found.map((a, i) => (
          <li key={a.kind} id={`add-${a.kind}`} role="option" aria-selected={i === at} onClick={() => pick(a)} onMouseEnter={() => setAt(i)} className={`cursor-pointer rounded-lg px-3 py-2 ${i === at ? 'bg-accent-soft' : ''}`}>
            <span className="block font-medium">{say(a.title)}</span>
            <span className="block text-xs text-text-2">{say(a.summary)}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="p-3 text-text-2">{t.noMatch}</p>}
    </div>
  )
}
