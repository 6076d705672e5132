import { useDesk } from '../data/desk'
import { lastOf } from '../data/nodes'
import type { SchemaField } from '../api/expression'
import { segments } from '../fields/template'
import { plainText } from '../words/format'
import { emptyRow, type Row } from './model'
import { useWords } from './words'

const telling = /(^|_)(status|state|situacao|estado|stage|event|type|tipo|topic)$/
const first = /status|situacao/i
const wanted = /^(paid|pago|approved|aprovad|authorized|completed|succeeded|received|confirmed|order.paid)/i
const most = { fields: 3, values: 3, long: 30 }

const snake = (name: string) => name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()

/** likely are the conditions that a flow mostly asks for: that what tells the state of things is one of the values that were seen. */
export function likely(fields: SchemaField[]): { path: string; value: string; count: number }[] {
  const states = fields.filter((f) => ['text', 'string'].includes(f.type) && !f.masked && !f.path.includes('[]') && telling.test(plainText(snake(lastOf(f.path)))) && f.values.length > 0 && f.values.every((v) => v.value !== '' && !v.cut && v.value.length <= most.long && !(f.of > 1 && v.count >= f.of))) // what holds for all events tells none apart
  const rank = (f: SchemaField) => (first.test(f.path) ? 0 : 10) + segments(f.path).length
  return states.sort((a, b) => rank(a) - rank(b)).slice(0, most.fields).flatMap((f) => {
    const values = [...f.values].sort((a, b) => Number(wanted.test(b.value)) - Number(wanted.test(a.value)))
    return values.slice(0, most.values).map((v) => ({ path: f.path, value: v.value, count: v.count }))
  })
}

/** Suggested offers them while nothing is said yet. */
export function Suggested({ choose }: { choose: (row: Row) => void }) {
  const t = useWords()
  const desk = useDesk()
  const found = likely(desk.schema?.fields ?? [])
  if (found.length === 0) return null
  return (
    <div role="group" aria-label={t.likely} className="mt-2 flex flex-wrap items-center gap-1.5">
      <span className="w-full text-xs text-text-2">{t.likely}</span>
      {found.map(({ path, value, count }) => (
        <button key={path + value} type="button" onClick={() => choose({ ...emptyRow(), field: desk.write(path), value })} className="min-h-7 rounded-md border border-edge bg-surface px-2 text-left text-xs font-medium hover:border-accent hover:bg-accent-soft pointer-coarse:min-h-11">
          {desk.labelOf(path)} {t.equals} <span className="text-accent">{value}</span>{desk.schema?.origin === 'events' && <span className="text-text-2"> ×{count}</span>}
        </button>
      ))}
    </div>
  )
}
