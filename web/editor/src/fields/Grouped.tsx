import { TriangleAlert } from 'lucide-react'
import { type Desk, useDesk, valueAt } from '../data/desk'
import { fill } from '../words/phrase'
import { Fixes } from './Fixes'
import { type Format, read, write } from './formats'
import { hole, isPath, member, parts } from './template'
import { useWords } from './words'

const most = 3

const isPlain = (value: unknown) => value !== null && typeof value !== 'object'

/** groupIn is the first group or list that is put into a text, and would be written as JSON there; whole says that a hole alone is text too. */
function groupIn(desk: Pick<Desk, 'scope' | 'statsOf'>, text: string, whole: boolean) {
  const all = parts(text)
  for (const p of whole || all.length > 1 ? all : []) {
    const path = p.hole ? read(p.text) : undefined
    if (!path || path.format || !isPath(path.path)) continue
    const value = valueAt(desk, path.path)
    const type = value === undefined || value === null ? desk.statsOf(path.path)?.type : Array.isArray(value) ? 'list' : typeof value
    if (type === 'list' || type === 'object') return { ...p, path: path.path, list: type === 'list', value }
  }
  return undefined
}

/** Grouped warns of a group of values where a text is wanted, and offers what may be meant. */
export function Grouped({ value, whole, set }: { value: string; whole: boolean; set: (value: unknown) => void }) {
  const t = useWords()
  const desk = useDesk()
  const group = groupIn(desk, value, whole)
  if (!group) return null
  const fix = (label: string, source: string) => ({ label, put: hole(source), of: value.slice(group.from, group.to), from: group.from, to: group.to })
  const as = (format: Format) => fix(t[`as_${format}`], write({ path: group.path, format }))
  const inside = typeof group.value === 'object' && group.value !== null && !group.list ? Object.entries(group.value).filter(([, v]) => isPlain(v)).map(([key]) => member(group.path, key)) : []
  const fixes = group.list ? [...(Array.isArray(group.value) && !group.value.every(isPlain) ? [] : [as('join')]), as('count'), as('json')] : [...inside.slice(0, most).map((path) => fix(desk.labelOf(path), path)), as('json')]
  return (
    <div data-fault className="mt-1">
      <p className="flex items-start gap-1.5 text-xs text-warn"><TriangleAlert size={14} className="mt-px shrink-0" aria-hidden /><span className="min-w-0 break-words">{fill(group.list ? t.listInText : t.groupInText, { name: desk.labelOf(group.path) })}</span></p>
      <Fixes problem={{ fixes }} value={value} set={set} />
    </div>
  )
}
