import { type ReactNode, type Ref, type RefObject, Suspense, useContext, useId, useMemo, useRef, useState } from 'react'
import { Braces, GripVertical, Type, X } from 'lucide-react'
import { Code } from '../code/Code'
import type { Handle } from '../code/types'
import { useAnswer, useDesk } from '../data/desk'
import { useLooks } from '../editor/Locked'
import { Button, IconButton } from '../ui/basics'
import { soon } from '../ui/soon'
import { readJSON, unreadable } from './CodeField'
import { OfField, Preview } from './FieldRow'
import { missingOf } from './missingOf'
import { TemplateField } from './TemplateField'
import { hasHole, hole } from './template'
import { fill } from '../words/phrase'
import { useWords } from './words'

const Missing = soon(() => import('./Missing').then((m) => m.Missing))

/** focusRow puts the focus into a row once it is drawn, before the next key. */
export function focusRow(box: RefObject<HTMLElement | null>, row: number, what = 'input, .cm-content, textarea') {
  queueMicrotask(() => box.current?.querySelector<HTMLElement>(`[data-row="${row}"]`)?.querySelector<HTMLElement>(what)?.focus())
}

/** values are where the value of a row is written, which takes data. */
export const values = '.cm-content, textarea, input[inputmode]'

/** useRowMoves moves rows by keys, and keeps the focus on the one that moves. */
export function useRowMoves(count: number, moved: (from: number, to: number) => void) {
  const box = useRef<HTMLDivElement>(null)
  const move = (from: number, by: number) => {
    const to = from + by
    if (to < 0 || to >= count) return
    moved(from, to)
    focusRow(box, to, '[data-grip]')
  }
  return { box, move, focusLast: () => focusRow(box, count) }
}

/** RowDrop takes a row away. */
export function RowDrop({ n, drop }: { n: number; drop: () => void }) {
  const t = useWords()
  return <IconButton label={fill(t.removeRow, { n })} className="-mr-1.5 size-8! text-text-3 max-[899px]:mt-2" onClick={drop}><X size={15} aria-hidden /></IconButton>
}

/** NameTaken says that a row has the name of one above it, and offers a list of both where lists are taken. */
export function NameTaken({ merge }: { merge?: () => void }) {
  const t = useWords()
  return <p role="alert" className="mt-1 text-xs text-fail">{t.nameTaken}{merge && <button type="button" className="ml-1.5 font-medium text-accent underline underline-offset-2" onClick={merge}>{t.makeList}</button>}</p>
}

type ToolsProps = { n: number; count: number; move: (from: number, by: number) => void; drop?: () => void; children: ReactNode }

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
      {drop && <RowDrop n={n} drop={drop} />}
    </>
  )
}

type ValueProps = { n: number; name?: string; value: unknown; set: (value: unknown) => void; literal?: boolean; invalid?: boolean; plain?: boolean; text?: boolean; placeholder?: string; autoFocus?: boolean }

