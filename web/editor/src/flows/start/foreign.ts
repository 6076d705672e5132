import { type Flow, idOf, type Step } from '../../flow'

/** Taken is one part of a foreign flow, and what became of it. */
export type Taken = { name: string; what: string; as: 'done' | 'look' | 'missing'; /** the step that it became */ id?: string }

/** Foreign is a flow of another program in Gancho's words, with a line for each of its parts. */
export type Foreign = { flow: Flow; taken: Taken[]; from: 'n8n' | 'Make' }

export type Json = Record<string, unknown>

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
export const at = (value: unknown, ...path: (string | number)[]): unknown => path.reduce<unknown>((v, key) => (Array.isArray(v) && typeof key === 'number' ? v[key] : isJson(v) ? v[String(key)] : undefined), value)
export const textAt = (value: unknown, ...path: (string | number)[]) => {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : typeof found === 'number' || typeof found === 'boolean' ? String(found) : ''
}
export const listAt = (value: unknown, ...path: (string | number)[]): unknown[] => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** walkUnread visits each step of a document that nobody has checked yet, and passes over what is none. */
export function walkUnread(flow: unknown, visit: (step: Json) => void) {
  for (const step of [flow, ...listAt(flow, 'branches')].flatMap((of) => listAt(of, 'steps')).concat(listAt(flow, 'catch')).filter(isJson)) {
    visit(step)
    walkUnread(step, visit)
  }
}

/** Names gives each part an id of its own. */
export class Names {
  private readonly used = new Set<string>()

  take(name: string): string {
    const base = idOf(name).replaceAll('-', '_').replace(/^(?=\d)/, 's') || 'step'
    let id = base
    for (let n = 2; this.used.has(id); n++) id = `${base}_${n}`
    this.used.add(id)
    return id
  }
}

/** without leaves out what is empty. */
export const without = (members: Json): Json => Object.fromEntries(Object.entries(members).filter(([, v]) => v !== undefined && v !== '' && !(isJson(v) && Object.keys(v).length === 0)))

/** placeholder stands where a part has no counterpart: switched off, with what it was set to in its note. */
export function placeholder(id: string, name: string, what: string, settings: unknown): Step {
  const note = settings === undefined ? what : `${what}\n${JSON.stringify(settings, null, 2)}`
  return { id, name, action: 'log', disabled: true, note: note.slice(0, 4000), with: { message: `${name} (${what})` } }
}

/** noted writes on each step that is to be looked at where it came from: the report is seen once, and the note until it is done. */
export function noted(flow: unknown, taken: Taken[], note: (what: string) => string): unknown {
  const look = new Map(taken.flatMap((x) => (x.as === 'look' && x.id ? [[x.id, note(x.what)] as const] : [])))
  const copy = structuredClone(flow)
  walkUnread(copy, (step) => {
    const own = look.get(textAt(step, 'id'))
    if (own) step['note'] = [own, textAt(step, 'note')].filter(Boolean).join('\n')
  })
  return copy
}

/** plainNote is a note in Markdown without its signs: here it is plain text. */
export const plainNote = (text: string) => text.replace(/!\[[^\]]*\]\([^)]*\)/g, '').replace(/\[([^\]]*)\]\(([^)\s]*)[^)]*\)/g, (_, words: string, url: string) => (words === url || !words ? url : `${words} (${url})`))
  .replace(/^[ \t]*(#{1,6}|>)[ \t]+/gm, '').replace(/(\*\*|__|`{1,3})([^\n]*?)\1/g, '$2').replace(/\n{3,}/g, '\n\n').trim()

/** quoted is a text as an expression writes it. */
export const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** operand is a value of a condition: a single hole is its expression, a number or yes and no stay, all else is text. */
export function operand(value: unknown, template: (text: string) => string): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = template(typeof value === 'string' ? value : JSON.stringify(value ?? ''))
  const hole = /^\{\{([^{}]*)\}\}$/.exec(text.trim())
  if (hole?.[1]) return hole[1].trim()
  return /^-?\d+(\.\d+)?$/.test(text) ? text : quoted(text)
}

/** compare makes a condition of two values by the name that the other program gives the comparison. */
export function compare(a: string, by: string, b: string): string | undefined {
  const op = by.toLowerCase().replaceAll(/[^a-z]/g, '')
  if (/^(equals?|equal|textequal|numberequal|booleanequal)(ci)?$/.test(op)) return `${a} == ${b}`
  if (/^(notequals?|textnotequal|numbernotequal)(ci)?$/.test(op)) return `${a} != ${b}`
  if (/^(exists?|notempty|isnotempty)$/.test(op)) return `present(${a})`
  if (/^(notexists?|isempty|empty)$/.test(op)) return `!present(${a})`
  if (/^(text)?contains?(ci)?$/.test(op)) return `${a} contains ${b}`
  if (/^(text)?notcontains?(ci)?$/.test(op)) return `!(${a} contains ${b})`
  if (/startswith|textstarts/.test(op)) return `${a} startsWith ${b}`
  if (/endswith|textends/.test(op)) return `${a} endsWith ${b}`
  if (/^(gt|larger|greater|numbergreater|after|dateafter)$/.test(op)) return `${a} > ${b}`
  if (/^(gte|largerequal|greaterorequal|numbergreaterorequal)$/.test(op)) return `${a} >= ${b}`
  if (/^(lt|smaller|less|numberless|before|datebefore)$/.test(op)) return `${a} < ${b}`
  if (/^(lte|smallerequal|lessorequal|numberlessorequal)$/.test(op)) return `${a} <= ${b}`
  if (op === 'true') return `${a} == true`
  if (op === 'false') return `${a} == false`
  return undefined
}
