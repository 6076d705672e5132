import { type Branch, change, children, find, type Flow, type Gap, idsOf, insert, lists, type Place, remove, samePlace, type Step, walk, whereIs } from '../flow'

/** gaps lists where a step may be put, in the order of the eye; within gives none inside that step. */
export function gaps(flow: Flow, without?: string): Gap[] {
  const all: Gap[] = []
  const list = (steps: Step[], place: Place) => {
    all.push({ place, at: 0 })
    for (const [i, step] of steps.entries()) {
      if (step.id !== without) for (const c of children(step)) list(c.steps, c.place)
      all.push({ place, at: i + 1 })
    }
  }
  list(flow.steps, null)
  return all
}

/** moveTo puts a step, with all that is in it, into a gap. A gap inside the step itself changes nothing. */
export function moveTo(flow: Flow, id: string, gap: Gap): Flow {
  const from = whereIs(flow, id)
  const step = from?.steps[from.at]
  if (!from || !step) return flow
  if (gap.place && (gap.place.step === id || (step && holds(step, gap.place.step)))) return flow
  const same = samePlace(from.place, gap.place)
  if (same && (gap.at === from.at || gap.at === from.at + 1)) return flow
  return followInTests(flow, insert(remove(flow, id), gap.place, same && gap.at > from.at ? gap.at - 1 : gap.at, step))
}

/** loopsAround are the loops that each step is in, the outermost first. */
function loopsAround(flow: Flow): Map<string, string[]> {
  const around = new Map<string, string[]>()
  const look = (steps: Step[], loops: string[]) => steps.forEach((s) => {
    around.set(s.id, loops)
    for (const c of children(s)) look(c.steps, c.place?.slot === 'steps' ? [...loops, s.id] : loops)
  })
  look(flow.steps, [])
  return around
}

/** followInTests gives the tests of a flow the paths of steps that came into a loop, or out of one: what was expected of a step is of the first turn. */
export function followInTests(before: Flow, after: Flow): Flow {
  if (!after.tests) return after
  const [was, is] = [loopsAround(before), loopsAround(after)]
  const follow = (path: string, expected: boolean) => {
    const names = path.split('.')
    const id = names.at(-1) ?? ''
    const loops = is.get(id)
    const stays = !loops || !was.has(id) || was.get(id)?.join() === loops.join()
    if (stays || (!expected && names.length === 1)) return path // what stands for a step by its id does so in each turn
    return [...loops.flatMap((l) => [l, names.includes(l) ? (names[names.indexOf(l) + 1] ?? '0') : '0']), id].join('.')
  }
  return { ...after, tests: after.tests.map((t) => withPaths(t, follow)) }
}

function holds(step: Step, id: string): boolean {
  let found = false
  for (const c of children(step)) walk(c.steps, (s) => (found ||= s.id === id))
  return found
}

/** moveOver takes a step to the next or previous gap of the eye: out of a branch, or into one. */
export function moveOver(flow: Flow, id: string, by: -1 | 1): Flow {
  const from = whereIs(flow, id)
  if (!from) return flow
  const all = gaps(flow, id)
  const at = all.findIndex((g) => samePlace(g.place, from.place) && g.at === (by < 0 ? from.at : from.at + 1))
  const to = all[at + by]
  return to ? moveTo(flow, id, to) : flow
}

/** blank is the condition of a path that was given none yet: a document has no empty one. */
export const blank = 'true'

/** roomForBranch is where a new branch goes: before the otherwise branch, or last. */
export function roomForBranch(step: Step): number {
  const otherwise = step.action === 'branch' ? (step.branches ?? []).findIndex((b) => b.when === undefined) : -1
  return otherwise < 0 ? (step.branches?.length ?? 0) : otherwise
}

/** withBranch puts a branch where it has room, with the first name by its number that is free. */
export function withBranch(s: Step, called: (n: number) => string): Step {
  const all = s.branches ?? []
  const at = roomForBranch(s)
  let n = at + 1
  while (all.some((b) => b.name === called(n))) n++
  const branch: Branch = s.action === 'branch' ? { name: called(n), when: blank, steps: [] } : { name: called(n), steps: [] }
  return { ...s, branches: [...all.slice(0, at), branch, ...all.slice(at)] }
}

export function removeBranch(flow: Flow, id: string, at: number): Flow {
  return change(flow, id, (s) => ({ ...s, branches: s.branches?.filter((_, i) => i !== at) }))
}