/** RowValue is a text with data in it, and what it is with the chosen event; or, where it is not a plain text, any other value as JSON. */
export function RowValue({ n, name, value, set, literal = false, invalid = false, plain = false, text: joined, placeholder, autoFocus }: ValueProps) {
  const t = useWords()
  const id = useId()
  const desk = useDesk()
  const handle = useRef<Handle>(null)
  const [json, setJSON] = useState(() => typeof value !== 'string' && value !== undefined)
  const label = fill(t.rowValue, { n })
  const text = typeof value === 'string' ? value : ''
  const template = !json && !literal && hasHole(text)
  const looks = useLooks()
  const member = useContext(OfField)
  const asked = template && member !== '' && missingOf(desk, text) !== undefined
  const { answer, fresh, failed } = useAnswer({ source: text, mode: 'template' }, template)
  const marks = useMemo(() => answer?.problems ?? [], [answer])
  const focus = () => desk.aim(literal ? undefined : { id, label: name || label, insert: (path) => handle.current?.insert(hole(path)), focus: () => handle.current?.focus() })
  const turn = (to: boolean) => {
    if (to) set(text === '' ? {} : (readJSON(text) as unknown))
    else set(typeof value === 'object' ? JSON.stringify(value) : String(value))
    setJSON(to)
    queueMicrotask(() => handle.current?.focus())
  }
  const turnable = !plain && (json || text === '' || ![unreadable, undefined].includes(readJSON(text) as symbol) && !hasHole(text))
  return (
    <div className="group/value relative min-w-0 flex-1">
      <span id={`${id}-label`} className="sr-only">{label}</span><span id={`${id}-help`} className="sr-only">{name}</span>
      {json
        ? <JSONValue ref={handle} id={id} value={value} set={set} />
        : <TemplateField ref={handle} id={id} value={text} set={(v) => set(v ?? '')} chips={!literal} lines="one" placeholder={placeholder ?? t.value} focus={focus} invalid={invalid} autoFocus={autoFocus} text={joined} problems={template ? marks : undefined} />}
      {turnable && (
        <button type="button" aria-label={json ? t.asText : t.asJSON} title={json ? t.asText : t.asJSON} onClick={() => turn(!json)}
          className="absolute top-1.5 right-1 grid size-6 place-items-center rounded bg-surface text-text-3 opacity-0 group-focus-within/value:opacity-100 group-hover/value:opacity-100 hover:text-accent max-[899px]:hidden!">{json ? <Type size={13} aria-hidden /> : <Braces size={13} aria-hidden />}</button>
      )}
      {template && <Preview answer={answer} fresh={fresh} failed={failed} source={text} set={set} asked={asked} />}
      {asked && !looks && <Suspense fallback={null}><Missing field={member} value={text} set={set} /></Suspense>}
    </div>
  )
}

/** JSONValue keeps what is typed, and gives it on as soon as it is JSON. */
function JSONValue({ ref, id, value, set }: { ref: Ref<Handle>; id: string; value: unknown; set: (value: unknown) => void }) {
  const t = useWords()
  const [typed, setTyped] = useState<string | null>(null)
  const bad = typed !== null && readJSON(typed) === unreadable
  const change = (text: string) => {
    setTyped(text)
    const read = readJSON(text)
    if (read !== unreadable && read !== undefined) set(read)
  }
  return (
    <div className="code-mono-wrap">
      <Code ref={ref} value={typed ?? JSON.stringify(value)} change={change} mode="json" lines="one" labelledBy={`${id}-label`} invalid={bad} blur={() => { if (!bad) setTyped(null) }} />
      {bad && <p role="alert" className="mt-1 text-xs text-warn">{t.badJSON}</p>}
    </div>
  )
}

type WholeProps = { id: string; value: string; set: (value: unknown) => void; chips: boolean; invalid: boolean; focus?: () => void }

/** WholeField is one expression that gives all rows, and what it gives with the chosen event. */
export function WholeField({ id, value, set, chips, invalid, focus }: WholeProps) {
  const template = hasHole(value)
  const { answer, fresh, failed } = useAnswer({ source: value, mode: 'template' }, template)
  const marks = useMemo(() => answer?.problems ?? [], [answer])
  return (
    <>
      <TemplateField id={id} value={value} set={set} chips={chips} lines="one" placeholder="{{ }}" invalid={invalid} problems={template ? marks : undefined} focus={focus} />
      {template && <Preview answer={answer} fresh={fresh} failed={failed} source={value} set={set} />}
    </>
  )
}

/** WholeSwitch changes between rows and one expression for all of them. */
export function WholeSwitch({ on, choose }: { on: boolean; choose: () => void }) {
  const t = useWords()
  return <Button look="quiet" className={`h-8! px-2! text-[13px] ${on ? 'mt-1 -ml-2' : ''}`} onClick={choose}><Braces size={15} aria-hidden />{on ? t.rowByRow : t.wholeExpression}</Button>
}
