import type { Field } from './check'
import { hole, onlyHole, parts } from './template'
import { fits, type Way } from './WaySwitch'

/** turned is a value as it is written in another way; undefined where it cannot be. */
export function turned(field: Field, next: Way, value: unknown): unknown {
  if (value === undefined || value === '' || field.type === 'expression') return fits(field, next, value) ? value : undefined
  if (next === 'expression') return hole(asExpression(value))
  const text = literalOf(onlyHole(value) ?? '')
  if (text !== undefined) return text
  if (next === 'data') return typeof value === 'string' ? value : String(value)
  return fits(field, next, value) ? value : undefined
}

/** asExpression writes a value as an expression that yields it. */
export function asExpression(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  const all = parts(value)
  return onlyHole(value) ?? all.map((p) => (p.hole ? `string(${p.text})` : JSON.stringify(p.text))).join(' + ')
}

/** literalOf is the text that an expression is, if it is no more than that. */
export function literalOf(source: string): string | undefined {
  try {
    const read: unknown = /^".*"$/s.test(source) ? JSON.parse(source) : undefined
    return typeof read === 'string' ? read : undefined
  } catch {
    return undefined
  }
}
