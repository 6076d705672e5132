import type { SchemaField } from '../api/expression'
import type { Step } from '../flow'
import { friendly, member, readAt, segments } from '../fields/template'
import { inWords } from '../words/path'
import { plainText } from '../words/format'
import { soughtAs, soughtWords } from '../words/names'

/** A node of the data that a step may use: a leaf can be inserted, a branch folds. */
export type Node = { path: string; name: string; label: string; level: number; leaf: boolean; /** twin is its own name, where one beside it is called as it is */ twin?: string; stats?: SchemaField; doc?: string; children: Node[] }

type Titles = { body: string; request: string; headers: string; query: string; resource: string; item: string; vars: string; runInfo: string; errorsOf: string; step: (id: string) => string; part: (path: string) => string | undefined }

/** fieldsOf lists what a value holds, where nothing was counted. */
export function fieldsOf(value: unknown, path: string, out: SchemaField[] = []): SchemaField[] {
  if (out.length > 500) return out
  const plain = { path, label: '', kinds: [], seen: 0, of: 0, values: [], masked: false, first: null, last: null }
  if (Array.isArray(value)) {
    out.push({ ...plain, type: 'list' })
    if (value.length > 0) fieldsOf(value[0], `${path}[]`, out)
  } else if (typeof value === 'object' && value !== null) {
    if (path !== '' && !path.endsWith('[]')) out.push({ ...plain, type: 'object' })
    for (const [key, v] of Object.entries(value)) fieldsOf(v, member(path, key), out)
  } else if (path !== '') out.push({ ...plain, type: typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'nothing' })
  return out
}

/** treeOf puts counted fields under the things that they are members of; steps are those of the flow, in order. */
export function treeOf(fields: SchemaField[], titles: Titles, steps: Step[]): Node[] {
  const roots = new Map<string, Node>()
  const all = new Map<string, Node>()
  const place = (path: string): Node => {
    const known = all.get(path)
    if (known) return known
    const node: Node = { path, name: segments(path).at(-1) ?? path, label: titles.part(path) ?? (inWords([lastOf(path)]) || lastOf(path)), level: 1, leaf: true, children: [] }
    all.set(path, node)
    const title = titleOf(path, titles)
    const above = title === undefined ? parentOf(path)?.replace(/(\[\])+$/, '') : undefined
    if (above === undefined) {
      node.label = title ?? node.label
      roots.set(path, node)
    } else {
      const parent = place(above)
      parent.leaf = false
      node.level = parent.level + 1
      parent.children.push(node)
    }
    return node
  }
  for (const f of fields) {
    if (hidden.has(f.path) || f.type === 'object' && f.path.endsWith('[]')) continue
    const node = place(f.path)
    node.stats = f
    if (f.label && titles.part(f.path) === undefined) node.label = f.label
    if (f.type === 'object' && node.children.length === 0) node.leaf = true
  }
  for (const n of all.values()) tellApart(n.children)
  return ordered([...roots.values()], steps)
}

/** tellApart leaves one of those that are called alike its label alone. */
function tellApart(nodes: Node[]) {
  const taken = new Set<string>()
  for (const n of [...nodes].sort((a, b) => a.name.length - b.name.length)) {
    if (taken.has(n.label)) n.twin = n.name
    taken.add(n.label)
  }
}

/** lastOf is the last name of a path: what is above it is seen in the tree. */
export const lastOf = (path: string) => segments(path).filter((s) => s !== '[]').at(-1) ?? path

const hidden = new Set(['', 'trigger', 'steps', 'errors', 'loops'])

function titleOf(path: string, t: Titles): string | undefined {
  const fixed: Record<string, string> = { 'trigger.body': t.body, 'trigger.headers': t.headers, 'trigger.query': t.query, 'trigger.resource': t.resource, item: t.item, vars: t.vars, run: t.runInfo }
  if (fixed[path] !== undefined) return fixed[path]
  const [root, id, more] = segments(path)
  if (root === 'steps' && id && more === undefined) return t.step(id)
  return undefined
}

const requestParts = new Set(['id', 'method', 'path', 'ip', 'at', 'event'])

/** parentOf is the path above; what the request says of itself stands together. */
function parentOf(path: string): string | undefined {
  const cut = /^(.*?)(\??\.[A-Za-z_]\w*|\[\]|\[\d+\]|\["(?:[^"\\]|\\.)*"\])$/.exec(path)
  const above = cut?.[1] ?? ''
  if (above === '' || hidden.has(above)) return undefined
  return above
}

