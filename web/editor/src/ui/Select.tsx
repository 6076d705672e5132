import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Check, ChevronDown } from 'lucide-react'
import { useWords } from '../words'
import { plainText } from '../words/format'
import { floatLook, useFloating } from './useFloating'

export type Option = { value: string; label: string; hint?: string; mark?: ReactNode }

type SelectProps = { label: string; value: string; set: (value: string) => void; options: Option[]; placeholder?: string; className?: string; quiet?: boolean; prefix?: string; id?: string }

/** Select chooses one of some; above eight they can be searched. */
export function Select({ label, value, set, options, placeholder, className = '', quiet = false, prefix, id }: SelectProps) {
  const [open, setOpen] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  const chosen = options.find((o) => o.value === value)
  const close = () => {
    setOpen(false)
    anchor.current?.focus()
  }
  const openKeys = (e: KeyboardEvent) => {
    if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') return
    e.preventDefault()
    setOpen(true)
  }
  return (
    <>
      <button ref={anchor} id={id} type="button" aria-label={`${label}: ${chosen?.label ?? placeholder ?? ''}`} aria-haspopup="listbox" aria-expanded={open} onKeyDown={openKeys} onClick={() => setOpen(!open)}
        className={`inline-flex h-9 min-w-0 items-center gap-2 rounded-lg border bg-surface px-3 text-left transition-colors duration-120 hover:bg-sunken border-edge ${quiet ? '' : 'w-full'} ${className}`}>
        {chosen?.mark}
        <span className={`min-w-0 flex-1 truncate ${chosen ? '' : 'text-text-3'}`}>{prefix && <span className="text-text-2">{prefix}: </span>}{chosen?.label ?? placeholder}</span>
        <ChevronDown size={15} aria-hidden className="shrink-0 text-text-3" />
      </button>
      {open && <Listbox label={label} value={value} options={options} anchor={anchor} pick={(v) => { set(v); close() }} close={close} gone={() => setOpen(false)} />}
    </>
  )
}

type ListboxProps = { label: string; value: string; options: Option[]; anchor: React.RefObject<HTMLElement | null>; pick: (value: string) => void; close: () => void; gone: () => void }

function Listbox({ label, value, options, anchor, pick, close, gone }: ListboxProps) {
  const t = useWords()
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const [q, setQ] = useState('')
  const found = options.filter((o) => plainText(`${o.label} ${o.hint ?? ''} ${o.value}`).includes(plainText(q)))
  const [at, setAt] = useState(Math.max(0, options.findIndex((o) => o.value === value)))
  const searching = options.length > 8
  useFloating(anchor, box, true)
  useEffect(() => {
    if (box.current && anchor.current) box.current.style.minWidth = `${Math.max(180, anchor.current.offsetWidth)}px`
    input.current?.focus()
  }, [anchor])
  useEffect(() => {
    void document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, at])
  const keys = (e: KeyboardEvent) => {
    const chosen = found[at]
    if (e.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1))
    else if (e.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
    else if (e.key === 'Home' && !searching) setAt(0)
    else if (e.key === 'End' && !searching) setAt(found.length - 1)
    else if (e.key === 'Enter' && chosen) pick(chosen.value)
    else if (e.key === 'Escape' || e.key === 'Tab') close()
    else return
    if (e.key !== 'Tab') e.preventDefault()
    e.stopPropagation()
  }
  return (
    <div ref={box} popover="auto" onKeyDown={keys} onToggle={(e) => { if (e.newState === 'closed') gone() }} className={`${floatLook} max-w-[min(92vw,26rem)] p-1`}>
      <input ref={input} role="combobox" aria-expanded aria-controls={id} aria-activedescendant={found[at] && `${id}-${at}`} aria-label={searching ? t.search : label} placeholder={t.search} value={q} readOnly={!searching}
        onChange={(e) => { setQ(e.target.value); setAt(0) }} className={searching ? 'sticky top-0 mb-1 w-full rounded-lg border border-line bg-surface px-2.5 py-1.5' : 'sr-only'} />
      <ul id={id} role="listbox" aria-label={label}>
        {found.map((o, i) => (
          <li key={o.value} id={`${id}-${i}`} role="option" aria-selected={o.value === value} onPointerMove={() => setAt(i)} onClick={() => pick(o.value)} className={`flex cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-1.5 ${i === at ? 'bg-sunken' : ''}`}>
            {o.mark}
            <span className="min-w-0 flex-1"><span className="block truncate">{o.label}</span>{o.hint && <span className="block text-meta text-text-2">{o.hint}</span>}</span>
            {o.value === value && <Check size={15} aria-hidden className="text-accent" />}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="px-2.5 py-2 text-text-2">{t.noMatch}</p>}
    </div>
  )
}
