import { useEffect, useRef, useState } from 'react'
import { Plus } from 'lucide-react'
import { useDesk } from '../data/desk'
import { useIsExpression } from '../editor/useIsExpression'
import { Button } from '../ui/basics'
import type { Field } from './check'
import { type ControlProps, edge, look } from './Control'
import { focusRow, NameTaken, RowDrop, RowValue, values, WholeField, WholeSwitch } from './Rows'
import { asList, isTaken, leftRows, mapOf, type MapRow, pastedRows, rowsOf } from './rows'
import { hasHole } from './template'
import { fill } from '../words/phrase'
import { useWords } from './words'

/** lists are the maps in which a list repeats its name. */
const lists = new Set(['query', 'form'])

type Kept = MapRow & { at: number }

/** MapField is rows of names and values, in the order of the names once they are saved; JSON or lines of a=b that are pasted fill them. */
export function MapField({ field, value, set, id, invalid, focus, problems = [] }: ControlProps) {
  const t = useWords()
  const box = useRef<HTMLDivElement>(null)
  const before = useRef('')
  const renamed = useRenamed(field)
  const next = useRef(0)
  const number = (rows: MapRow[]): Kept[] => rows.map((r) => ({ ...r, at: next.current++ }))
  const [rows, setRows] = useState<Kept[]>(() => number(leftRows(value)))
  const [typing, setTyping] = useState(false)
  const told = useRef(JSON.stringify(mapOf(rows)))
  const seen = JSON.stringify(value)
  useEffect(() => {
    if (seen === told.current || typeof value === 'string') return
    told.current = seen
    setRows(number(rowsOf(value)))
  }, [seen, value])
  const put = (to: Kept[]) => {
    setRows(to)
    const map = mapOf(to)
    told.current = JSON.stringify(map)
    set(map)
  }
  const row = (i: number, part: Partial<MapRow>) => put(rows.map((r, n) => (n === i ? { ...r, ...part } : r)))
  const paste = (i: number, e: React.ClipboardEvent) => {
    const pasted = pastedRows(e.clipboardData.getData('text'))
    if (!pasted) return
    e.preventDefault()
    const own = rows[i]
    put([...rows.slice(0, own && own.key === '' && (own.value ?? '') === '' ? i : i + 1), ...number(pasted), ...rows.slice(i + 1)])
  }
  // A problem of one value is shown at it; of the whole, at every name.
  const problemOf = (key: string) => problems.find((p) => p.severity === 'error' && p.path.endsWith(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`))
  const taken = (i: number) => !typing && isTaken(rows, i)
  const ofAll = invalid && !rows.some((r) => problemOf(r.key))
  const whole = typeof value === 'string'
  if (whole) {
    return (
      <>
        <WholeField id={id} value={value} set={set} chips={false} invalid={invalid} focus={focus} />
        <WholeSwitch on choose={() => { told.current = ''; set(mapOf(rows)) }} />
      </>
    )
  }
  return (
    <div ref={box} role="group" aria-labelledby={`${id}-label`} className="space-y-1.5">
      {rows.map((r, i) => (
        <div key={r.at} data-row={i}>
          <div className="flex items-start gap-1">
            <div className="flex min-w-0 flex-1 items-start gap-1.5">
              <input aria-label={fill(t.rowName, { n: i + 1 })} placeholder={t.key} spellCheck={false} className={`${look} ${edge(ofAll || taken(i))} w-2/5! shrink-0`} value={r.key} onPaste={(e) => paste(i, e)} onChange={(e) => { setTyping(true); row(i, { key: e.target.value }) }} onFocus={(e) => { before.current = e.target.value }} onBlur={(e) => { setTyping(false); renamed(before.current, e.target.value) }} />
              <RowValue n={i + 1} name={r.key} value={r.value} set={(v) => row(i, { value: v })} literal={field.literal} invalid={problemOf(r.key) !== undefined} />
            </div>
            <RowDrop n={i + 1} drop={() => put(rows.filter((_, n) => n !== i))} />
          </div>
          {taken(i) && <NameTaken merge={lists.has(field.id) ? () => put(asList(rows, r.key, true)) : undefined} />}
        </div>
      ))}
      <div className="flex flex-wrap items-center gap-1">
        <Button look="quiet" className="-ml-2 h-8! px-2! text-[13px]" onClick={() => { setRows([...rows, { key: '', value: '', at: next.current++ }]); focusRow(box, rows.length) }}><Plus size={15} aria-hidden />{t.addRow}</Button>
        {!field.literal && !hasHole(value) && <WholeSwitch on={false} choose={() => set('{{  }}')} />}
        {rows.length === 0 && <Paster after={() => focusRow(box, 0, values)} fill={(text) => { const p = pastedRows(text); if (p) put(number(p)); return p !== undefined }} />}
      </div>
    </div>
  )
}

/** useRenamed gives a value that a step sets its new name wherever it is read. */
function useRenamed({ id }: Field) {
  const { step, edit } = useDesk()
  const isExpression = useIsExpression()
  return (old: string, name: string) => {
    if (step?.action === 'set' && id === 'values' && old.trim() !== name.trim()) void import('../tree/renameValue').then(({ renameValue }) => edit?.((f) => renameValue(f, step.id, old.trim(), name.trim(), isExpression)))
  }
}

/** Paster says that rows can be pasted, and takes them; what is typed and cannot be read stays. */
export function Paster({ fill, after }: { fill: (text: string) => boolean; after: () => void }) {
  const t = useWords()
  const [text, setText] = useState('')
  const [unread, setUnread] = useState(false)
  const read = () => { if (text.trim() !== '') setUnread(!fill(text)) }
  return (
    <input aria-label={t.pasteRows} title={t.pasteRows} placeholder={t.pasteShort} aria-invalid={unread || undefined} value={text} onChange={(e) => { setText(e.target.value); setUnread(false) }} onBlur={read}
      onKeyDown={(e) => { if (e.key === 'Enter') { e.preventDefault(); read() } }} onPaste={(e) => { if (fill(e.clipboardData.getData('text'))) { e.preventDefault(); after() } }}
      className="min-w-0 flex-1 basis-20 truncate rounded bg-transparent px-1 text-xs placeholder:text-text-3 aria-invalid:text-fail" />
  )
}
