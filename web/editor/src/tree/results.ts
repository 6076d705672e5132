import type { Schemas } from '../api/client'
import { children, type Flow, type Step, walk } from '../flow'

type Run = Schemas['RunView']
type StepView = Schemas['StepView']

type Waits = StepView['waiting_for'] | 'approval'

/** Result is what became of a step, for its badge. */
export type Result = {
  state: 'succeeded' | 'failed' | 'filtered' | 'skipped' | 'running' | 'waiting' | 'unknown' | 'retrying' | 'refused' | 'parked' | 'stale' | 'untested'
  ms?: number
  turns?: number
  failures?: number
  attempts?: number
  due?: string
  /** of a step under way: when it began */
  since?: string
  /** of a waiting step: for what */
  waits?: Waits
  text?: string
  approval?: StepView['approval']
  /** of a branch: the paths that were taken */
  chosen?: StepView['chosen']
  /** it was only tested: nothing was sent */
  held?: boolean
  /** where it can be read: the run that it is of, or those that failed */
  href?: string
  /** how many runs of the last day came here, went on from here, failed and were stopped here */
  reached?: number
  failed?: number
  passed?: number
  stopped?: number
}

/** turnsOf lists the turns of a loop that history holds, by number. */
export function turnsOf(run: Run, loop: string): number[] {
  const turns = new Set<number>()
  for (const s of run.steps ?? []) {
    const rest = s.path.startsWith(`${loop}.`) ? s.path.slice(loop.length + 1) : `${(s.path.split(`.${loop}.`)[1] ?? '')}`
    const n = Number(rest.split('.')[0])
    if (rest !== '' && Number.isInteger(n)) turns.add(n)
  }
  return [...turns].sort((a, b) => a - b)
}

/** pathsOf gives each step its path in a run, by the turn that is chosen of each loop around it. */
export function pathsOf(flow: Flow, turn: (loop: string) => number): Map<string, string> {
  const paths = new Map<string, string>()
  const list = (steps: Step[], before: string) => {
    for (const s of steps) {
      const path = before + s.id
      paths.set(s.id, path)
      if (s.steps) list(s.steps, `${path}.${turn(s.id)}.`)
      if (s.catch) list(s.catch, before)
      for (const b of s.branches ?? []) list(b.steps, before)
    }
  }
  list(flow.steps, '')
  return paths
}

/** attemptsOf is how often a step is tried: as it says, else as its action is. */
export const attemptsOf = (step: Step, action?: Schemas['ActionView']) => Number(step.retry?.['attempts'] ?? action?.attempts) || undefined

const ended = (s: StepView) => (s.started && s.ended ? new Date(s.ended).getTime() - new Date(s.started).getTime() : s.attempts.at(-1)?.duration_ms)

export function resultOf(s: StepView, turns: number): Result {
  const rests = s.waiting_for === 'retry' && s.attempts.length === 0 // its flow is paused
  const failures = failuresIn(s.output)
  const base = { ms: ended(s), attempts: s.attempts.length, due: rests ? undefined : s.due, ...(s.status === 'running' && { since: s.started }), ...(s.status === 'waiting' && !rests && { waits: s.waiting_for }), text: s.error?.message ?? (s.waiting_for === 'retry' ? s.attempts.at(-1)?.error?.message : undefined) ?? s.reason, approval: s.approval, chosen: s.chosen, ...(turns > 0 && { turns, failures }), ...(s.mocked === true && Boolean(s.request) && { held: true }) }
  if (s.status === 'waiting') return { ...base, state: rests ? 'waiting' : s.waiting_for === 'retry' ? 'retrying' : s.waiting_for === 'quota' ? 'parked' : 'waiting' }
  const known = ['succeeded', 'failed', 'filtered', 'skipped', 'running', 'unknown'] as const
  return { ...base, state: known.find((k) => k === s.status) ?? 'running' }
}

function failuresIn(output: unknown): number | undefined {
  return typeof output === 'object' && output !== null && 'failed' in output && typeof output.failed === 'number' && output.failed > 0 ? output.failed : undefined
}

