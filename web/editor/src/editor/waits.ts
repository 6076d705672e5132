import type { Flow, Step } from '../flow'
import { walk } from '../flow'
import { pathOf } from '../data/desk'

/** How a wait ends in a test: an approval is given or refused, a signal comes, or the time is over. */
export type Ending = 'approved' | 'rejected' | 'came' | 'late'

export function waitsOf(flow: Flow): Step[] {
  const all: Step[] = []
  walk(flow.steps, (s) => { if (s.action === 'wait') all.push(s) })
  return all
}

const asks = (step: Step) => step.with?.['approve'] !== undefined

/** endingsOf are the ways in which a wait may end, the one that is taken unless another is chosen first. */
export function endingsOf(step: Step): Ending[] {
  const timed = step.with?.['timeout'] !== undefined
  if (asks(step)) return ['approved', 'rejected', ...(timed ? ['late' as const] : [])]
  return timed ? ['late', 'came'] : ['came']
}

const outputs: Record<Ending, unknown> = { approved: { received: true, data: { approved: true } }, rejected: { received: true, data: { approved: false } }, came: { received: true, data: {} }, late: { received: false, data: null } }

/** waitMocks are what the waits of a flow yield in a test. */
export const waitMocks = (flow: Flow, chosen: Record<string, Ending> = {}) => Object.fromEntries(waitsOf(flow).map((s) => {
  const ending = chosen[s.id] ?? endingsOf(s)[0] ?? 'came'
  return [pathOf(flow, s.id), { output: outputs[ending] }]
}))
