import { useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useQueries } from '@tanstack/react-query'
import { Check, SquareFunction, TextCursorInput, Trash2, Type } from 'lucide-react'
import { askExpression } from '../api/expression'
import type { OpenChip } from '../code/types'
import { question, useDesk, valueAt } from '../data/desk'
import { useVeil } from '../data/veil'
import { Button } from '../ui/basics'
import { floatLook, useFloating } from '../ui/useFloating'
import { useLang } from '../words'
import { fill } from '../words/phrase'
import { type Currency, currencyOf } from './money'
import { type Format, formatNames, read, write, type Written } from './formats'
import { useWords } from './formatWords'
import { say } from './say'

type MenuProps = { chip: OpenChip; close: () => void }

/** FormatMenu is what a value can be written as, each with what it gives for the chosen event. */
export function FormatMenu({ chip, close }: MenuProps) {
  const t = useWords()
  const desk = useDesk()
  const written = read(chip.source)
  const anchor = useRef<HTMLElement>(chip.anchor)
  const box = useRef<HTMLDivElement>(null)
  const [asking, setAsking] = useState(false)
  useFloating(anchor, box, true)
  useLayoutEffect(() => {
    const inside = box.current
    const entry = inside?.querySelector<HTMLElement>(asking ? 'input' : '[role^=menuitem][aria-checked=true]') ?? inside?.querySelector<HTMLElement>('[role^=menuitem]')
    entry?.focus()
  }, [asking])
  useOutside(box, close)
  if (!written) return null
  const name = desk.labelOf(written.path)
  const leave = () => {
    close()
    chip.back()
  }
  const put = (next: Written) => {
    close()
    chip.put(write(next))
  }
  const keys = (e: React.KeyboardEvent) => {
    if (e.key === 'Escape' || e.key === 'Tab') {
      e.preventDefault()
      leave()
    } else if (!asking && chip.type && letter(e)) { // who types on means the text, not the menu
      e.preventDefault()
      close()
      chip.type(e.key)
    } else if (!asking) moveAmong(e)
    e.stopPropagation()
  }
  return (
    <div ref={box} popover="manual" onKeyDown={keys} className={`${floatLook} w-80 max-w-[calc(100vw-12px)] p-1`}>
      <p className="px-2.5 pt-1.5 pb-1 text-meta text-text-3">{fill(t.as, { name })}</p>
      {asking
        ? <Instead written={written} put={put} back={() => setAsking(false)} />
        : (
          <div role="menu" aria-label={fill(t.as, { name })}>
            <Choices written={written} put={put} />
            <hr className="my-1 border-line" />
            <Entry icon={<TextCursorInput size={15} strokeWidth={1.75} aria-hidden />} label={written.instead === undefined ? t.whenMissing : fill(t.whenMissingIs, { value: written.instead })} act={() => setAsking(true)} />
            <Entry icon={<SquareFunction size={15} strokeWidth={1.75} aria-hidden />} label={t.asExpression} hint="F2" act={() => { close(); chip.open() }} />
            <Entry icon={<Trash2 size={15} strokeWidth={1.75} aria-hidden />} label={t.takeOut} act={() => { close(); chip.put(null) }} danger />
          </div>
        )}
    </div>
  )
}

/** Choices are the formats that this value can have: the server is asked what each gives. */
function Choices({ written, put }: { written: Written; put: (next: Written) => void }) {
  const t = useWords()
  const desk = useDesk()
  const { lang } = useLang()
  const { hide, within } = useVeil()
  const value = valueAt(desk, written.path)
  const offered = useMemo(() => offer(value, desk.statsOf(written.path)?.type, written.path, currencyOf(desk.scope, written.path)), [value, desk, written.path])
  const answers = useQueries({
    queries: offered.map((format) => {
      const source = write({ path: written.path, format })
      return { queryKey: ['expression', desk.flow.id, desk.path ?? '', desk.event?.id ?? '', 'format', source], queryFn: ({ signal }: { signal: AbortSignal }) => askExpression(question(desk, { source, mode: 'expression' }), signal), staleTime: 60_000, retry: false }
    }),
  })
  const shown = offered.map((format, i) => ({ format, given: answers[i]?.data?.value })).filter(({ format, given }, i) => format === written.format || !answers[i]?.isSuccess || (given !== undefined && given !== null))
  return (
    <>
      <Entry icon={<Type size={15} strokeWidth={1.75} aria-hidden />} label={t.asItIs} hint={value === undefined ? '' : short(say(hide(value, written.path), lang, t.empty))} checked={written.format === undefined} act={() => put({ ...written, format: undefined })} />
      {shown.map(({ format, given }) => <Entry key={format} label={t[format]} hint={given === undefined || given === null ? '' : short(say(within(given), lang, t.empty))} checked={written.format === format} act={() => put({ ...written, format })} />)}
      {(/^(date|datetime|time)$/.test(written.format ?? '') || dates.includes(shown[0]?.format ?? 'text')) && <p className="px-2.5 py-1 pl-9 text-meta text-text-3">{fill(t.zone, { zone: String(desk.flow.settings?.['timezone'] ?? t.zoneOwn) })}</p>}
    </>
  )
}

const short = (text: string) => (text.length > 26 ? `${text.slice(0, 25)}…` : text)

