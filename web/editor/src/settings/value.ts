import { formatNumber, parseNumber } from '../fields/locale'

/** readValue reads what was typed: JSON where it is that, else text. */
export function readValue(typed: string): unknown {
  try {
    return JSON.parse(typed) as unknown
  } catch {
    return typed
  }
}

export const kinds = ['text', 'number', 'yes', 'json'] as const

/** Kind is how a variable is written: json is a list, a group of values, or nothing. */
export type Kind = (typeof kinds)[number]

export function kindOf(value: unknown): Kind {
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'number'
  return typeof value === 'boolean' ? 'yes' : 'json'
}

/** typedOf writes a value as it is typed. */
export function typedOf(value: unknown, lang: string): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? formatNumber(value, lang) : JSON.stringify(value)
}

/** likelyKind is what somebody means who typed this: long digits, and those that begin with 0, are of documents, phones and addresses. */
export function likelyKind(typed: string, lang: string): Kind {
  const text = typed.trim()
  if (!/^-?0\d|^\d{11,}$/.test(text) && Number.isFinite(parseNumber(text, lang))) return 'number'
  return /^[[{]/.test(text) && typeof readValue(text) === 'object' ? 'json' : 'text'
}

/** valueAs reads what was typed as a value of a kind; undefined where it is none. */
export function valueAs(kind: Kind, typed: string, lang: string): unknown {
  if (kind === 'text') return typed
  if (kind === 'yes') return typed === 'true'
  if (kind === 'json') return readValue(typed) === typed ? undefined : readValue(typed)
  const number = parseNumber(typed, lang)
  return Number.isFinite(number) ? number : undefined
}
