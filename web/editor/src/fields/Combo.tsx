import { type ReactNode, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Check, ChevronDown } from 'lucide-react'
import { floatLook, useFloating } from '../ui/useFloating'
import { plainText } from '../words/format'
import { soughtWords } from '../words/names'
import { fill } from '../words/phrase'
import { useWords } from './words'

type ComboOption = { value: string; label: string; hint?: string; words?: string }

type ComboProps = {
  id: string; labelledBy?: string; label?: string; options: ComboOption[]; value: string; set: (value: string) => void; custom?: boolean; invalid?: boolean; placeholder?: string;
  footer?: ReactNode; lead?: ReactNode; none?: ReactNode
}

/** Combo is a select that is searched by typing. */
export function Combo({ id, labelledBy, label, options, value, set, custom = false, invalid = false, placeholder, footer, lead, none }: ComboProps) {
  const t = useWords()
  const list = useId()
  const box = useRef<HTMLDivElement>(null)
  const anchor = useRef<HTMLDivElement>(null)
  const popup = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState(false)
  const [q, setQ] = useState<string | null>(null)
  const [at, setAt] = useState(0)
  useLayoutEffect(() => {
    if (open && popup.current && anchor.current) popup.current.style.width = `${anchor.current.offsetWidth}px`
  }, [open])
  useFloating(anchor, popup, open)
  const chosen = options.find((o) => o.value === value)
  const found = useMemo(() => {
    const words = soughtWords(q ?? '')
    const hits = options.filter((o) => { const text = plainText(`${o.label} ${o.hint?.replace(/^×.*/, '') ?? ''} ${o.words ?? ''} ${o.value}`); return words.every((w) => text.includes(w)) })
    const typed = plainText(q ?? '').trim()
    const fits = (o: ComboOption) => { const name = plainText(o.label); return name === typed ? 0 : name.startsWith(typed) ? 1 : name.includes(typed) ? 2 : 3 }
    return (typed === '' ? hits : hits.map((o) => ({ o, n: fits(o) })).sort((a, b) => a.n - b.n).map((x) => x.o)).slice(0, 200)
  }, [options, q])
  /** meant is the option whose name was typed whole, else what was typed. */
  const meant = (typed: string) => (options.find((o) => o.value === typed) ?? options.find((o) => plainText(o.label) === plainText(typed)))?.value ?? typed
  const typed = q?.trim() ?? ''
  const own = custom && typed !== '' && meant(typed) === typed && !options.some((o) => o.value === typed)
  const entries = own ? [...found, { value: typed, label: fill(t.ownValue, { value: typed }) }] : found
  const close = () => { setOpen(false); setQ(null) }
  const pick = (v: string) => { set(v); close() }
  /** leave keeps what was typed, where a value of one's own may stand. */
  const leave = () => { if (custom && typed !== '') set(meant(typed)); close() }
  useEffect(() => {
    if (typed === '') return
    addEventListener('pagehide', leave)
    return () => removeEventListener('pagehide', leave)
  })
  const show = () => {
    if (open) return
    setOpen(true)
    setAt(Math.max(0, options.findIndex((o) => o.value === value)))
  }
  /** whole keeps the name of an option in one piece: what is typed over it replaces it, wherever it was clicked. */
  const whole = (e: React.MouseEvent<HTMLInputElement>) => {
    if (q !== null || !chosen) return
    e.preventDefault() // the browser would put the caret there
    e.currentTarget.select()
  }
  const keys = (e: React.KeyboardEvent) => {
    const hit = entries[at]
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault()
      if (!open) return show()
      setAt(Math.min(Math.max(0, at + (e.key === 'ArrowDown' ? 1 : -1)), entries.length - 1))
    } else if (e.key === 'Enter' && open) {
      e.preventDefault()
      if (hit) pick(hit.value)
    } else if (e.key === 'Escape' && open) {
      e.preventDefault()
      e.stopPropagation()
      leave()
    }
  }
  return (
    <div ref={box} className="relative min-w-0" onBlur={(e) => { if (!box.current?.contains(e.relatedTarget)) leave() }}>
      <div ref={anchor} className={`flex items-center rounded-lg border bg-surface ${invalid ? 'border-fail' : 'border-edge'} focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-accent`}>
        {lead && <span className="pl-3 text-text-2">{lead}</span>}
        <input id={id} role="combobox" aria-expanded={open} aria-controls={list} aria-labelledby={labelledBy} aria-label={label} aria-autocomplete="list" aria-activedescendant={open && entries[at] ? `${list}-${at}` : undefined} aria-invalid={invalid || undefined}
          autoComplete="off" spellCheck={false} className="min-w-0 flex-1 text-ellipsis bg-transparent px-3 py-2 outline-none placeholder:text-text-3 max-[899px]:py-3 max-[899px]:text-base" placeholder={placeholder ?? t.choose}
          value={q ?? chosen?.label ?? value} onFocus={(e) => { e.target.select() }} onMouseUp={whole} onClick={(e) => { if (!open) e.currentTarget.select(); show() }} onKeyDown={keys} onChange={(e) => { setQ(e.target.value); setAt(0); setOpen(true); if (e.target.value === '') set('') }} />
        <ChevronDown size={16} strokeWidth={1.75} aria-hidden className="pointer-events-none mr-2.5 shrink-0 text-text-2" />
      </div>
      {open && (
        <div ref={popup} popover="manual" className={floatLook}>
          <ul id={list} role="listbox" aria-label={t.choose} className="max-h-64 overflow-y-auto p-1">
            {entries.map((o, i) => (
              <li key={o.value} id={`${list}-${i}`} role="option" aria-selected={o.value === value} ref={(el) => { if (i === at) el?.scrollIntoView({ block: 'nearest' }) }} onMouseDown={(e) => e.preventDefault()} onClick={() => pick(o.value)} onMouseMove={() => setAt(i)}
                className={`flex cursor-pointer items-center gap-2 rounded-lg px-2.5 py-1.5 max-[899px]:py-2.5 ${i === at ? 'bg-accent-soft' : ''}`}>
                <span className="min-w-0 flex-1 truncate">{o.label}</span>
                {o.hint && <span className="max-w-40 truncate text-xs text-text-2">{o.hint}</span>}
                {o.value === value && <Check size={15} aria-hidden className="shrink-0 text-accent" />}
              </li>
            ))}
          </ul>
          {entries.length === 0 && <div className="px-3 pb-3 text-[13px] text-text-2">{none ?? t.noMatch}</div>}
          {footer && <div className="border-t border-line p-1" onMouseDown={(e) => e.preventDefault()}>{footer}</div>}
        </div>
      )}
    </div>
  )
}
