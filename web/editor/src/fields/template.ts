import { segments } from '../words/path'

export { friendly, segments } from '../words/path'

/** A part of a template: plain text, or what stands between {{ and }}. from and to include the braces. */
export type Part = { hole: boolean; text: string; from: number; to: number }

/** parts splits a template at its holes. A hole that is not closed is text. */
export function parts(template: string): Part[] {
  const out: Part[] = []
  let at = 0
  while (at < template.length) {
    const open = template.indexOf('{{', at)
    const close = open < 0 ? -1 : closing(template, open + 2)
    if (close < 0) break
    if (open > at) out.push({ hole: false, text: template.slice(at, open), from: at, to: open })
    out.push({ hole: true, text: template.slice(open + 2, close).trim(), from: open, to: close + 2 })
    at = close + 2
  }
  if (at < template.length) out.push({ hole: false, text: template.slice(at), from: at, to: template.length })
  return out
}

const pairs: Record<string, string> = { '(': ')', '[': ']', '{': '}' }

/** closing finds the }} of a hole: quotes and brackets inside it do not count. */
function closing(text: string, from: number): number {
  const open: string[] = []
  for (let i = from; i < text.length; i++) {
    const c = text[i] ?? ''
    if (c === '"' || c === "'" || c === '`') {
      i = endOfQuote(text, i)
      if (i < 0) return -1
    } else if (pairs[c]) open.push(pairs[c])
    else if (open.length > 0 && c === open.at(-1)) open.pop()
    else if (open.length === 0 && text.startsWith('}}', i)) return i
  }
  return -1
}

function endOfQuote(text: string, from: number): number {
  const quote = text[from]
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\' && quote !== '`') i++
    else if (text[i] === quote) return i
  }
  return -1
}

const name = String.raw`[A-Za-z_]\w*`
const chain = new RegExp(String.raw`^${name}(\??\.${name}|\[\d+\]|\["(?:[^"\\]|\\.)*"\])*$`)

/** isPath says whether an expression only names a value, so that a chip can stand for it. */
export const isPath = (source: string) => chain.test(source) && !['true', 'false', 'nil'].includes(source)

const every = new RegExp(String.raw`^map\(([^(),]+), #((?:\.${name}|\["(?:[^"\\]|\\.)*"\])+)\)$`)

/** eachOf is a list and the path of what an expression takes from each of its elements, if it does no more than that. */
export function eachOf(source: string): { list: string; member: string } | undefined {
  const [, list = '', member = ''] = every.exec(source) ?? []
  return isPath(list) ? { list, member } : undefined
}

/** isData says whether an expression names a value, or that of each element of a list. */
export const isData = (source: string) => isPath(source) || eachOf(source) !== undefined

/** isChip says whether a chip can stand for an expression: it names data, or the link of a wait. */
export const isChip = (source: string) => isData(source) || /^run\.wait_url\("\w+"\)$/.test(source)

export const holes = (template: string) => parts(template).filter((p) => p.hole)

export const hasHole = (value: unknown): boolean =>
  typeof value === 'string' ? holes(value).length > 0 : typeof value === 'object' && value !== null && Object.values(value).some(hasHole)

/** onlyHole is the expression of a template that is one hole and nothing else. */
export function onlyHole(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const [first, ...rest] = parts(value.trim())
  return first?.hole && rest.length === 0 ? first.text : undefined
}

/** givenList is a list that an expression holds as it is: texts, numbers, yes and no. */
export function givenList(source: unknown): unknown[] | undefined {
  if (typeof source !== 'string' || !source.trimStart().startsWith('[')) return undefined
  try {
    const list: unknown = JSON.parse(source)
    return Array.isArray(list) && list.every((v) => typeof v !== 'object') ? list : undefined
  } catch {
    return undefined
  }
}

export const hole = (source: string) => `{{ ${source} }}`

const wrapped = /^\s*\{\{ ?([\s\S]*?) ?\}\}\s*$/

/** insideOf is the expression that a value is, also one that is not finished; undefined where it is text, or text with data. */
export function insideOf(value: unknown): string | undefined {
  if (value === undefined || value === '') return ''
  if (typeof value !== 'string' || (holes(value).length > 0 && onlyHole(value) === undefined)) return undefined
  return wrapped.exec(value)?.[1]
}

/** member writes the name of a member after the path of what holds it. */
export const member = (path: string, key: string) => (new RegExp(`^${name}$`).test(key) ? (path ? `${path}.${key}` : key) : `${path}[${JSON.stringify(key)}]`)

/** readAt reads a value by its path. */
export function readAt(scope: unknown, path: string): unknown {
  let here = scope
  for (const s of segments(path)) {
    if (typeof here !== 'object' || here === null) return undefined
    here = (here as Record<string, unknown>)[s === '[]' ? '0' : s]
  }
  return here
}
