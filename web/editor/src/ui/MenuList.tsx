import { type KeyboardEvent, useRef } from 'react'
import { Link } from 'wouter'
import type { MenuItem, Popup } from './Menu'
import { floatLook, useFloating } from './useFloating'

/** MenuList is the list of an open menu; it comes when one is opened. */
export function MenuList({ anchor, id, label, closed, items }: Popup & { items: MenuItem[] }) {
  const box = useRef<HTMLDivElement>(null)
  useFloating(anchor, box, true, 'end')
  const close = () => {
    closed()
    anchor.current?.focus()
  }
  return (
    <div ref={box} id={id} role="menu" aria-label={label} popover="auto" className={`${floatLook} min-w-48 p-1`} onKeyDown={(e) => keys(e, close)} onToggle={(e) => { if (e.newState === 'closed') closed(); else first(box.current)?.focus() }}>
      {items.filter((item, i) => item !== 'line' || items[i + 1] !== 'line').map((item, i) => (item === 'line' ? <hr key={i} className="my-1 border-line" /> : <Entry key={item.id} item={item} close={close} />))}
    </div>
  )
}

const entryLook = 'flex w-full items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-left outline-none focus:bg-sunken disabled:opacity-40'

function Entry({ item, close }: { item: Exclude<MenuItem, 'line'>; close: () => void }) {
  const Icon = item.icon
  const inside = (
    <>
      {Icon && <Icon size={16} strokeWidth={1.75} aria-hidden className={item.danger ? '' : 'text-text-2'} />}
      <span className="flex-1">{item.label}</span>
      {item.hint && <kbd className="text-meta text-text-3">{item.hint}</kbd>}
    </>
  )
  const hover = (e: React.PointerEvent<HTMLElement>) => e.currentTarget.focus()
  const look = `${entryLook} ${item.danger ? 'text-fail' : ''}`
  if (item.href) return <Link href={item.href} role="menuitem" tabIndex={-1} className={look} onPointerMove={hover} onClick={close}>{inside}</Link>
  return (
    <button type="button" role="menuitem" tabIndex={-1} disabled={item.disabled} className={look} onPointerMove={hover} onClick={() => { close(); item.run?.() }}>{inside}</button>
  )
}

const entries = (box: HTMLElement | null) => [...(box?.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled)') ?? [])]
const first = (box: HTMLElement | null) => entries(box)[0]

/** keys moves among the entries by arrows and by their first letters. */
function keys(e: KeyboardEvent<HTMLDivElement>, close: () => void) {
  const all = entries(e.currentTarget)
  const at = all.indexOf(document.activeElement as HTMLElement)
  const go = (i: number) => all[(i + all.length) % all.length]?.focus()
  const letter = e.key.length === 1 && !e.ctrlKey && !e.metaKey ? e.key.toLowerCase() : ''
  if (e.key === 'ArrowDown') go(at + 1)
  else if (e.key === 'ArrowUp') go(at - 1)
  else if (e.key === 'Home') go(0)
  else if (e.key === 'End') go(-1)
  else if (e.key === 'Escape' || e.key === 'Tab') close()
  else if (letter && letter !== ' ') [...all.slice(at + 1), ...all.slice(0, at + 1)].find((b) => b.textContent?.trim().toLowerCase().startsWith(letter))?.focus()
  else return
  if (e.key !== 'Tab') e.preventDefault()
  e.stopPropagation()
}
