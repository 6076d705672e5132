import type { Schemas } from '../api/client'
import { type Flow, splitPointer, walk } from '../flow'
import { blank } from '../tree/changes'
import type { TreeState } from '../tree/store'
import { told } from '../words/told'
import { pointerOf } from './where'

/** isWarning says that a problem is more than a hint: as the flow stands, nothing goes out, or not as it was meant. */
export const isWarning = (p: Pick<Schemas['ProblemView'], 'code' | 'severity'>) => p.severity === 'warning' && ['no_connection_yet', 'connection_fails', 'secret_left_out', 'rejected_goes_on', 'unknown_step'].includes(p.code)

/** weight puts faults before warnings, and those before hints. */
export const weight = (p: Schemas['ProblemView']) => (p.severity === 'error' ? 0 : isWarning(p) ? 1 : 2)

/** problemsByRow sorts what is wrong by the rows of the tree, and what is yet to be filled in; first is the way to the first of them within the step. */
export function problemsByRow(flow: Flow, problems: Schemas['ProblemView'][]): TreeState['problems'] {
  const rows = new Map<string, { errors: number; todo: number; warnings: number; hints: number; first: string; text: string }>()
  const sorted = [...problems].sort((a, b) => weight(a) - weight(b))
  for (const p of sorted) {
    const { step, rest } = splitPointer(flow, p.path)
    const key = step ?? (p.path.startsWith('/trigger') ? 'trigger' : undefined)
    if (!key) continue
    const row = rows.get(key) ?? { errors: 0, todo: 0, warnings: 0, hints: 0, first: step ? rest : p.path.slice('/trigger'.length), text: '' }
    row[p.code === 'required' || p.code === 'no_value' ? 'todo' : p.severity === 'error' ? 'errors' : isWarning(p) ? 'warnings' : 'hints']++
    row.text = [row.text, told({ message: p.message, hint: '' })].filter(Boolean).join('\n')
    rows.set(key, row)
  }
  return rows
}

/** unsaid warns of paths that were given no condition yet, and of waits that nothing can end: neither a name of a signal, nor an approval, nor their link, nor a time. */
export function unsaid(flow: Flow, ofPath: string, ofWait: string): Schemas['ProblemView'][] {
  const found: Schemas['ProblemView'][] = []
  const warn = (path: string, code: string, message: string) => found.push({ path, severity: 'warning', code, message, hint: '' })
  walk(flow.steps, (s) => {
    if (s.action === 'branch') s.branches?.forEach((b, i) => { if (b.when === blank) warn(`${pointerOf(flow, s.id)}/branches/${i}/when`, 'no_condition', ofPath) })
    if (s.action === 'wait' && !Object.keys(s.with ?? {}).length && !linked(flow, s.id)) warn(`${pointerOf(flow, s.id)}/with/signal`, 'no_value', ofWait)
  })
  return found
}

/** linked says that the link of a wait is given to somebody. */
const linked = (flow: Flow, id: string) => ['"', "'"].some((q) => JSON.stringify(flow.steps).replaceAll('\\', '').includes(`run.wait_url(${q}${id}${q})`))
