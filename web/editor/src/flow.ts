/** The flow document, as far as the editor touches it; members that it does not know are kept. */
export type Step = {
  id: string
  name?: string
  note?: string
  action: string
  connection?: string
  with?: Record<string, unknown>
  when?: string
  retry?: Record<string, unknown>
  timeout?: string
  delivery?: string
  missing?: unknown
  on_error?: string
  catch?: Step[]
  steps?: Step[]
  branches?: Branch[]
  disabled?: boolean
  formerly?: string[]
}

export type Branch = { name: string; when?: string; steps: Step[] }

export type Flow = {
  id: string
  name: string
  description?: string
  tags?: string[]
  trigger: { kind: string; with?: Record<string, unknown>; where?: string; connection?: string }
  steps: Step[]
  settings?: Record<string, unknown>
  tests?: unknown[]
}

/** documentOf is the flow document of an answer, which the API leaves undescribed: the server has checked it, and answers one alone. */
export const documentOf = (answer: { flow: unknown }) => answer.flow as Flow

/** Edit changes the draft: by a new document, or by what makes one from the newest. */
export type Edit = (next: Flow | ((flow: Flow) => Flow)) => void

/** A place is where a list of steps stands: the flow itself, or inside a step. */
export type Place = { step: string; slot: 'steps' | 'catch' | number } | null

/** A gap is where the thread takes a step: before the one at that index of a list. */
export type Gap = { place: Place; at: number }

export const samePlace = (a: Place, b: Place) => a?.step === b?.step && a?.slot === b?.slot

/** children gives the lists inside a step, in the order in which they are drawn. */
export function children(step: Step): { place: Place; steps: Step[] }[] {
  return [
    ...(step.steps ? [{ place: { step: step.id, slot: 'steps' as const }, steps: step.steps }] : []),
    ...(step.branches ?? []).map((b, i) => ({ place: { step: step.id, slot: i }, steps: b.steps })),
    ...(step.catch ? [{ place: { step: step.id, slot: 'catch' as const }, steps: step.catch }] : []),
  ]
}

export function walk(steps: Step[], visit: (step: Step) => void) {
  for (const step of steps) {
    visit(step)
    for (const list of children(step)) walk(list.steps, visit)
  }
}

export function find(flow: Flow, id: string): Step | undefined {
  let found: Step | undefined
  walk(flow.steps, (step) => {
    if (step.id === id) found = step
  })
  return found
}

/** leadsNowhere says that a path leads into a step that the flow does not have. */
export function leadsNowhere(flow: Flow, path: string): boolean {
  const id = /^(?:steps|errors)\??\.(\w+)/.exec(path)?.[1]
  return id !== undefined && !find(flow, id)
}

/** whereIs gives the place of a step, and its neighbours. */
export function whereIs(flow: Flow, id: string): (Gap & { steps: Step[] }) | undefined {
  const look = (steps: Step[], place: Place): (Gap & { steps: Step[] }) | undefined => {
    const at = steps.findIndex((s) => s.id === id)
    if (at >= 0) return { place, at, steps }
    for (const step of steps) for (const list of children(step)) {
      const found = look(list.steps, list.place)
      if (found) return found
    }
    return undefined
  }
  return look(flow.steps, null)
}

export function listAt(flow: Flow, place: Place): Step[] {
  if (!place) return flow.steps
  const step = find(flow, place.step)
  return (step && children(step).find((c) => samePlace(c.place, place))?.steps) ?? []
}

type EachList = (steps: Step[], place: Place) => Step[]

const mapSame = <T>(items: T[], f: (item: T, i: number) => T): T[] => {
  const next = items.map(f)
  return next.every((item, i) => item === items[i]) ? items : next
}

function inside(step: Step, f: EachList): Step {
  const next = { ...step }
  if (step.steps) next.steps = mapList(step.steps, { step: step.id, slot: 'steps' }, f)
  if (step.catch) next.catch = mapList(step.catch, { step: step.id, slot: 'catch' }, f)
  if (step.branches) {
    next.branches = mapSame(step.branches, (b, i) => {
      const steps = mapList(b.steps, { step: step.id, slot: i }, f)
      return steps === b.steps ? b : { ...b, steps }
    })
  }
  return next.steps === step.steps && next.catch === step.catch && next.branches === step.branches ? step : next
}

