import { useId, useMemo, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { ClipboardPaste, Search } from 'lucide-react'
import type { Schemas } from '../api/client'
import { ActionIcon } from '../tree/ActionIcon'
import { useSay } from '../words'
import { usePlural } from '../words/phrase'
import { countUse, groupsOf, usedActions } from './actionSearch'
import { Floating } from './Floating'
import { type Pasted, pastes, readPaste } from './paste'
import { useWords } from './addWords'

type Action = Schemas['ActionView']
type Choice = { id: string; group: string; icon: React.ReactNode; title: string; help: string; take: () => void }
type AddMenuProps = { actions: Action[]; anchor: HTMLElement; pick: (action: Action) => void; paste: (pasted: Pasted) => void; close: () => void }

/** AddMenu is what the "+" opens: a search over all actions. It takes pasted JSON and cURL too. */
export function AddMenu({ actions, anchor, pick, paste, close }: AddMenuProps) {
  const t = useWords()
  const say = useSay()
  const plural = usePlural()
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const [q, setQ] = useState('')
  const [at, setAt] = useState(0)
  const [used] = useState(usedActions)
  const read = useQuery({ queryKey: ['pasted', q], enabled: pastes(q), staleTime: Infinity, gcTime: 0, queryFn: () => readPaste(q) })
  const pasted = pastes(q) ? read.data : null
  const nameOf = (s: Pasted['steps'][number]) => s.name ?? [say(actions.find((a) => a.kind === s.action)?.title ?? { en: s.action, 'pt-BR': s.action }), s.with?.['method'], s.with?.['url']].filter((x) => typeof x === 'string').join(' ')
  const choices = useMemo(() => {
    const all: Choice[] = pasted ? [{ id: 'paste', group: '', icon: <ClipboardPaste size={18} strokeWidth={1.75} aria-hidden />, title: plural(t, 'pasteSteps', pasted.steps.length), help: pasted.steps.map(nameOf).join(', '), take: () => paste(pasted) }] : []
    const found = groupsOf(actions, q, used)
    const anyAPI = pastes(q) ? [] : [{ id: 'http', actions: actions.filter((a) => a.kind === 'http.request') }]
    for (const g of found.length > 0 ? found : anyAPI) for (const a of g.actions) {
      all.push({ id: `${g.id}-${a.kind}`, group: g.id, icon: <ActionIcon kind={a.kind} mark={a.mark} />, title: say(a.title), help: say(a.summary), take: () => { countUse(a.kind); pick(a) } })
    }
    return all
  }, [q, pasted, actions, used, t, say, plural, pick, paste])
  const go = (to: number) => {
    const next = Math.max(0, Math.min(to, choices.length - 1))
    setAt(next)
    list.current?.querySelector(`[data-at="${next}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const keys = (e: React.KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 6, PageUp: at - 6 }[e.key]
    if (to !== undefined) go(to)
    else if (e.key === 'Enter') choices[at]?.take()
    else return
    e.preventDefault()
  }
  const groupWord = (g: string) => (`group_${g}` in t ? t[`group_${g}` as keyof typeof t] : g.charAt(0).toUpperCase() + g.slice(1))
  return (
    <Floating anchor={anchor} width={440} tall label={t.addStep} close={close}>
      <div className="relative border-b border-line p-2">
        <Search size={16} strokeWidth={1.75} aria-hidden className="pointer-events-none absolute top-1/2 left-5 -translate-y-1/2 text-text-3" />
        <input autoFocus role="combobox" aria-expanded aria-controls={id} aria-activedescendant={choices[at] && `${id}-${at}`} aria-label={t.searchActions} placeholder={t.searchActions} value={q} autoComplete="off" spellCheck={false}
          onChange={(e) => { setQ(e.target.value); setAt(0) }} onKeyDown={keys} className="w-full rounded-lg bg-sunken py-2 pr-3 pl-10 placeholder:text-text-3" />
      </div>
      <div ref={list} id={id} role="listbox" aria-label={t.searchActions} className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-1.5">
        {choices.map((c, i) => (
          <div key={c.id} role="none">
            {c.group !== '' && c.group !== choices[i - 1]?.group && <div role="none" className="px-2.5 pt-2.5 pb-1 text-meta font-medium text-text-3">{groupWord(c.group)}</div>}
            <div id={`${id}-${i}`} data-at={i} role="option" aria-selected={i === at} onClick={c.take} onPointerMove={() => i !== at && setAt(i)} className={`flex cursor-pointer items-center gap-3 rounded-lg px-2.5 py-1.5 ${i === at ? 'bg-accent-soft' : ''}`}>
              <span aria-hidden className="relative grid size-8 shrink-0 place-items-center overflow-hidden rounded-lg border border-line bg-surface text-accent">{c.icon}</span>
              <span className="min-w-0"><span className="block truncate font-medium">{c.title}</span><span className="block truncate text-meta text-text-2">{c.help}</span></span>
            </div>
          </div>
        ))}
        {choices.length === 0 && <p className="p-3 text-text-2">{t.noMatch}</p>}
      </div>
      <p className="border-t border-line px-4 py-2 text-meta text-text-3"><span className="pointer-coarse:hidden">{t.addKeys} </span>{t.addHint}</p>
    </Floating>
  )
}
