import { type Format, read, write } from './formats'
import { hole, holes, isData, onlyHole } from './template'

export const kinds = ['text', 'number', 'yes', 'group', 'list', 'nothing'] as const

export type Kind = (typeof kinds)[number]

/** kindOf is how a value is edited. */
export function kindOf(value: unknown): Kind {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'object') return 'group'
  if (typeof value === 'number') return 'number'
  return typeof value === 'boolean' ? 'yes' : numeric.has(read(onlyHole(value) ?? '')?.format ?? 'text') ? 'number' : 'text'
}

const numeric = new Set<Format>(['number', 'number_br', 'round', 'count'])

/** dataKind is what a row sends that is one piece of data, which seen is an example of; undefined for what is given as it is. */
export function dataKind(value: unknown, seen: (path: string) => unknown): Kind | undefined {
  const source = onlyHole(value)
  if (source === undefined) return undefined
  return isData(source) ? kindOf(seen(source) ?? '') : kindOf(value)
}

/** asNumber is one piece of data as a number: a text is read as one, and as in Brazil where it is written so. */
export function asNumber(source: string, seen: (path: string) => unknown): string {
  const { path, instead } = read(source) ?? {}
  if (!path) return hole(`float(${source})`)
  const example = seen(path)
  if (typeof example === 'number') return hole(write({ path, instead }))
  return hole(write({ path, instead, format: typeof example === 'string' && /,\d{1,2}$/.test(example.trim()) ? 'number_br' : 'number' }))
}

/** asText is one piece of data as a text. */
function asText(source: string, seen: (path: string) => unknown): string {
  const { path, instead } = read(source) ?? {}
  if (!path) return hole(`string(${source})`)
  return hole(write({ path, instead, format: typeof seen(path) === 'number' ? 'text' : undefined }))
}

/** turned is a value as another kind, with as much kept of it as can be: the data in it above all. */
export function turned(value: unknown, kind: Kind, seen: (path: string) => unknown = () => undefined): unknown {
  const was = dataKind(value, seen) ?? kindOf(value)
  if (was === kind) return value
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  const read = parsed(text)
  const [data, ...more] = kind === 'text' && onlyHole(text) === undefined ? [] : holes(text)
  if (data && kind === 'number') return more.length > 0 ? value : asNumber(data.text, seen)
  if (data && kind === 'text') return asText(data.text, seen)
  switch (kind) {
    case 'text': return text
    case 'number': return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : 0
    case 'yes': return /^(true|yes|sim|1)$/i.test(text.trim())
    case 'nothing': return null
    case 'list': return was === 'group' ? Object.values(value as object) : Array.isArray(read) ? read : text === '' ? [] : [value]
    case 'group': return was === 'list' ? Object.fromEntries((value as unknown[]).map((v, i) => [`${i + 1}`, v])) : typeof read === 'object' && read !== null && !Array.isArray(read) ? read : {}
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
