import type { Condition, SchemaField } from '../api/expression'
import { parseNumber } from '../fields/locale'

/** The rows as they are edited: with names of their own, and not yet all filled in. */
export type Row = { id: number; field: string; as?: Condition['as']; operator: Operator; value: unknown }
export type Operator = NonNullable<Condition['operator']>
export type Group = { id: number; how: 'all' | 'any'; items: (Row | Group)[] }

let last = 0

export const isGroup = (x: Row | Group): x is Group => 'items' in x
export const emptyRow = (): Row => ({ id: ++last, field: '', operator: 'equals', value: '' })
export const emptyGroup = (how: 'all' | 'any' = 'all'): Group => ({ id: ++last, how, items: [] })

export function fromModel(c: Condition): Row | Group {
  if (c.all) return { id: ++last, how: 'all', items: c.all.map(fromModel) }
  if (c.any) return { id: ++last, how: 'any', items: c.any.map(fromModel) }
  return { id: ++last, field: c.field ?? '', ...(c.as && { as: c.as }), operator: c.operator ?? 'equals', value: c.value ?? '' }
}

export const valueless = new Set(['is_true', 'is_false', 'exists', 'missing'])
export const listed = new Set(['one_of', 'not_one_of'])

const filled = (r: Row) => r.field !== '' && (valueless.has(r.operator) || (listed.has(r.operator) ? Array.isArray(r.value) && r.value.length > 0 : r.value !== '' && r.value !== undefined))

/** openRow says whether a row lacks the value that it compares with. */
const openRow = (r: Row) => r.field !== '' && !filled(r)

/** hasOpen says whether a row of a group lacks its value. */
export const hasOpen = (g: Group): boolean => g.items.some((x) => (isGroup(x) ? hasOpen(x) : openRow(x)))

/** toModel leaves out the rows that are not filled in, but for those with a field, if left so: the server says that their value is missing; undefined where nothing is left. */
export function toModel(g: Row | Group, left = false): Condition | undefined {
  if (!isGroup(g)) {
    if (!filled(g) && !(left && openRow(g))) return undefined
    const row = { field: g.field, ...(g.as && { as: g.as }), operator: g.operator }
    return valueless.has(g.operator) ? row : { ...row, value: listed.has(g.operator) && !Array.isArray(g.value) ? [] : alike.includes(g.operator) ? String(g.value ?? '') : (g.value ?? '') }
  }
  const items = g.items.map((x) => toModel(x, left)).filter((x) => x !== undefined)
  return items.length === 0 ? undefined : g.how === 'all' ? { all: items } : { any: items }
}

/** changed gives the group with one of its parts, wherever it stands, made anew; null takes it out. */
export function changed(g: Group, id: number, f: (x: Row | Group) => Row | Group | null): Group {
  const items = g.items.flatMap((x) => {
    if (x.id === id) {
      const next = f(x)
      return next === null ? [] : [next]
    }
    return isGroup(x) ? [changed(x, id, f)] : [x]
  })
  return { ...g, items }
}

const always: Operator[] = ['exists', 'missing']
const same: Operator[] = ['equals', 'not_equals']
const alike: Operator[] = ['alike', 'not_alike']
const ordering: Operator[] = ['greater', 'at_least', 'less', 'at_most']
const wording: Operator[] = ['contains', 'not_contains', 'starts_with', 'ends_with', 'matches']

/** isAmount says that all texts seen are amounts of money, as "249.90". */
const isAmount = (values: SchemaField['values']) => values.length > 0 && values.every((v) => /^(R\$\s*)?-?\d[\d.,]*[.,]\d\d$/.test(v.value))

/** operatorsOf are the comparisons that make sense for a type of value: many services write a number as a text. */
export function operatorsOf(field: Pick<SchemaField, 'type' | 'values'> | undefined): Operator[] {
  const type: string | undefined = field?.type
  switch (type) {
    case 'boolean': return ['is_true', 'is_false', ...always]
    case 'number': case 'integer': return [...same, ...ordering, 'one_of', 'not_one_of', ...always]
    case 'text': case 'string': return isAmount(field?.values ?? []) ? [...ordering, ...same, ...wording, ...alike, 'one_of', 'not_one_of', ...always] : [...same, ...alike, ...wording, ...ordering, 'one_of', 'not_one_of', ...always]
    case 'list': case 'object': return ['contains', 'not_contains', ...always]
  }
  return [...same, ...ordering, ...wording, ...alike, 'one_of', 'not_one_of', 'is_true', 'is_false', ...always]
}

const isText = (type: string | undefined) => type === 'text' || type === 'string'
const isNumber = (type: string | undefined) => type === 'number' || type === 'integer'
const brazilian = /^(R\$\s*)?-?\d{1,3}(\.\d{3})*,\d+$|^(R\$\s*)?-?\d+,\d+$/

/** readAs is how a field is read for a comparison: one of numbers reads a text as a number, as the service writes it. */
export function readAs(field: Pick<SchemaField, 'type' | 'values'> | undefined, operator: Operator, before?: Row['as']): Row['as'] {
  if (!ordering.includes(operator)) return undefined
  if (!isText(field?.type)) return before
  return before ?? (field?.values.some((v) => brazilian.test(v.value.trim())) ? 'number_br' : 'number')
}

/** typedValue reads what is typed as what it is compared with, so that 100 is compared as a number. */
export function typedValue(text: string, type: string | undefined, operator: Operator, lang: string): unknown {
  if (!isNumber(type) && !ordering.includes(operator)) return text
  const n = parseNumber(text.replace(/^\s*R\$/, ''), lang)
  return n === undefined || Number.isNaN(n) ? text : n
}

/** notNumber is what stands where a number is compared with, and is none; data of the event may be. */
export function notNumber(row: Row, type: string | undefined): string | undefined {
  return (isNumber(type) || ordering.includes(row.operator)) && !valueless.has(row.operator) && typeof row.value === 'string' && row.value !== '' && /[a-z]/i.test(row.value) && !/\d{4}-\d\d/.test(row.value) ? row.value : undefined
}
