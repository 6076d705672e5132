import { useEffect, useId, useRef, useState } from 'react'
import { Plus } from 'lucide-react'
import { useDesk, valueAt } from '../data/desk'
import { Button } from '../ui/basics'
import { useLang } from '../words'
import { fill } from '../words/phrase'
import { type ControlProps, edge, look } from './Control'
import { asNumber, dataKind, type Kind, kindOf, kinds, turned } from './jsonKinds'
import { formatNumber, parseNumber } from './locale'
import { Paster } from './MapField'
import { focusRow, NameTaken, RowDrop, RowValue, values } from './Rows'
import { asList, isTaken, leftRows, mapOf, type MapRow, pastedList, pastedRows, rowsOf } from './rows'
import { hole, isPath, onlyHole } from './template'
import { useWords } from './words'

/** JSONRows is an object or a list as rows of names and values, each of any kind. */
export function JSONRows({ value, set, id }: ControlProps) {
  return <Level value={value ?? {}} set={set} top labelledBy={`${id}-label`} />
}

type LevelProps = { value: unknown; set: (value: unknown) => void; top?: boolean; labelledBy?: string; label?: string }

type Kept = MapRow & { at: number }

/** Level is one object or list. Rows without a name yet are kept here until they have one. */
function Level({ value, set, top = false, labelledBy, label }: LevelProps) {
  const t = useWords()
  const list = Array.isArray(value)
  const box = useRef<HTMLDivElement>(null)
  const next = useRef(0)
  const number = (rows: MapRow[]): Kept[] => rows.map((r) => ({ ...r, at: next.current++ }))
  const read = (members = rowsOf) => (list ? value.map((v, i) => ({ key: String(i), value: v })) : members(value))
  const [typing, setTyping] = useState(false)
  const [rows, setRows] = useState<Kept[]>(() => number(read(leftRows)))
  const told = useRef(JSON.stringify(value))
  const seen = JSON.stringify(value)
  useEffect(() => {
    if (seen === told.current) return
    told.current = seen
    setRows((now) => {
      const rows = list ? number(read()) : inOrder(now, read())
      return rows.map((r) => ({ ...r, at: r.at ?? next.current++ }))
    })
  }, [seen])
  const put = (to: Kept[]) => {
    setRows(to)
    const out = list ? to.map((r) => r.value ?? '') : mapOf(to)
    const whole = list || !top ? (out ?? {}) : out
    told.current = JSON.stringify(whole ?? {})
    set(whole)
  }
  const change = (i: number, part: Partial<MapRow>) => put(rows.map((r, n) => (n === i ? { ...r, ...part } : r)))
  const filled = (text: string): MapRow[] | undefined => (list ? pastedList(text)?.map((v, i) => ({ key: String(i), value: v })) : pastedRows(text))
  const paste = (i: number, e: React.ClipboardEvent) => {
    const pasted = filled(e.clipboardData.getData('text'))
    if (!pasted) return
    e.preventDefault()
    const own = rows[i]
    put([...rows.slice(0, own && own.key === '' && (own.value ?? '') === '' ? i : i + 1), ...number(pasted), ...rows.slice(i + 1)])
  }
  const add = () => {
    const row = { key: list ? String(rows.length) : '', value: '', at: next.current++ }
    if (list) put([...rows, row])
    else setRows([...rows, row])
    focusRow(box, rows.length)
  }
  return (
    <div ref={box} role="group" aria-labelledby={labelledBy} aria-label={label} className={top ? 'space-y-1.5' : 'mt-1.5 space-y-1.5 border-l-2 border-line pl-3'}>
      {rows.map((r, i) => <OneRow key={r.at} row={r} n={i + 1} named={!list} taken={!list && !typing && isTaken(rows, i)} typing={setTyping} merge={() => put(asList(rows, r.key))} change={(part) => change(i, part)} drop={() => put(rows.filter((_, n) => n !== i))} paste={(e) => paste(i, e)} />)}
      {rows.length === 0 && !top && <p className="text-xs text-text-3">{t.emptyList}</p>}
      <div className="flex flex-wrap items-center gap-1">
        <Button look="quiet" className="-ml-2 h-8! px-2! text-[13px]" onClick={add}><Plus size={15} aria-hidden />{t.addRow}</Button>
        {rows.length === 0 && top && <Paster after={() => focusRow(box, 0, values)} fill={(text) => { const p = filled(text); if (p) put(number(p)); return p !== undefined }} />}
      </div>
    </div>
  )
}

/** inOrder are rows that came anew in the order of those that are seen: what is stored has none. */
function inOrder(now: Kept[], read: MapRow[]): (MapRow & { at?: number })[] {
  const place = (r: MapRow) => now.findIndex((x) => x.key.trim() === r.key)
  return read.map((r) => ({ r, i: place(r) })).sort((a, b) => (a.i < 0 ? now.length : a.i) - (b.i < 0 ? now.length : b.i)).map(({ r, i }) => ({ ...r, key: now[i]?.key ?? r.key, at: now[i]?.at }))
}

type RowProps = { row: MapRow; n: number; named: boolean; taken: boolean; typing: (on: boolean) => void; merge: () => void; change: (part: Partial<MapRow>) => void; drop: () => void; paste: (e: React.ClipboardEvent) => void }

