import type { Condition, SchemaField } from '../api/expression'
import { formatNumber, parseNumber } from '../fields/locale'

/** The rows as they are edited: with names of their own, and not yet all filled in. */
export type Row = { id: number; field: string; default?: unknown; as?: Condition['as']; operator: Operator; value: unknown }
export type Operator = NonNullable<Condition['operator']>
type Known = Pick<SchemaField, 'type' | 'values' | 'form'> | undefined
export type Group = { id: number; how: 'all' | 'any'; items: (Row | Group)[] }

let last = 0

export const isGroup = (x: Row | Group): x is Group => 'items' in x
export const emptyRow = (): Row => ({ id: ++last, field: '', operator: 'equals', value: '' })
export const emptyGroup = (how: 'all' | 'any' = 'all'): Group => ({ id: ++last, how, items: [] })

/** anew gives kept rows names of their own among those that are edited now. */
export const anew = (g: Group): Group => ({ ...g, id: ++last, items: g.items.map((x) => (isGroup(x) ? anew(x) : { ...x, id: ++last })) })

export function fromModel(c: Condition): Row | Group {
  if (c.all) return { id: ++last, how: 'all', items: c.all.map(fromModel) }
  if (c.any) return { id: ++last, how: 'any', items: c.any.map(fromModel) }
  return { id: ++last, field: c.field ?? '', ...(c.default !== undefined && { default: c.default }), ...(c.as && { as: c.as }), operator: c.operator ?? 'equals', value: c.value ?? '' }
}

export const valueless = new Set<string>(['is_true', 'is_false', 'yes', 'no', 'exists', 'missing', 'filled', 'empty'])
export const listed = new Set<string>(['one_of', 'not_one_of'])

const filled = (r: Row) => r.field !== '' && (valueless.has(r.operator) || (listed.has(r.operator) ? Array.isArray(r.value) && r.value.length > 0 : r.value !== '' && r.value !== undefined))

/** openRow says whether a row lacks the value that it compares with. */
export const openRow = (r: Row) => r.field !== '' && !filled(r)

/** hasOpen says whether a row of a group lacks its value. */
export const hasOpen = (g: Group): boolean => g.items.some((x) => (isGroup(x) ? hasOpen(x) : openRow(x)))

