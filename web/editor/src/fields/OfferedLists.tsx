import type { SchemaField } from '../api/expression'
import { useDesk, valueAt } from '../data/desk'
import { usePlural } from '../words/phrase'
import { useWords } from './words'

const most = 4

/** offered are the lists that one mostly goes through: those that hold something, of groups first, the nearest first. */
export function offered(fields: SchemaField[], lengthOf: (path: string) => number): { path: string; length: number }[] {
  const holds = (f: SchemaField) => fields.some((x) => x.path.startsWith(`${f.path}[]`))
  return fields.filter((f) => f.type === 'list' && !f.path.includes('[]') && !/^trigger\.(headers|query)/.test(f.path))
    .map((f, i) => ({ path: f.path, length: lengthOf(f.path), rank: (holds(f) ? 0 : 1000) + (lengthOf(f.path) > 0 ? 0 : 2000) + i }))
    .sort((a, b) => a.rank - b.rank).slice(0, most).map(({ path, length }) => ({ path, length }))
}

/** OfferedLists are the lists of the data, one click each, while none is chosen. */
export function OfferedLists({ choose }: { choose: (path: string) => void }) {
  const t = useWords()
  const desk = useDesk()
  const plural = usePlural()
  const lists = offered(desk.schema?.fields ?? [], (path) => { const v = valueAt(desk, path); return Array.isArray(v) ? v.length : 0 })
  if (lists.length === 0) return null
  return (
    <div role="group" aria-label={t.listsHere} className="mt-2 flex flex-wrap items-center gap-1.5">
      {lists.map(({ path, length }) => (
        <button key={path} type="button" onClick={() => choose(desk.write(path))} className="min-h-7 rounded-md border border-edge bg-surface px-2 text-left text-xs font-medium hover:border-accent hover:bg-accent-soft pointer-coarse:min-h-11">
          {desk.labelOf(path)} <span className="text-text-2">· {length === 0 ? t.emptyValue : plural(t, 'items', length)}</span>
        </button>
      ))}
    </div>
  )
}
