import { useEffect, useRef, useState } from 'react'
import { Plus } from 'lucide-react'
import { Button } from '../ui/basics'
import type { ControlProps } from './Control'
import { Element, isMembers } from './Element'
import { read } from './formats'
import { moved, pastedList } from './rows'
import { focusRow, RowTools, RowValue, useRowMoves, values, WholeField, WholeSwitch } from './Rows'
import { eachOf, onlyHole, parts } from './template'
import { useSay } from '../words'
import { useWords } from './words'

type Kept = { at: number; value: unknown }

/** elements of a stored list: a text with commas outside of holes is several. */
function elements(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  if (typeof value !== 'string' || value === '') return []
  const out = ['']
  for (const p of parts(value)) {
    const [first = '', ...rest] = p.hole ? [value.slice(p.from, p.to)] : p.text.split(',')
    out[out.length - 1] += first
    out.push(...rest)
  }
  return out.map((s) => s.trim()).filter(Boolean)
}

/** begun is a list with a place to type in: an empty one begins with it. */
const begun = (value: unknown) => { const all = elements(value); return all.length > 0 ? all : [''] }

/** ListField is rows of values, or one expression that gives the whole list. */
export function ListField({ field, value, set, id, invalid, focus, problems }: ControlProps) {
  const t = useWords()
  const say = useSay()
  const next = useRef(0)
  const number = (list: unknown[]): Kept[] => list.map((v) => ({ value: v, at: next.current++ }))
  const [rows, setRows] = useState<Kept[]>(() => number(begun(value)))
  const [whole, setWhole] = useState(onlyHole(value) !== undefined && !field.literal)
  const told = useRef(JSON.stringify(value))
  const seen = JSON.stringify(value)
  useEffect(() => {
    if (seen === told.current) return
    told.current = seen
    setRows(number(begun(value)))
  }, [seen, value])
  const put = (to: Kept[]) => {
    setRows(to)
    const list = to.map((r) => r.value).filter((v) => v !== '' && v !== undefined)
    const only = list.length === 1 ? list[0] : undefined
    const out = list.length === 0 ? undefined : eachOf(onlyHole(only) ?? '') ? only : list // a list is no element of itself
    told.current = JSON.stringify(out)
    set(out)
  }
  const moves = useRowMoves(rows.length, (from, to) => put(moved(rows, from, to)))
  const paste = (i: number, e: React.ClipboardEvent) => {
    const text = e.clipboardData.getData('text')
    const pasted = field.fields && !text.trim().startsWith('[') ? undefined : pastedList(text) // a member of an element takes lines
    if (!pasted) return
    e.preventDefault()
    e.stopPropagation()
    put([...rows.slice(0, rows[i]?.value === '' ? i : i + 1), ...number(pasted), ...rows.slice(i + 1)])
  }
  if (whole) {
    return (
      <>
        <WholeField id={id} value={typeof value === 'string' ? value : ''} set={set} chips={read(onlyHole(value) ?? 'a') !== undefined} invalid={invalid} focus={focus} />
        <WholeSwitch on choose={() => { setWhole(false); put(typeof value === 'string' ? number([value]) : rows) }} />
      </>
    )
  }
  return (
    <div ref={moves.box} role="group" aria-labelledby={`${id}-label`} className="space-y-1.5">
      {rows.map((r, i) => (
        <div key={r.at} className="flex items-start gap-1" data-row={i} onPasteCapture={(e) => paste(i, e)}>
          <RowTools n={i + 1} count={rows.length} move={moves.move} drop={rows.length === 1 && r.value === '' ? undefined : () => put(rows.length === 1 ? number(['']) : rows.filter((_, n) => n !== i))}>
            {isMembers(field, r.value)
              ? <Element field={field} problems={problems} at={i} value={r.value} set={(v) => put(rows.map((x, n) => (n === i ? { ...x, value: v } : x)))} />
              : <RowValue n={i + 1} name={say(field.label)} placeholder={field.placeholder} value={r.value} set={(v) => put(rows.map((x, n) => (n === i ? { ...x, value: v } : x)))} literal={field.literal} text={rows.length > 1} />}
          </RowTools>
        </div>
      ))}
      <div className="flex flex-wrap items-center gap-1">
        <Button look="quiet" className="-ml-2 h-8! px-2! text-[13px]" onClick={() => { setRows([...rows, ...number([''])]); if (field.fields) focusRow(moves.box, rows.length, values); else moves.focusLast() }}><Plus size={15} aria-hidden />{t.addAnother}</Button>
        {!field.literal && <WholeSwitch on={false} choose={() => { setWhole(true); set(rows.length === 1 && typeof rows[0]?.value === 'string' ? rows[0].value : undefined) }} />}
      </div>
    </div>
  )
}