function mapList(steps: Step[], place: Place, f: EachList): Step[] {
  const next = mapSame(f(steps, place), (step) => inside(step, f))
  return next.length === steps.length && next.every((s, i) => s === steps[i]) ? steps : next
}

/** lists applies f to every list of steps. What did not change stays the same object. */
export function lists(flow: Flow, f: EachList): Flow {
  const steps = mapList(flow.steps, null, f)
  return steps === flow.steps ? flow : { ...flow, steps }
}

export function insert(flow: Flow, place: Place, at: number, ...added: Step[]): Flow {
  return lists(flow, (steps, here) => (samePlace(here, place) ? [...steps.slice(0, at), ...added, ...steps.slice(at)] : steps))
}

export function change(flow: Flow, id: string, f: (step: Step) => Step): Flow {
  return lists(flow, (steps) => mapSame(steps, (s) => (s.id === id ? f(s) : s)))
}

export function remove(flow: Flow, id: string): Flow {
  return lists(flow, (steps) => (steps.some((s) => s.id === id) ? steps.filter((s) => s.id !== id) : steps))
}

/** move shifts a step among its neighbours. */
export function move(flow: Flow, id: string, by: -1 | 1): Flow {
  return lists(flow, (steps) => {
    const i = steps.findIndex((s) => s.id === id)
    const other = steps[i + by]
    const own = steps[i]
    if (i < 0 || !other || !own) return steps
    const next = [...steps]
    next[i] = other
    next[i + by] = own
    return next
  })
}

export function idsOf(steps: Step[]): Set<string> {
  const ids = new Set<string>()
  walk(steps, (s) => ids.add(s.id))
  return ids
}

/** freshIn makes an id that is not taken. */
export function freshIn(taken: Set<string>, wish: string): string {
  const base = wish.replace(/[^a-z0-9_]/g, '_').replace(/^[^a-z]+/, '').replace(/_\d+$/, '').slice(0, 58) || 'step'
  let id = base
  for (let n = 2; taken.has(id); n++) id = `${base}_${n}`
  return id
}

/** freshID makes an id that the flow does not have, from a kind of action. */
export function freshID(flow: Flow, kind: string): string {
  return freshIn(idsOf(flow.steps), kind.split('.').pop() ?? 'step')
}

/** put sets a member, or takes it out where there is no value. */
export function put(members: Record<string, unknown> | undefined, key: string, value: unknown): Record<string, unknown> {
  return Object.fromEntries([...Object.entries(members ?? {}).filter(([k]) => k !== key), ...(value === undefined ? [] : [[key, value] as const])])
}

/** deeper says that a value has more levels than one can hold that is kept: what goes through it level by level would break. */
export const deeper = (value: unknown, levels = 200): boolean => typeof value === 'object' && value !== null && (levels === 0 || Object.values(value).some((v) => deeper(v, levels - 1)))

export function idOf(name: string): string {
  const plain = name.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63) || 'flow'
}

/** stepAt gives the id of the innermost step that a JSON pointer goes through. */
export function stepAt(flow: Flow, pointer: string): string | undefined {
  return splitPointer(flow, pointer).step
}

/** splitPointer gives the innermost step that a JSON pointer goes through, and the way from there. */
export function splitPointer(flow: Flow, pointer: string): { step?: string; rest: string } {
  let here: unknown = flow
  let step: string | undefined
  let rest = pointer
  const parts = pointer.split('/').slice(1)
  for (const [i, part] of parts.entries()) {
    if (typeof here !== 'object' || here === null) break
    here = (here as Record<string, unknown>)[part]
    if (typeof here === 'object' && here !== null && 'action' in here && 'id' in here) {
      step = String(here.id)
      rest = parts.slice(i + 1).map((p) => `/${p}`).join('')
    }
  }
  return { step, rest }
}
