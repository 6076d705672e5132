import { type Branch, children, deeper, type Flow, freshIn, idsOf, type Step, walk } from '../flow'
import { type IsExpression, rewriteStep } from './changes'

/** copyText is what the clipboard holds: JSON that a person can read, and paste into any flow. */
export const copyText = (steps: Step[]) => JSON.stringify({ gancho: 1, steps }, null, 2)

/** readSteps finds steps in a text: what copyText wrote, one step, a list of them, a flow or a bundle. */
export function readSteps(text: string): Step[] | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const steps = deeper(value) ? null : stepsIn(value)
  return steps && steps.length > 0 ? steps : null
}

function stepsIn(value: unknown): Step[] | null {
  if (Array.isArray(value)) {
    const all = value.map(asStep)
    return all.every((s) => s !== null) ? all : null
  }
  const step = asStep(value)
  if (step) return [step]
  if (!isObject(value)) return null
  if (Array.isArray(value.flows)) return value.flows.length === 1 ? stepsIn(value.flows[0]) : null
  return Array.isArray(value.steps) ? stepsIn(value.steps) : null
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)

const texts = ['name', 'note', 'connection', 'when', 'timeout', 'delivery', 'on_error']

function asStep(value: unknown): Step | null {
  if (!isObject(value) || typeof value.action !== 'string' || texts.some((key) => !['string', 'undefined'].includes(typeof value[key]))) return null
  if ([value.with, value.retry].some((v) => v !== undefined && !isObject(v))) return null
  const id = typeof value.id === 'string' && /^[a-z][a-z0-9_]{0,62}$/.test(value.id) ? value.id : (value.action.split('.').pop() ?? 'step')
  const lists: Partial<Step> = {}
  for (const slot of ['steps', 'catch'] as const) {
    const inside = value[slot]
    if (inside === undefined) continue
    const steps = Array.isArray(inside) ? inside.map(asStep) : [null]
    if (!steps.every((s) => s !== null)) return null
    lists[slot] = steps
  }
  if (value.branches !== undefined) {
    const branches = Array.isArray(value.branches) ? value.branches.map(asBranch) : [null]
    if (!branches.every((b) => b !== null)) return null
    lists.branches = branches
  }
  return { ...value, id, action: value.action, ...lists }
}

function asBranch(value: unknown): Branch | null {
  if (!isObject(value)) return null
  const steps = Array.isArray(value.steps) ? value.steps.map(asStep) : []
  if (!steps.every((s) => s !== null)) return null
  return { ...(typeof value.when === 'string' && { when: value.when }), name: typeof value.name === 'string' ? value.name : '', steps }
}

/** fresh makes copies of steps that fit a flow: ids that it does not have, and references that follow them. */
export function fresh(flow: Flow, steps: Step[], isExpression: IsExpression): Step[] {
  const taken = idsOf(flow.steps)
  const names = new Map<string, string>()
  walk(steps, (s) => {
    const id = freshIn(taken, s.id)
    taken.add(id)
    if (id !== s.id) names.set(s.id, id)
  })
  const copy = (step: Step): Step => {
    const next = rewriteStep({ ...structuredClone(step), id: names.get(step.id) ?? step.id }, names, isExpression)
    delete next.formerly
    for (const { place, steps: own } of children(step)) {
      const inside = own.map(copy)
      const slot = place?.slot
      if (slot === 'steps') next.steps = inside
      else if (slot === 'catch') next.catch = inside
      else if (next.branches) next.branches = next.branches.map((b, n) => (n === slot ? { ...b, steps: inside } : b))
    }
    return next
  }
  return steps.map(copy)
}