/** toModel leaves out the rows that are not filled in, but for those with a field, if left so: the server says that their value is missing; undefined where nothing is left. */
export function toModel(g: Row | Group, left = false): Condition | undefined {
  if (!isGroup(g)) {
    if (!filled(g) && !(left && openRow(g))) return undefined
    const row = { field: g.field, ...(g.default !== undefined && { default: g.default }), ...(g.as && { as: g.as }), operator: g.operator }
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
/** written are for what may be an empty text: that counts as missing. */
const written: Operator[] = ['filled', 'empty']
const same: Operator[] = ['equals', 'not_equals']
const alike: Operator[] = ['alike', 'not_alike']
const ordering: Operator[] = ['greater', 'at_least', 'less', 'at_most']
const wording: Operator[] = ['contains', 'not_contains', 'starts_with', 'ends_with', 'matches']
const days = ['day_less', 'day_greater', 'day_at_least', 'day_at_most', 'day_equals', 'day_not_equals'] as const
const counting: Operator[] = ['last_days', 'next_days', 'days_ago']

/** A choice is a comparison as people choose it: one of days is of its own. */
export type Choice = Operator | (typeof days)[number]

export const choiceOf = (row: Pick<Row, 'as' | 'operator'>): Choice => (row.as === 'day' && days.find((d) => d === `day_${row.operator}`)) || row.operator

/** comparing is what a choice makes of a row. */
const comparing = (choice: Choice): Pick<Row, 'as' | 'operator'> => choice.startsWith('day_') ? { operator: choice.slice(4) as Operator, as: 'day' } : { operator: choice as Operator }

/** asked is what a comparison is made with: days and their number have inputs of their own. */
export const asked = (choice: Choice): 'nothing' | 'list' | 'day' | 'days' | 'value' =>
  valueless.has(choice) ? 'nothing' : listed.has(choice) ? 'list' : choice.startsWith('day_') ? 'day' : counting.some((c) => c === choice) ? 'days' : 'value'

/** isAmount says that all texts seen are amounts of money, as "249.90". */
const isAmount = (field: Known) => field?.form === 'number_br' || field?.form === 'number' && field.values.length > 0 && field.values.every((v) => /^-?\d+\.\d\d$/.test(v.value))

/** operatorsOf are the comparisons that make sense for a type of value: many services write a number as a text. */
export function operatorsOf(field: Known): Choice[] {
  const type: string | undefined = field?.type
  if (field?.form === 'date') return [...days, ...counting, ...written]
  switch (type) {
    case 'boolean': return ['is_true', 'is_false', ...always]
    case 'number': case 'integer': return [...same, ...ordering, 'one_of', 'not_one_of', ...always]
    case 'text': case 'string': return isAmount(field) ? [...ordering, ...same, ...wording, ...alike, 'one_of', 'not_one_of', ...written] : [...same, ...alike, ...wording, ...ordering, 'one_of', 'not_one_of', ...written]
    case 'nothing': return [...written, ...same, ...ordering, ...wording, ...alike]
    case 'list': case 'object': return ['includes', 'not_includes', ...always]
  }
  return [...same, ...ordering, ...wording, ...alike, 'one_of', 'not_one_of', ...(field ? ['includes', 'not_includes'] as const : []), 'is_true', 'is_false', ...written]
}

const akin: Partial<Record<Choice, Choice>> = { exists: 'filled', filled: 'exists', missing: 'empty', empty: 'missing', contains: 'includes', includes: 'contains', not_contains: 'not_includes', not_includes: 'not_contains' }

/** fitting is the comparison that stays where the field becomes one of these comparisons: itself, or what asks the same of that type. */
export const fitting = (choice: Choice, operators: Choice[]): Choice | undefined => [choice, akin[choice]].find((c) => c !== undefined && operators.includes(c))

const isText = (type: string | undefined) => type === 'text' || type === 'string'
const isNumber = (type: string | undefined) => type === 'number' || type === 'integer'

/** readAs is how a field is read for a comparison: one with a number reads a text as a number, as the service writes it; one with another text leaves it as it is. */
export function readAs(field: Known, operator: Operator, value: unknown, before?: Row['as']): Row['as'] {
  const number = before === 'day' ? undefined : before
  if (!ordering.includes(operator) || (typeof value === 'string' && value !== '')) return undefined
  if (!isText(field?.type) && !(field?.type === 'any' && field.form?.startsWith('number'))) return number
  return number ?? (field?.form === 'number_br' ? 'number_br' : 'number')
}

/** compared makes a row one of this choice. What it was compared with stays where it still fits. */
export function compared(row: Row, choice: Choice, field: Known, lang: string, item?: string): Row {
  const wants = asked(choice)
  const was = asked(choiceOf(row))
  let value = row.value
  if (wants === 'list') value = Array.isArray(value) ? value : value === '' || was !== 'value' ? [] : [value]
  else if (was === 'list') value = Array.isArray(value) ? (value[0] ?? '') : ''
  if (wants !== was && [wants, was].some((w) => w === 'day' || w === 'days')) value = wants === 'list' ? [] : ''
  const { operator, as } = comparing(choice)
  if (wants === 'value' && typeof value === 'string') value = typedValue(value, item ?? field?.type, operator, lang)
  const reading = as ?? (wants === 'value' ? readAs(field, operator, value, row.as) : undefined)
  if (wants === 'value' && reading === undefined && isText(item ?? field?.type) && typeof value === 'number') value = formatNumber(value, lang)
  return { ...row, operator, as: reading, value }
}

/** typedValue reads what is typed as what it is compared with, so that 100 is compared as a number. */
export function typedValue(text: string, type: string | undefined, operator: Operator, lang: string): unknown {
  if (counting.includes(operator)) return /^[1-9]\d{0,3}$/.test(text.trim()) ? Number(text) : ''
  if (!isNumber(type) && !ordering.includes(operator)) return text
  const read = [lang, 'pt-BR', 'en'].map((l) => parseNumber(text.replace(/^\s*R\$/, ''), l))
  return read.find((n) => n !== undefined && !Number.isNaN(n)) ?? text
}
