import type { Schemas } from '../api/client'

type Row = Schemas['BacktestRow']
type Difference = Schemas['Difference']

/** Deed is one thing that a step does otherwise on the draft. */
export type Deed = { step: string; what: 'runs' | 'gone' | 'sends' | 'quiet' | 'state' | 'value'; name: string; before: unknown; after: unknown }

/** Alike are events of which the draft makes the same other thing. */
export type Alike = { rows: Row[]; deeds: Deed[] }

/** deedsOf puts differences together by what a person would call them. */
export function deedsOf(differences: Difference[]): Deed[] {
  const deeds = differences.flatMap((d) => deedOf(d) ?? [])
  const judged = new Set(deeds.filter((d) => d.what === 'state').map((d) => d.step))
  return deeds.filter((d) => !(judged.has(d.step) && (d.what === 'quiet' || d.what === 'sends')))
}

function deedOf({ path, want, got }: Difference): Deed | null {
  const at = path.indexOf('/')
  const step = at < 0 ? path : path.slice(0, at)
  const name = at < 0 ? '' : path.slice(at + 1)
  const deed = { step, name, before: want, after: got }
  const none = (value: unknown) => value === null || value === undefined
  if (path === 'status' || name === 'error' || name === 'action') return null
  if (name === '') return { ...deed, what: none(want) ? 'runs' : 'gone' }
  if (name === 'status') return { ...deed, what: 'state' }
  if (name === 'request' || name === 'input') return { ...deed, what: none(want) ? 'sends' : none(got) ? 'quiet' : 'value' }
  return { ...deed, what: 'value', name: name.replace(/^(request|input)\//, '') }
}

const withoutNumbers = (text = '') => text.replace(/\d[\d.,:/-]*/g, '…')

/** alikeOf groups rows by what differs, whatever the values; the most frequent first. */
export function alikeOf(rows: Row[]): Alike[] {
  const groups = new Map<string, Alike>()
  for (const row of rows) {
    const deeds = deedsOf(row.differences)
    const key = [row.before, row.after, withoutNumbers(row.error?.message), ...deeds.map((d) => `${d.step} ${d.what} ${d.name}${d.what === 'state' ? ` ${String(d.before)} ${String(d.after)}` : ''}`)].join('\n')
    const group = groups.get(key)
    if (group) group.rows.push(row)
    else groups.set(key, { rows: [row], deeds })
  }
  return [...groups.values()].sort((a, b) => b.rows.length - a.rows.length)
}

/** stepsOf lists the steps of deeds of one sort, each once. */
export const stepsOf = (deeds: Deed[], what: Deed['what']) => [...new Set(deeds.filter((d) => d.what === what).map((d) => d.step))]