/** resultsOf gives the badge of each step for a run. */
export function resultsOf(flow: Flow, run: Run, turn: (loop: string) => number): Map<string, Result> {
  const byPath = new Map((run.steps ?? []).map((s) => [s.path, s]))
  const results = new Map<string, Result>()
  const asks = new Set<string>()
  walk(flow.steps, (step) => { if (step.with?.['approve'] !== undefined) asks.add(step.id) })
  for (const [id, path] of pathsOf(flow, turn)) {
    const s = byPath.get(path)
    const waits = s?.status === 'running' && run.status === 'waiting'
    if (waits) results.set(id, { state: 'waiting', turns: s.action === 'loop' ? countIn(s) ?? turnsOf(run, path).length : undefined })
    else if (s && !(s.status === 'running' && run.ended)) {
      const result = resultOf(s, s.action === 'loop' ? countIn(s) ?? turnsOf(run, path).length : 0)
      if (result.waits === 'signal' && asks.has(id)) result.waits = 'approval'
      results.set(id, s.waiting_for === 'connection' && run.error?.code === 'connection_refused' ? { ...result, state: 'refused' } : result)
    }
  }
  if (!run.ended) underWay(flow.steps, results)
  return results
}

/** underWay gives what a run is still inside of the state of that: only its end is written down. */
function underWay(steps: Step[], results: Map<string, Result>) {
  for (const s of steps) {
    const inside = children(s).flatMap((c) => c.steps)
    underWay(inside, results)
    const states = inside.flatMap((i) => results.get(i.id)?.state ?? [])
    if (states.length > 0 && !results.has(s.id)) results.set(s.id, { state: states.some((at) => resting.has(at)) && !states.includes('running') ? 'waiting' : 'running' })
  }
}

const resting = new Set<Result['state']>(['waiting', 'retrying', 'parked', 'refused', 'unknown'])

const countIn = (s: StepView) => (typeof s.output === 'object' && s.output !== null && 'count' in s.output && typeof s.output.count === 'number' ? s.output.count : undefined)

/** tookPath says whether one run took a path of a branch; of several it is not said. */
export const tookPath = (result: Result | undefined, at: number) => result?.chosen?.includes(at) === true && (result.reached ?? 1) <= 1

/** wentOn lists the steps after which the run went on: they succeeded, or something after them in their list ran. */
export function wentOn(flow: Flow, results: ReadonlyMap<string, Result>): Set<string> {
  const ran = new Set<Result['state']>(['succeeded', 'failed', 'filtered', 'running', 'waiting', 'unknown', 'retrying', 'refused', 'parked'])
  const went = new Set<string>()
  const list = (steps: Step[]) => {
    let later = false
    for (const s of [...steps].reverse()) {
      const state = results.get(s.id)?.state
      if (later || state === 'succeeded') went.add(s.id)
      later ||= state !== undefined && ran.has(state)
      for (const c of children(s)) list(c.steps)
    }
  }
  list(flow.steps)
  return went
}

/** countedOf is what became of a step in the runs of the last day, where the newest run does not tell. */
export function countedOf(c: Schemas['StepCount'] | undefined): Result | undefined {
  if (!c || c.reached === 0) return undefined
  return { state: c.failed > 0 ? 'failed' : c.passed > 0 ? 'succeeded' : c.filtered > 0 ? 'filtered' : c.waiting > 0 ? 'waiting' : 'running' }
}

/** What is folded tells the worst of what is inside first. */
const order: Result['state'][] = ['failed', 'unknown', 'refused', 'retrying', 'parked', 'waiting', 'running', 'stale', 'filtered', 'succeeded', 'skipped', 'untested']

/** sumOf counts the states of steps and of all that is inside of them, the worst first. */
export function sumOf(results: ReadonlyMap<string, Result>, steps: Step[]): [Result['state'], number][] {
  const counts = new Map<Result['state'], number>()
  walk(steps, (s) => {
    const state = results.get(s.id)?.state
    if (state) counts.set(state, (counts.get(state) ?? 0) + 1)
  })
  return order.flatMap((state) => { const n = counts.get(state); return n ? [[state, n]] : [] })
}

/** inOrder writes members in one order, whichever they were typed in. */
const inOrder = (_: string, v: unknown) => (typeof v === 'object' && v !== null && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v)

/** saidBy is what each step says of its own. Documents are never written to: a step that was not edited is read once. */
const saidBy = new WeakMap<Step, string>()

function own(s: Step): string {
  const said = saidBy.get(s) ?? JSON.stringify({ ...s, id: undefined, steps: undefined, catch: undefined, branches: s.branches?.map((b) => b.when), name: undefined, note: undefined, formerly: undefined }, inOrder)
  saidBy.set(s, said)
  return said
}

/** staleSteps lists the steps that say something else now than when they ran. */
export function staleSteps(now: Flow, then: Flow): Set<string> {
  const before = new Map<string, string>()
  walk(then.steps, (s) => before.set(s.id, own(s)))
  const stale = new Set<string>()
  walk(now.steps, (s) => {
    const old = [s.id, ...(s.formerly ?? [])].map((id) => before.get(id)).find((o) => o !== undefined)
    if (old !== undefined && old !== own(s)) stale.add(s.id)
  })
  return stale
}
