import type { Schemas } from '../api/client'
import type { Asked } from '../data/desk'
import { parseDuration } from './locale'
import { hasHole } from './template'
import type { useWords } from './words'
import { fill } from '../words/phrase'

export type Field = Schemas['Description']

/** askedOf is what the server is asked of a field that holds an expression. */
export const askedOf = (source: string, field: Field): Asked => ({ source, mode: 'expression', ...(field.expect && { expect: field.expect }) })

const empty = (value: unknown) => value === undefined || value === null || value === ''

/** fault says at once what is plainly wrong with a fixed value; the server has the last word. */
export function fault(field: Field, value: unknown, t: ReturnType<typeof useWords>, lang: string): string | undefined {
  if (empty(value)) return field.required && field.default === undefined ? t.mustFill : undefined
  if (hasHole(value)) return undefined
  return limits(field, value, t, lang) ?? (typeof value === 'string' ? format(field, value, t) : undefined)
}

/** looksLikeAddress takes ana@example.com, and Ana <ana@example.com>. */
export const looksLikeAddress = (text: string) => /^[^@\s]+@[^@\s]+$|<[^@\s]+@[^@\s]+>$/.test(text.trim())

function format(field: Field, value: string, t: ReturnType<typeof useWords>): string | undefined {
  if (field.type === 'url' && !/^https?:\/\//.test(value.trim())) return t.badURL
  if (field.type === 'email' && !looksLikeAddress(value)) return t.badEmail
  if (field.type === 'number' || field.type === 'money') return t.badNumber
  if (field.type === 'duration' && parseDuration(value) === undefined) return t.badDuration
  if (field.pattern) {
    try {
      if (!new RegExp(field.pattern, 'u').test(value)) return t.badPattern
    } catch {
      return undefined // written for the server's engine alone
    }
  }
  return undefined
}

function limits(field: Field, value: unknown, t: ReturnType<typeof useWords>, lang: string): string | undefined {
  const say = (text: string, n: number) => fill(text, { n: n.toLocaleString(lang) })
  const { min, max } = field
  if (typeof value === 'number') {
    if (min !== undefined && value < min) return say(t.tooSmall, min)
    if (max !== undefined && value > max) return say(t.tooBig, max)
  }
  if (typeof value === 'string' && field.type !== 'number') {
    const n = [...value].length
    if (min !== undefined && n < min) return say(t.tooShort, min)
    if (max !== undefined && n > max) return say(t.tooLong, max)
  }
  return undefined
}
