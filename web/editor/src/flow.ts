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

/** A place is where a list of steps stands: the flow itself, or inside a step. */
export type Place = { step: string; slot: 'steps' | 'catch' | number } | null

export function walk(steps: Step[], visit: (step: Step) => void) {
  for (const step of steps) {
    visit(step)
    walk(step.steps ?? [], visit)
    walk(step.catch ?? [], visit)
    for (const branch of step.branches ?? []) walk(branch.steps, visit)
  }
}

export function find(flow: Flow, id: string): Step | undefined {
  let found: Step | undefined
  walk(flow.steps, (step) => {
    if (step.id === id) found = step
  })
  return found
}

/** lists applies f to every list of steps, and gives a new flow. */
function lists(flow: Flow, f: (steps: Step[], place: Place) => Step[]): Flow {
  const list = (steps: Step[], place: Place): Step[] =>
    f(steps, place).map((step) => ({
      ...step,
      ...(step.steps && { steps: list(step.steps, { step: step.id, slot: 'steps' }) }),
      ...(step.catch && { catch: list(step.catch, { step: step.id, slot: 'catch' }) }),
      ...(step.branches && { branches: step.branches.map((b, i) => ({ ...b, steps: list(b.steps, { step: step.id, slot: i }) })) }),
    }))
  return { ...flow, steps: list(flow.steps, null) }
}

const same = (a: Place, b: Place) => a?.step === b?.step && a?.slot === b?.slot

export function insert(flow: Flow, place: Place, at: number, step: Step): Flow {
  return lists(flow, (steps, here) => (same(here, place) ? [...steps.slice(0, at), step, ...steps.slice(at)] : steps))
}

export function change(flow: Flow, id: string, f: (step: Step) => Step): Flow {
  return lists(flow, (steps) => steps.map((s) => (s.id === id ? f(s) : s)))
}

export function remove(flow: Flow, id: string): Flow {
  return lists(flow, (steps) => steps.filter((s) => s.id !== id))
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

/** freshID makes an id that the flow does not have, from a kind of action. */
export function freshID(flow: Flow, kind: string): string {
  const taken = new Set<string>()
  walk(flow.steps, (s) => taken.add(s.id))
  const base = (kind.split('.').pop() ?? 'step').replace(/[^a-z0-9_]/g, '_')
  let id = base
  for (let n = 2; taken.has(id); n++) id = `${base}_${n}`
  return id
}

/** put sets a member, or takes it out where there is no value. */
export function put(members: Record<string, unknown> | undefined, key: string, value: unknown): Record<string, unknown> {
  return Object.fromEntries([...Object.entries(members ?? {}).filter(([k]) => k !== key), ...(value === undefined ? [] : [[key, value] as const])])
}

export function idOf(name: string): string {
  const plain = name.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63) || 'flow'
}
