import { api, type Schemas, take } from '../api/client'
import { stepOfPath } from './paths'

type Item = Schemas['Resolved']
type Verdict = { as: 'done' | 'repeat'; output?: unknown }

/** Unsure names runs of which nobody knows whether something happened: chosen ones, or what a query finds, all or at one step. */
export type Unsure = { ids: string[] } | { query: Schemas['RunQuery']; step?: string }

export type Settled = { resolved: number; refused: number; why: string }

/** stepsOf are the steps whose outcomes a run stands for. */
export const stepsOf = (item: Item) => [...new Set(item.steps.map((path) => stepOfPath(path).step))]

const namedBy = (which: Unsure) => ('ids' in which ? { ids: which.ids } : { query: which.query, step: which.step })

const partOf = (which: Unsure) => ('ids' in which ? undefined : which.step)

/** unsureOf looks which runs there are; there may be more than one answer holds. */
export async function unsureOf(which: Unsure): Promise<{ items: Item[]; more: boolean }> {
  const { items, more } = await take(api.POST('/runs/resolve', { body: { ...namedBy(which), as: 'done', dry_run: true } }))
  return { more, items: items.filter((i) => !i.refused) }
}

const portion = 100

/** settleAll settles them a portion at a time, and tells how far it is. */
export async function settleAll(which: Unsure, verdict: Verdict, tell: (sum: Settled) => void): Promise<Settled> {
  let sum: Settled = { resolved: 0, refused: 0, why: '' }
  const met = new Set<string>()
  for (let more = true; more;) {
    const found = await unsureOf(which)
    const ids = found.items.map((i) => i.run).filter((id) => !met.has(id))
    const before = sum.resolved
    for (let at = 0; at < ids.length; at += portion) {
      const part = ids.slice(at, at + portion)
      const answer = await take(api.POST('/runs/resolve', { body: { ids: part, step: partOf(which), ...verdict } }))
      for (const id of part) met.add(id)
      sum = { resolved: sum.resolved + answer.resolved, refused: sum.refused + answer.refused, why: answer.items.find((i) => i.refused)?.refused?.message ?? sum.why }
      tell(sum)
    }
    more = found.more && sum.resolved > before
  }
  return sum
}
