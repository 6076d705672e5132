import { type ReactNode, useId, useRef } from 'react'
import { Braces, GripVertical, Type, X } from 'lucide-react'
import { Code } from '../code/Code'
import type { Handle } from '../code/types'
import { useDesk } from '../data/desk'
import { Button, IconButton } from '../ui/basics'
import { readJSON, unreadable } from './CodeField'
import { TemplateField } from './TemplateField'
import { hole } from './template'
import { fill } from '../words/phrase'
import { useWords } from './words'

/** useRowMoves moves rows by keys, and keeps the focus on the one that moves. */
export function useRowMoves(count: number, moved: (from: number, to: number) => void) {
  const box = useRef<HTMLDivElement>(null)
  const focusOn = (row: number, what: string) => setTimeout(() => box.current?.querySelector<HTMLElement>(`[data-row="${row}"] ${what}`)?.focus())
  const move = (from: number, by: number) => {
    const to = from + by
    if (to < 0 || to >= count) return
    moved(from, to)
    focusOn(to, '[data-grip]')
  }
  return { box, move, focusLast: () => focusOn(count, 'input, .cm-content, textarea') }
}

type ToolsProps = { n: number; count: number; move: (from: number, by: number) => void; drop: () => void; children: ReactNode }

export function RowTools({ n, count, move, drop, children }: ToolsProps) {
  const t = useWords()
  const keys = (e: React.KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[e.key]
    if (!by) return
    e.preventDefault()
    move(n - 1, by)
  }
  return (
    <>
      {count > 1 && <button type="button" data-grip aria-label={fill(t.moveRow, { n })} title={fill(t.moveRow, { n })} onKeyDown={keys} className="mt-1.5 -ml-1.5 grid h-6 w-4 shrink-0 cursor-grab place-items-center rounded text-text-3 hover:text-text-2"><GripVertical size={14} aria-hidden /></button>}
      <div className="flex min-w-0 flex-1 items-start gap-1.5">{children}</div>
      <IconButton label={fill(t.removeRow, { n })} className="-mr-1.5 size-8! text-text-3" onClick={drop}><X size={15} aria-hidden /></IconButton>
    </>
  )
}

type ValueProps = { n: number; name?: string; value: unknown; set: (value: unknown) => void; literal?: boolean }

/** RowValue is a text with data in it, or any other value as JSON. */
export function RowValue({ n, name, value, set, literal = false }: ValueProps) {
  const t = useWords()
  const id = useId()
  const desk = useDesk()
  const handle = useRef<Handle>(null)
  const other = typeof value !== 'string' && value !== undefined
  const label = fill(t.rowValue, { n })
  const focus = () => desk.aim({ id, label: name || label, insert: (path) => handle.current?.insert(hole(path)), focus: () => handle.current?.focus() })
  const change = (text: string) => {
    const read = readJSON(text)
    set(read === unreadable ? text : read)
  }
  return (
    <div className="group/value relative min-w-0 flex-1">
      <span id={`${id}-label`} className="sr-only">{label}</span><span id={`${id}-help`} className="sr-only">{name}</span>
      {other
        ? <div className="code-mono-wrap"><Code value={JSON.stringify(value)} change={change} mode="json" lines="one" labelledBy={`${id}-label`} /></div>
        : <TemplateField ref={handle} id={id} value={value ?? ''} set={(v) => set(v ?? '')} chips={!literal} lines="one" placeholder={t.value} focus={focus} />}
      <button type="button" tabIndex={-1} aria-hidden onClick={() => set(other ? (typeof value === 'object' ? JSON.stringify(value) : String(value)) : asJSON(value))}
        className="absolute top-1.5 right-1 hidden size-6 place-items-center rounded bg-surface text-text-3 group-focus-within/value:grid hover:text-accent max-[899px]:hidden!">{other ? <Type size={13} aria-hidden /> : <Braces size={13} aria-hidden />}</button>
    </div>
  )
}

function asJSON(value: unknown): unknown {
  const read = typeof value === 'string' ? readJSON(value) : unreadable
  return read === unreadable || read === undefined || typeof read === 'string' ? {} : read
}

/** WholeSwitch changes between rows and one expression for all of them. */
export function WholeSwitch({ on, choose }: { on: boolean; choose: () => void }) {
  const t = useWords()
  return <Button look="quiet" className={`h-8! px-2! text-[13px] ${on ? 'mt-1 -ml-2' : ''}`} onClick={choose}><Braces size={15} aria-hidden />{on ? t.rowByRow : t.wholeExpression}</Button>
}