const texts: Format[] = ['upper', 'lower', 'title', 'first', 'trim']
const dates: Format[] = ['date', 'datetime', 'time']

/** offer lists the formats that make sense for what a value looks like, the likely ones first. */
export function offer(value: unknown, type: string | undefined, path: string, currency?: Currency): Format[] {
  const likely = offered(value, type, path)
  return currency === 'usd' || currency === 'eur' ? likely.flatMap((f) => (f === 'brl' ? [currency] : f === 'cents' ? [] : [f])) : likely.filter((f) => f !== 'usd' && f !== 'eur')
}

function offered(value: unknown, type: string | undefined, path: string): Format[] {
  if (value === undefined || value === null) return type === 'number' || type === 'integer' ? ['brl', 'cents', 'round', ...dates] : type === 'list' ? ['join', 'count', 'json'] : [...formatNames]
  if (Array.isArray(value)) return ['join', 'count', 'json']
  if (typeof value === 'object') return ['json']
  if (typeof value === 'number') return numbers(value, path)
  if (typeof value !== 'string') return []
  if (/^\d{4}-\d{2}-\d{2}([T ]\d|$)/.test(value)) return [...dates, 'iso']
  if (/^-?\d+([.,]\d+)*$/.test(value.trim())) return /,\d{1,2}$/.test(value) ? ['number_br', 'digits'] : [...numbers(Number(value), path).filter((f) => f !== 'cents' || !value.includes('.')), 'number', 'digits']
  if (/^[\d\s()+.\-/]{8,}$/.test(value)) return ['phone', 'digits']
  return texts
}

function numbers(value: number, path: string): Format[] {
  const whole = Number.isInteger(value)
  const stamp = whole && value > 900_000_000
  if (stamp) return [...dates, 'brl']
  const cents = /cent|amount|valor|price|preco|total/i.test(path.split('.').at(-1) ?? '')
  return whole ? (cents ? ['cents', 'brl'] : ['brl', 'cents']) : ['brl', 'round']
}

type EntryProps = { label: string; icon?: React.ReactNode; hint?: string; checked?: boolean; danger?: boolean; act: () => void }

function Entry({ label, icon, hint, checked, danger = false, act }: EntryProps) {
  return (
    <button type="button" role={checked === undefined ? 'menuitem' : 'menuitemradio'} aria-checked={checked} tabIndex={-1} onClick={act} onPointerMove={(e) => e.currentTarget.focus()}
      className={`flex w-full items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-left outline-none focus:bg-sunken pointer-coarse:min-h-11 ${danger ? 'text-fail' : ''}`}>
      <span className="grid size-4 shrink-0 place-items-center text-accent">{checked ? <Check size={15} aria-hidden /> : icon}</span>
      <span className="shrink-0">{label}</span>
      {hint && <span className="ml-auto min-w-0 truncate text-meta text-text-2">{hint}</span>}
    </button>
  )
}

/** Instead asks for what stands there when the value is missing. */
function Instead({ written, put, back }: { written: Written; put: (next: Written) => void; back: () => void }) {
  const t = useWords()
  const id = useId()
  const [text, setText] = useState(written.instead ?? '')
  return (
    <form className="p-2.5 pt-1" onSubmit={(e) => { e.preventDefault(); put({ ...written, instead: text }) }}>
      <label htmlFor={id} className="mb-1 block font-medium">{t.instead}</label>
      <input id={id} value={text} onFocus={(e) => e.target.select()} onChange={(e) => setText(e.target.value)} className="w-full rounded-lg border border-edge bg-surface px-3 py-1.5" />
      <div className="mt-2.5 flex flex-wrap gap-2">
        <Button type="submit" look="primary" size="small">{t.keep}</Button>
        {written.instead !== undefined && <Button size="small" onClick={() => put({ ...written, instead: undefined })}>{t.noInstead}</Button>}
        <Button look="quiet" size="small" onClick={back}>{t.back}</Button>
      </div>
    </form>
  )
}

const letter = (e: React.KeyboardEvent) => (e.key.length === 1 && !e.ctrlKey && !e.metaKey ? e.key.toLowerCase() : '')

/** moveAmong goes among entries by arrows and first letters. */
function moveAmong(e: React.KeyboardEvent) {
  const all = [...e.currentTarget.querySelectorAll<HTMLElement>('[role^=menuitem]')]
  const at = all.indexOf(document.activeElement as HTMLElement)
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[e.key]
  const first = letter(e).trim()
  const next = to !== undefined ? all.at(to % all.length) : first ? [...all.slice(at + 1), ...all.slice(0, at + 1)].find((x) => x.textContent?.trim().toLowerCase().startsWith(first)) : undefined
  if (!next) return
  e.preventDefault()
  next.focus()
}

/** useOutside closes by a press elsewhere; one on a chip opens that chip's. */
function useOutside(box: React.RefObject<HTMLElement | null>, close: () => void) {
  const now = useRef(close)
  now.current = close
  useLayoutEffect(() => {
    const press = (e: PointerEvent) => {
      if (e.target instanceof Node && !box.current?.contains(e.target)) now.current()
    }
    document.addEventListener('pointerdown', press, true)
    return () => document.removeEventListener('pointerdown', press, true)
  }, [box])
}
