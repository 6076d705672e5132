import type { Flow, Step } from '../flow'

/** Seen are the steps whose output is there at a place, each with whether it may be missing: it may not have run. */
export type Seen = Map<string, boolean>

/** reachOf lists the steps that a step can read from: not those of a loop behind it, nor those of the paths beside its own. */
export function reachOf(flow: Flow, id: string): Seen {
  const seen: Seen = new Map()
  go(flow.steps, seen, id)
  return seen
}

/** go passes over a block up to a step, and says whether that is in it. */
function go(steps: Step[], seen: Seen, id: string): boolean {
  for (const s of steps) {
    if (s.id === id) return true
    const maybe = s.when !== undefined || s.disabled === true
    const later: Seen = new Map()
    const blocks = [{ steps: s.steps ?? [], kept: false, maybe: true }, ...(s.branches ?? []).map((b) => ({ steps: b.steps, kept: true, maybe: maybe || s.action !== 'parallel' })), { steps: s.catch ?? [], kept: true, maybe: true }]
    for (const block of blocks) {
      const inside = new Map(seen)
      const found = go(block.steps, inside, id)
      if (found || block.kept) for (const [k, m] of inside) if (!seen.has(k)) (found ? seen : later).set(k, found ? m : m || block.maybe)
      if (found) return true
    }
    seen.set(s.id, maybe || s.on_error === 'continue' || s.catch !== undefined)
    for (const [k, m] of later) seen.set(k, m)
  }
  return false
}