export function moveBranch(flow: Flow, id: string, at: number, by: -1 | 1): Flow {
  return change(flow, id, (s) => {
    const next = [...(s.branches ?? [])]
    const own = next[at]
    const other = next[at + by]
    if (!own || !other) return s
    next[at] = other
    next[at + by] = own
    return { ...s, branches: next }
  })
}

/** IsExpression says whether a field of an action holds an expression as it stands, not a template. */
export type IsExpression = (action: string, field: string) => boolean

/** renameStep gives a step another id; all that names it follows, and replays still find it. */
export function renameStep(flow: Flow, old: string, id: string, isExpression: IsExpression): Flow {
  if (old === id || find(flow, id) || !find(flow, old)) return flow
  const names = new Map([[old, id]])
  const named = lists(flow, (steps) => steps.map((s) => rewriteStep(s.id === old ? { ...s, id, formerly: [...new Set([...(s.formerly ?? []), old])].filter((f) => f !== id) } : s, names, isExpression)))
  const trigger = flow.trigger.where ? { ...flow.trigger, where: rewrite(flow.trigger.where, names) } : flow.trigger
  return { ...named, trigger, ...(flow.tests && { tests: flow.tests.map((t) => withPaths(t, (path) => path.split('.').map((p) => (p === old ? id : p)).join('.'))) }) }
}

/** withPaths gives a test other step paths, of what stands for steps and of what is expected of them. */
function withPaths(test: unknown, to: (path: string, expected: boolean) => string): unknown {
  if (typeof test !== 'object' || test === null) return test
  const keys = (of: unknown, expected: boolean) => (typeof of === 'object' && of !== null ? Object.fromEntries(Object.entries(of).map(([path, v]) => [to(path, expected), v])) : of)
  const t = test as { mocks?: unknown; expect?: { steps?: unknown } }
  return { ...t, ...(t.mocks !== undefined && { mocks: keys(t.mocks, false) }), ...(t.expect?.steps !== undefined && { expect: { ...t.expect, steps: keys(t.expect.steps, true) } }) }
}

/** rewrite follows new ids in an expression. */
function rewrite(source: string, names: Map<string, string>): string {
  return source
    .replace(/\b(steps|errors|loops)(\??\.)([a-z][a-z0-9_]*)/g, (all, scope: string, dot: string, id: string) => (names.has(id) ? `${scope}${dot}${names.get(id)}` : all))
    .replace(/\b((?:steps|errors|loops)\[|wait_url\()(["'])([a-z][a-z0-9_]*)\2/g, (all, head: string, quote: string, id: string) => (names.has(id) ? `${head}${quote}${names.get(id)}${quote}` : all))
}

/** Follow writes an expression anew where it names what is called otherwise now. */
export type Follow = (source: string) => string

function rewriteValue(value: unknown, follow: Follow): unknown {
  if (typeof value === 'string') return value.replace(/\{\{[\s\S]*?\}\}/g, follow)
  if (Array.isArray(value)) return value.map((v) => rewriteValue(v, follow))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rewriteValue(v, follow)]))
  return value
}

/** rewriteStep follows new ids in what a step says itself, not in what is inside it. */
export const rewriteStep = (step: Step, names: Map<string, string>, isExpression: IsExpression) => followIn(step, (source) => rewrite(source, names), isExpression)

/** followIn follows in what a step says itself. */
export function followIn(step: Step, follow: Follow, isExpression: IsExpression): Step {
  const next = { ...step }
  if (step.when) next.when = follow(step.when)
  if (step.branches) next.branches = step.branches.map((b) => (b.when ? { ...b, when: follow(b.when) } : b))
  if (step.with) {
    next.with = Object.fromEntries(Object.entries(step.with).map(([field, v]) => [field, typeof v === 'string' && isExpression(step.action, field) ? follow(v) : rewriteValue(v, follow)]))
  }
  return next
}

/** readersOf are the steps that read what a step, or one inside of it, gives; not those inside of it. */
export function readersOf(flow: Flow, id: string): Step[] {
  const step = find(flow, id)
  if (!step) return []
  const own = idsOf([step])
  const names = new RegExp(`\\b(?:(?:steps|errors|loops)(?:\\??\\.|\\[\\\\?["'])|wait_url\\(\\\\?["'])(?:${[...own].join('|')})(?![a-z0-9_])`)
  const found: Step[] = []
  walk(flow.steps, (s) => { if (!own.has(s.id) && names.test(JSON.stringify([s.when, s.with, s.branches?.map((b) => b.when)]))) found.push(s) })
  return found
}