const rank = (n: Node, step: Step | undefined) => {
  if (n.path === 'item' || n.path === 'index') return 0
  if (step?.action === 'set') return 1
  if (n.path === 'trigger.body') return 2
  if (n.path === 'trigger.resource') return 3
  if (n.path.startsWith('steps.')) return 4
  if (n.path === 'vars') return 6
  if (n.path === 'run') return 8
  return requestParts.has(n.name) || n.path.startsWith('trigger.') ? 7 : 5
}

/** ordered puts what is nearest first: the item of a loop, values that a person made, the event, the other steps from the last one on. */
function ordered(nodes: Node[], steps: Step[]): Node[] {
  const placed = nodes.map((n, i) => {
    const at = n.path.startsWith('steps.') ? steps.findIndex((s) => s.id === segments(n.path)[1]) : -1
    return { n, rank: rank(n, steps[at]), i: at < 0 ? i : -at }
  })
  return placed.sort((a, b) => a.rank - b.rank || a.i - b.i).map((x) => x.n)
}

/** listsOf is what of the data is a list, those of groups first, and what holds one; all where there is none. */
export function listsOf(nodes: Node[]): Node[] {
  const kept = (n: Node): Node[] => {
    const children = [...n.children].sort((a, b) => Number(b.children.length > 0) - Number(a.children.length > 0)).flatMap(kept)
    return n.stats?.type === 'list' || children.length > 0 ? [{ ...n, children, leaf: children.length === 0 }] : []
  }
  const lists = nodes.flatMap(kept)
  return lists.length > 0 ? lists : nodes
}

/** mostSeen is the value that came most often, as what it was: the counts hold texts. */
export function mostSeen({ type, values: [first] }: SchemaField): unknown {
  if (!first || first.cut || !['number', 'integer', 'boolean'].includes(type)) return first?.value
  return type === 'boolean' ? first.value === 'true' : Number(first.value)
}

/** insertable is the path as it is written into a field: the first of a list stands for each. */
export const insertable = (path: string) => path.replaceAll('[]', '[0]')

export const valueOf = (scope: unknown, path: string) => readAt(scope, path)

/** bestOf is the row that a search means most: a value that is called what was typed, then one that begins so, then by its name in the data, then any that is found; of equals the one that lies least deep. */
export function bestOf(rows: Node[], q: string): number {
  const typed = plainText(q).trim()
  const score = (n: Node) => {
    const fit = (name: string) => { const s = plainText(name); return s === typed ? 6 : s.startsWith(typed) ? 4 : s.includes(typed) ? 2 : 0 }
    return 8 * fit(n.label) + Math.max(fit(n.name), fit(friendly(n.path))) + (n.leaf ? 1 : 0)
  }
  let best = 0
  const better = (a: Node, b: Node) => score(a) > score(b) || (score(a) === score(b) && a.level < b.level)
  rows.forEach((n, i) => { if (better(n, rows[best] ?? n)) best = i })
  return best
}

/** shownNodes is the list of rows: all but what is folded, or what a search finds and what is above it. Each word of a search is looked for in a value and in what holds it. */
export function shownNodes(nodes: Node[], folded: (n: Node) => boolean, q: string, text: (n: Node) => string): Node[] {
  const words = soughtWords(q)
  const out: Node[] = []
  const all = (n: Node) => {
    out.push(n)
    if (!folded(n)) n.children.forEach(all)
  }
  const visit = (n: Node, above: string): boolean => {
    const at = out.length
    out.push(n)
    if (words.length === 0) {
      if (!folded(n)) n.children.forEach((c) => visit(c, ''))
      return true
    }
    const names = `${above} ${plainText(`${n.label} ${friendly(n.path)} ${soughtAs(n.name)}`)}`
    const found = `${names} ${plainText(`${n.path} ${text(n)}`)}`
    const own = words.every((w) => found.includes(w))
    let below = false
    for (const c of n.children) below = visit(c, n.level > 1 ? names : '') || below
    if (own && !below && !folded(n)) n.children.forEach(all)
    if (!own && !below) out.length = at
    return own || below
  }
  nodes.forEach((n) => visit(n, ''))
  return out
}
