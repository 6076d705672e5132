import type { Flow, Gap, Place, Step } from '../flow'

/** A row is one line of the tree: what the keys move over and a screen reader reads. */
export type Row = {
  key: string
  kind: 'trigger' | 'step' | 'branch' | 'catch'
  level: number
  pos: number
  size: number
  parent: string | null
  /** the step that the row is, or belongs to */
  step?: Step
  branch?: number
  opens: boolean
  /** where "add after" puts a step */
  after: Gap
}

export const branchKey = (step: string, at: number) => `${step}/${at}`
export const catchKey = (step: string) => `${step}/catch`

/** opensUp says whether a step has something inside. */
export const opensUp = (step: Step) => step.steps !== undefined || step.branches !== undefined || step.catch !== undefined

/** sizeInside is how many rows stand right under a step. */
export const sizeInside = (step: Step) => (step.steps?.length ?? 0) + (step.branches?.length ?? 0) + (step.catch ? 1 : 0)

/** rowsOf lists the rows that are to be seen, in reading order. */
export function rowsOf(flow: Flow, folded: ReadonlySet<string>): Row[] {
  const rows: Row[] = [{ key: 'trigger', kind: 'trigger', level: 1, pos: 1, size: flow.steps.length + 1, parent: null, opens: false, after: { place: null, at: 0 } }]
  const list = (steps: Step[], place: Place, under: { level: number; parent: string | null; before: number; size: number }) => {
    for (const [i, step] of steps.entries()) {
      const row: Row = { key: step.id, kind: 'step', level: under.level, pos: under.before + i + 1, size: under.size, parent: under.parent, step, opens: opensUp(step), after: { place, at: i + 1 } }
      rows.push(row)
      if (!folded.has(step.id)) inside(row, step)
    }
  }
  const inside = (row: Row, step: Step) => {
    const size = sizeInside(step)
    const level = row.level + 1
    if (step.steps) list(step.steps, { step: step.id, slot: 'steps' }, { level, parent: row.key, before: 0, size })
    const room = (key: string, kind: 'branch' | 'catch', pos: number, place: Place, steps: Step[], branch?: number) => {
      rows.push({ key, kind, level, pos, size, parent: row.key, step, branch, opens: true, after: { place, at: 0 } })
      if (!folded.has(key)) list(steps, place, { level: level + 1, parent: key, before: 0, size: steps.length })
    }
    for (const [i, b] of (step.branches ?? []).entries()) room(branchKey(step.id, i), 'branch', i + 1, { step: step.id, slot: i }, b.steps, i)
    if (step.catch) room(catchKey(step.id), 'catch', size, { step: step.id, slot: 'catch' }, step.catch)
  }
  list(flow.steps, null, { level: 1, parent: null, before: 1, size: flow.steps.length + 1 })
  return rows
}

/** moveAt gives the row that a key of the tree leads to, and whether it folds instead. */
export function moveAt(rows: Row[], at: string, key: string, folded: ReadonlySet<string>): { to?: string; fold?: boolean } | null {
  const i = Math.max(0, rows.findIndex((r) => r.key === at))
  const row = rows[i]
  if (!row) return null
  const open = row.opens && !folded.has(row.key)
  switch (key) {
    case 'ArrowDown': return { to: rows[i + 1]?.key }
    case 'ArrowUp': return { to: rows[i - 1]?.key }
    case 'Home': return { to: rows[0]?.key }
    case 'End': return { to: rows.at(-1)?.key }
    case 'ArrowRight':
      if (row.opens && !open) return { fold: false }
      return { to: open && rows[i + 1]?.parent === row.key ? rows[i + 1]?.key : undefined }
    case 'ArrowLeft':
      if (open) return { fold: true }
      return { to: row.parent ?? undefined }
  }
  return null
}
