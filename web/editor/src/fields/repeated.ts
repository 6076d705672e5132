import { find, type Flow, freshID, lists, type Step, walk } from '../flow'
import { followInTests } from '../tree/changes'

/** blocks hold steps, or let no step behind them run. */
const blocks = new Set(['loop', 'branch', 'parallel', 'filter', 'stop', 'wait'])

/** repeated is a flow in which a step runs for each element of a list; undefined where its own data, or what is read of it, would then be another. */
export function repeated(flow: Flow, id: string, list: string): Flow | undefined {
  const step = find(flow, id)
  if (!step || blocks.has(step.action) || /^(item|index|loops)\b/.test(list) || readsItem(step) || isRead(flow, id)) return undefined
  const loop: Step = { id: freshID(flow, 'loop'), action: 'loop', with: { over: list }, steps: [ofItem(step, list) as Step] }
  return followInTests(flow, lists(flow, (steps) => (steps.includes(step) ? steps.map((s) => (s === step ? loop : s)) : steps)))
}

/** readsItem says whether a step reads a turn already: in a hole, or in an expression that stands as it is. */
const readsItem = (step: Step) => /\{\{[^}]*(?<![.\w])(item|index)\b|(?<![.\w])item(\??\.\w|\[)/.test(JSON.stringify(step.with ?? {})) || /(?<![.\w])(item|index)\b/.test(step.when ?? '')

/** isRead says whether what a step yields is used elsewhere: in a loop it is seen by its turn alone. */
function isRead(flow: Flow, id: string): boolean {
  const named = new RegExp(`\\b(steps|errors)(\\??\\.|\\[\\\\?["'])${id}\\b`)
  let read = false
  walk(flow.steps, (s) => { read ||= s.id !== id && named.test(JSON.stringify({ ...s, steps: undefined, catch: undefined, branches: s.branches?.map((b) => b.when) })) })
  return read
}

/** ofItem puts the element of a turn in the place of the first of the list. */
function ofItem(value: unknown, list: string): unknown {
  const inExpression = (source: string) => source.split(`${list}[0]`).reduce((before, after) => `${before}${/[.\w]$/.test(before) ? `${list}[0]` : 'item'}${after}`)
  if (typeof value === 'string') return value.includes('{{') ? value.replace(/\{\{[\s\S]*?\}\}/g, inExpression) : inExpression(value)
  if (Array.isArray(value)) return value.map((v) => ofItem(v, list))
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, ofItem(v, list)])) : value
}
