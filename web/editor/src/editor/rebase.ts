import { children, type Flow, type Place, type Step, walk } from '../flow'

/** A clash is a place that two people changed to different things; the document holds theirs until it is decided. */
export type Clash = { step?: string; path: string[]; mine: unknown; theirs: unknown }

type Members = Record<string, unknown>

const isObject = (v: unknown): v is Members => typeof v === 'object' && v !== null && !Array.isArray(v)

/** same compares as JSON does: without order of members, without those that are undefined. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => same(v, b[i]))
  if (!isObject(a) || !isObject(b)) return false
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((k) => same(a[k], b[k]))
}

/** merge takes both sides' changes; where both changed the same, theirs stays and the clash is told. */
function merge(base: unknown, mine: unknown, theirs: unknown, path: string[], clash: (path: string[], mine: unknown, theirs: unknown) => void): unknown {
  if (same(mine, base) || same(mine, theirs)) return theirs
  if (same(theirs, base)) return mine
  if (isObject(mine) && isObject(theirs)) {
    const from = isObject(base) ? base : {}
    const out: Members = {}
    for (const k of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
      const v = merge(from[k], mine[k], theirs[k], [...path, k], clash)
      if (v !== undefined) out[k] = v
    }
    return out
  }
  clash(path, mine, theirs)
  return theirs
}

type Node = { own: Members; place: string }

/** A shape is a flow taken apart: what each step says itself, and which steps each list holds. */
type Shape = { nodes: Map<string, Node>; lists: Map<string, string[]> }

const without = (of: object, ...keys: string[]): Members => Object.fromEntries(Object.entries(of).filter(([k]) => !keys.includes(k)))

const keyOf = (place: Place) => (place ? `${place.step}/${place.slot}` : '')

function apart(flow: Flow): Shape {
  const shape: Shape = { nodes: new Map(), lists: new Map() }
  const list = (steps: Step[], place: Place) => {
    shape.lists.set(keyOf(place), steps.map((s) => s.id))
    for (const step of steps) {
      const own = without(step, 'steps', 'catch')
      if (step.branches) own.branches = step.branches.map((b) => without(b, 'steps'))
      shape.nodes.set(step.id, { own, place: keyOf(place) })
      for (const c of children(step)) list(c.steps, c.place)
    }
  }
  list(flow.steps, null)
  return shape
}

/** rebase puts my changes of a document onto theirs. */
export function rebase(base: Flow, mine: Flow, theirs: Flow): { flow: Flow; clashes: Clash[] } {
  const clashes: Clash[] = []
  const b = apart(base)
  const m = apart(mine)
  const t = apart(theirs)
  const [bare, bareMine, bareTheirs] = [base, mine, theirs].map((flow) => without(flow, 'steps'))
  const top = merge(bare, bareMine, bareTheirs, [], (path, mine, theirs) => clashes.push({ path, mine, theirs })) as Omit<Flow, 'steps'>

  const kept = keptSteps(b, m, t)
  const own = new Map<string, Members>()
  const place = new Map<string, string>()
  for (const id of kept) {
    const [nb, nm, nt] = [b.nodes.get(id), m.nodes.get(id), t.nodes.get(id)]
    if (nm && nt) own.set(id, merge(nb?.own, nm.own, nt.own, [], (path, mine, theirs) => clashes.push({ step: id, path, mine, theirs })) as Members)
    else own.set(id, (nm ?? nt)?.own ?? {})
    if (nm && nt) place.set(id, nb && nm.place === nb.place ? nt.place : nm.place)
    else place.set(id, (nm ?? nt)?.place ?? '')
  }
  const order = (key: string) => joinOrder(b.lists.get(key) ?? [], m.lists.get(key) ?? [], t.lists.get(key) ?? []).filter((id) => place.get(id) === key)
  const seen = new Set<string>()
  const build = (key: string): Step[] => order(key).filter((id) => !seen.has(id)).map((id) => {
    seen.add(id)
    return together(id, own.get(id) ?? {}, [m, t], build)
  })
  return { flow: { ...top, steps: build('') }, clashes }
}

/** keptSteps are all but those that one side took out while the other left them and what is in them alone. */
function keptSteps(b: Shape, m: Shape, t: Shape): Set<string> {
  const kept = new Set<string>()
  const keep = (id: string, shape: Shape) => {
    for (let at: string | undefined = id; at && !kept.has(at); at = shape.nodes.get(at)?.place.split('/')[0]) kept.add(at)
  }
  for (const [shape, other] of [[m, t], [t, m]] as const) {
    for (const [id, node] of shape.nodes) {
      const before = b.nodes.get(id)
      if (!before || other.nodes.has(id) || !same(before.own, node.own)) keep(id, shape)
    }
  }
  return kept
}

/** joinOrder keeps the order of who changed it, and puts what only the other has after what it follows there. */
function joinOrder(base: string[], mine: string[], theirs: string[]): string[] {
  const left = theirs.filter((id) => base.includes(id))
  const moved = left.join() !== base.filter((id) => left.includes(id)).join()
  const [first, second] = moved ? [theirs, mine] : [mine, theirs]
  const out = [...first]
  for (const [i, id] of second.entries()) {
    if (out.includes(id)) continue
    const before = second.slice(0, i).findLast((other) => out.includes(other))
    out.splice(before === undefined ? 0 : out.indexOf(before) + 1, 0, id)
  }
  return out
}

function together(id: string, own: Members, shapes: Shape[], build: (key: string) => Step[]): Step {
  const has = (slot: string) => shapes.some((s) => s.lists.has(`${id}/${slot}`))
  const { branches, ...rest } = own
  return {
    ...(rest as Step),
    ...(has('steps') && { steps: build(`${id}/steps`) }),
    ...(has('catch') && { catch: build(`${id}/catch`) }),
    ...(Array.isArray(branches) && { branches: (branches as { name: string }[]).map((b, i) => ({ ...b, steps: build(`${id}/${i}`) })) }),
  }
}

/** decide puts a value where two people clashed. */
export function decide(flow: Flow, clash: Clash, value: unknown): Flow {
  const set = (of: unknown, path: string[]): unknown => {
    const [key, ...rest] = path
    if (key === undefined) return value
    const members = isObject(of) ? of : {}
    const next = set(members[key], rest)
    return next === undefined ? without(members, key) : { ...members, [key]: next }
  }
  if (!clash.step) return set(flow, clash.path) as Flow
  const branches = clash.path[0] === 'branches'
  const copy = structuredClone(flow)
  walk(copy.steps, (s) => {
    if (s.id !== clash.step) return
    if (branches && Array.isArray(value)) s.branches = (value as { name: string }[]).map((b, i) => ({ ...b, steps: s.branches?.[i]?.steps ?? [] }))
    else Object.assign(s, { [String(clash.path[0])]: undefined }, set(s, clash.path))
  })
  return copy
}
