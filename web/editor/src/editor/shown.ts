import type { Schemas } from '../api/client'

type Field = Schemas['Description']

/** shown says whether a field's show_if holds for the fields beside it. What is filled in is never hidden. */
export function shown(field: Field, all: Field[], values: Record<string, unknown>): boolean {
  if (!field.show_if || values[field.id] !== undefined) return true
  const read = (id: string): unknown => values[id] ?? all.find((f) => f.id === id)?.default
  return holds(field.show_if, read)
}

/**
 * holds reads the few forms that catalogues use: comparisons of one field with a value, lists of
 * values, and these joined. What it cannot read is shown: the server decides what is sent.
 */
function holds(source: string, read: (id: string) => unknown): boolean {
  const either = source.split(/\s*(?:\|\||\bor\b)\s*/)
  if (either.length > 1) return either.some((s) => holds(s, read))
  const both = source.split(/\s*(?:&&|\band\b)\s*/)
  if (both.length > 1) return both.every((s) => holds(s, read))
  const plain = source.trim().replace(/^\((.*)\)$/, '$1')
  const [, not, bare] = /^(!|not\s+)?\s*([\w.]+)$/.exec(plain) ?? []
  if (bare) return Boolean(read(nameOf(bare))) !== Boolean(not)
  const [, id, operator, value] = /^([\w.]+)\s*(==|!=|in|not in)\s*(.+)$/.exec(plain) ?? []
  if (!id || !operator || value === undefined) return true
  const wanted = literal(value)
  const own = read(nameOf(id)) ?? null
  const found = Array.isArray(wanted) ? wanted.includes(own) : own === wanted
  return operator === '==' || operator === 'in' ? found : !found
}

const nameOf = (path: string) => path.replace(/^input\./, '')

function literal(text: string): unknown {
  try {
    return JSON.parse(text.trim().replace(/^nil$/, 'null').replaceAll("'", '"'))
  } catch {
    return undefined
  }
}