function OneRow({ row, n, named, taken, typing, merge, change, drop, paste }: RowProps) {
  const t = useWords()
  const kept = useRef<Partial<Record<Kind, unknown>>>({})
  const seen = useSeen()
  const own = kindOf(row.value)
  const data = dataKind(row.value, seen)
  const kind = data ?? own
  const deep = own === 'group' || own === 'list'
  const turn = (to: Kind) => {
    kept.current[kind] = row.value
    change({ value: data === undefined && to in kept.current ? kept.current[to] : turned(row.value, to, seen) })
  }
  const name = named && (
    <input aria-label={fill(t.rowName, { n })} placeholder={t.key} spellCheck={false} className={`${look} ${edge(taken)} ${deep ? 'flex-1' : 'shrink-0 sm:w-2/5!'}`} value={row.key} onPaste={paste} onChange={(e) => { typing(true); change({ key: e.target.value }) }} onBlur={() => typing(false)} />
  )
  return (
    <div data-row={n - 1}>
      <div className="flex items-start gap-1">
        <div className="flex min-w-0 flex-1 items-start gap-1.5 max-sm:flex-wrap">
          {name}
          {deep ? !named && <span className="flex-1 py-2 text-secondary text-text-2">{n}</span> : <Value n={n} name={row.key} kind={data ? 'text' : own} value={row.value} set={(value) => change({ value })} />}
        </div>
        <KindChoice n={n} kind={kind} among={data ? kinds.filter((k) => k === kind || ofData.has(k)) : kinds} choose={turn} />
        <RowDrop n={n} drop={drop} />
      </div>
      {taken && <NameTaken merge={merge} />}
      {deep && <Level value={row.value} set={(value) => change({ value })} label={row.key || fill(t.rowValue, { n })} />}
    </div>
  )
}

/** ofData is what one piece of data can be turned into, beside what it is. */
const ofData = new Set<Kind>(['text', 'number', 'list', 'nothing'])

/** useSeen gives an example of what is at a path. */
function useSeen() {
  const desk = useDesk()
  return (path: string): unknown => {
    const stats = desk.statsOf(path)
    const type: string | undefined = stats?.type
    return valueAt(desk, path) ?? (type === 'number' || type === 'integer' ? 1 : type === 'boolean' ? true : type === 'list' ? [] : stats?.values[0]?.value)
  }
}

const signs: Record<Kind, string> = { text: 'Aa', number: '12', yes: '✓', group: '{ }', list: '[ ]', nothing: '∅' }

/** KindChoice shows the kind of a value in a sign, and changes it. */
function KindChoice({ n, kind, among, choose }: { n: number; kind: Kind; among: readonly Kind[]; choose: (kind: Kind) => void }) {
  const t = useWords()
  return (
    <span className="relative mt-1 grid h-7 w-8 shrink-0 place-items-center rounded-md text-meta text-text-2 focus-within:outline-2 focus-within:outline-accent hover:bg-sunken max-[899px]:mt-2">
      <span aria-hidden className="font-mono">{signs[kind]}</span>
      <select aria-label={fill(t.kindOf, { n })} title={t[`kind_${kind}`]} value={kind} onChange={(e) => { const to = kinds.find((k) => k === e.target.value); if (to) choose(to) }} className="absolute inset-0 cursor-pointer opacity-0">
        {among.map((k) => <option key={k} value={k}>{t[`kind_${k}`]}</option>)}
      </select>
    </span>
  )
}

function Value({ n, name, kind, value, set }: { n: number; name: string; kind: Kind; value: unknown; set: (value: unknown) => void }) {
  const t = useWords()
  const label = fill(t.rowValue, { n })
  const seen = useSeen()
  const [began, begin] = useState(false) // in the number field, as what is no number
  const numbered = () => {
    const source = onlyHole(value)
    if (began && source && isPath(source)) set(asNumber(source, seen))
    begin(false)
  }
  if (kind === 'number') return <NumberValue label={label} value={value} set={set} turn={(text, here) => { begin(here); set(text) }} />
  if (kind === 'yes') return <select aria-label={label} className={`${look} ${edge(false)}`} value={String(value)} onChange={(e) => set(e.target.value === 'true')}><option value="true">{t.yes}</option><option value="false">{t.no}</option></select>
  if (kind === 'nothing') return <span className="flex-1 py-2 text-text-3">{t.kind_nothing}</span>
  return <div className="min-w-0 flex-1" onBlur={numbered}><RowValue n={n} name={name} value={value} set={set} plain autoFocus={began} /></div>
}

type NumberProps = { label: string; value: unknown; set: (value: unknown) => void; turn: (text: string, here: boolean) => void }

/** NumberValue takes a number, and data; what is neither becomes a text, and stays. */
function NumberValue({ label, value, set, turn }: NumberProps) {
  const { lang } = useLang()
  const desk = useDesk()
  const seen = useSeen()
  const id = useId()
  const box = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const bad = typed !== null && Number.isNaN(parseNumber(typed, lang))
  const change = (text: string) => {
    if (/[^\d\s.,+-]/.test(text)) return turn(text, true)
    setTyped(text)
    const n = parseNumber(text, lang)
    if (n !== undefined && !Number.isNaN(n)) set(n)
  }
  const leave = () => bad ? turn(typed, false) : setTyped(null)
  const aim = () => desk.aim({ id, label, insert: (path) => turn(isPath(path) ? asNumber(path, seen) : hole(path), true), focus: () => box.current?.focus() })
  return <input ref={box} aria-label={label} inputMode="decimal" className={`${look} ${edge(bad)}`} value={typed ?? (typeof value === 'number' ? formatNumber(value, lang) : '')} onFocus={aim} onChange={(e) => change(e.target.value)} onBlur={leave} />
}
