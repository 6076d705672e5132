import type { Schemas } from '../api/client'
import { type Flow, splitPointer, walk } from '../flow'
import { blank } from '../tree/changes'
import type { TreeState } from '../tree/store'
import { pointerOf } from './where'

/** problemsByRow sorts what is wrong by the rows of the tree, and what is yet to be filled in; first is the way to the first of them within the step. */
export function problemsByRow(flow: Flow, problems: Schemas['ProblemView'][]): TreeState['problems'] {
  const rows = new Map<string, { errors: number; todo: number; warnings: number; first: string; text: string }>()
  const sorted = [...problems].sort((a, b) => (a.severity === b.severity ? 0 : a.severity === 'error' ? -1 : 1))
  for (const p of sorted) {
    const { step, rest } = splitPointer(flow, p.path)
    const key = step ?? (p.path.startsWith('/trigger') ? 'trigger' : undefined)
    if (!key) continue
    const row = rows.get(key) ?? { errors: 0, todo: 0, warnings: 0, first: step ? rest : p.path.slice('/trigger'.length), text: '' }
    row[p.code === 'required' || p.code === 'no_value' ? 'todo' : p.severity === 'warning' ? 'warnings' : 'errors']++
    row.text = [row.text, p.message].filter(Boolean).join('\n')
    rows.set(key, row)
  }
  return rows
}

/** unsaid warns of paths that were given no condition yet. */
export function unsaid(flow: Flow, message: string): Schemas['ProblemView'][] {
  const found: Schemas['ProblemView'][] = []
  walk(flow.steps, (s) => s.action === 'branch' && s.branches?.forEach((b, i) => {
    if (b.when === blank) found.push({ path: `${pointerOf(flow, s.id)}/branches/${i}/when`, severity: 'warning', code: 'no_condition', message, hint: '' })
  }))
  return found
}
