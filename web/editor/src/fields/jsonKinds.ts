import { hasHole } from './template'

export const kinds = ['text', 'number', 'yes', 'group', 'list', 'nothing'] as const

export type Kind = (typeof kinds)[number]

/** kindOf is how a value is edited. */
export function kindOf(value: unknown): Kind {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'object') return 'group'
  if (typeof value === 'number') return 'number'
  return typeof value === 'boolean' ? 'yes' : 'text'
}

/** turned is a value as another kind, with as much kept of it as can be. */
export function turned(value: unknown, kind: Kind): unknown {
  const was = kindOf(value)
  if (was === kind) return value
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  const read = parsed(text)
  switch (kind) {
    case 'text': return text
    case 'number': return !hasHole(text) && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : 0
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
