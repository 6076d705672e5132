import { formatNumber, parseDuration, sayDuration, sayPhone } from '../fields/locale'
import type { Step } from '../flow'
import { eachOf, friendly, givenList, parts as partsIn } from '../fields/template'

/** A sentence is text with chips of data in it. */
export type Part = { text: string } | { chip: string; source: string } | { blank: string } | { code: string }

const pathShape = /^(trigger|steps|errors|item|index|loops|vars|run)((\??\.[A-Za-z_]\w*)|(\[("[^"]*"|'[^']*'|\d+)\]))*$/

/** Labels gives the preset's own name of a path, where it has one. */
export type Labels = (path: string) => string | undefined

function chipOf(source: string, labels: Labels): Part {
  const path = source.trim()
  if (pathShape.test(path)) return { chip: labels(path) ?? friendly(path), source: path }
  const each = /\bmap\([^()]+, #[^()]+\)/.exec(path)?.[0]
  if (each && eachOf(each)) return { chip: labels(each) ?? each, source: path }
  const paths = path.match(/\b(trigger|steps|item|vars|loops|errors)(\??\.[A-Za-z_]\w*|\[[^\]]*\])+/g)
  const one = new Set(paths)
  const only = [...one][0]
  return one.size === 1 && only ? { chip: labels(only) ?? friendly(only), source: path } : { code: path }
}

/** templateParts makes parts of a text with holes. */
export function templateParts(text: string, labels: Labels): Part[] {
  return partsIn(text).map((p) => (p.hole ? chipOf(p.text, labels) : { text: p.text }))
}

export type Operators = Record<'is' | 'isNot' | 'and' | 'or' | 'not' | 'isIn' | 'contains' | 'startsWith' | 'endsWith' | 'isPresent' | 'isMissing' | 'atLeast' | 'atMost' | 'yes' | 'no' | 'point' | 'whenMissing' | 'isBefore' | 'isAfter' | 'dayForm' | 'lastDay' | 'lastDays' | 'nextDay' | 'nextDays' | 'dayAgo' | 'daysAgo', string>

const data = String.raw`(?:trigger|steps|errors|item|index|loops|vars|run)\b(?:\??\.[A-Za-z_]\w*|\[(?:"[^"]*"|'[^']*'|\d+)\])*`
const literal = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?`
const operand = String.raw`(${data})(?:\s*\?\?\s*(${literal}|true|false|\[\]))?`

/** How the builder writes its rows of several signs, and then the signs one by one. */
const shapes = {
  within: new RegExp(String.raw`\s*(${literal})\s+in\s+${operand}`, 'y'),
  day: new RegExp(String.raw`\s*start_of\(${operand}, "day"\) ([=!<>]+) date\("(\d{4})-(\d\d)-(\d\d)"\)`, 'y'),
  days: new RegExp(String.raw`\s*diff\((now\(\), )?${operand}(?:, now\(\))?, "days"\) (?:in 0\.\.(\d+)|>= (\d+))`, 'y'),
  read: new RegExp(String.raw`\s*(present|missing|truthy|float|number_br|slug)\(\s*${operand}\s*\)`, 'y'),
  field: new RegExp(String.raw`\s*${operand}`, 'y'),
  value: new RegExp(String.raw`\s*(${literal})`, 'y'),
  sign: /\s*(==|!=|>=|<=|>|<|&&|\|\||!|\[|\]|\(|\)|,|\b(?:and|or|not|in|contains|startsWith|endsWith|true|false)\b)/y,
}
type Shape = keyof typeof shapes

/** conditionParts says a simple condition in words; one that is not simple stays code. */
export function conditionParts(source: string, labels: Labels, op: Operators): Part[] {
  const words: Record<string, string> = {
    '==': op.is, '!=': op.isNot, '&&': op.and, and: op.and, '||': op.or, or: op.or, '!': op.not, not: op.not, in: op.isIn, contains: op.contains, startsWith: op.startsWith, endsWith: op.endsWith,
    '>=': op.atLeast, '<=': op.atMost, '>': '>', '<': '<', '[': '', ']': '', ',': ',', true: op.yes, false: op.no,
  }
  const dated: Record<string, string> = { ...words, '<': op.isBefore, '>': op.isAfter }
  const spell = (text = '') => (/^["']/.test(text) ? `“${text.slice(1, -1)}”` : text.replace('.', op.point))
  const chip = (path = '', instead?: string): Part[] => [{ chip: labels(path) ?? friendly(path), source: path }, ...(instead ? [{ text: ` (${op.whenMissing.replace('{value}', words[instead] ?? spell(instead))})` }] : [])]
  const say = (text: string): Part => ({ text: ` ${text} ` })
  const told: Record<Shape, (m: RegExpExecArray) => Part[]> = {
    within: ([, value, path, instead]) => [...chip(path, instead), say(`${op.contains} ${spell(value)}`)],
    day: ([, path, instead, sign = '', y = '', m = '', d = '']) => [...chip(path, instead), say(`${dated[sign] ?? sign} ${op.dayForm.replace('{y}', y).replace('{m}', m).replace('{d}', d)}`)],
    days: ([, ahead, path, instead, last, ago]) => {
      const n = ago ?? String(Number(last) + 1)
      const [one, more] = ago ? [op.dayAgo, op.daysAgo] : ahead ? [op.nextDay, op.nextDays] : [op.lastDay, op.lastDays]
      return [...chip(path, instead), say(n === '1' ? one : more.replace('{n}', n))]
    },
    read: ([, how = '', path, instead]) => { const said = { present: op.isPresent, missing: op.isMissing, truthy: `${op.is} ${op.yes}` }[how]; return [...chip(path, instead), ...(said ? [say(said)] : [])] },
    field: ([, path, instead]) => chip(path, instead),
    value: ([, value]) => [{ text: ` ${spell(value)}` }],
    sign: ([, sign = '']) => [/[,()]/.test(sign) ? { text: sign === '(' ? ' (' : sign } : say(words[sign] ?? sign)],
  }
  const parts: Part[] = []
  const text = source.trim().replace(/\bslug\(("(?:[^"\\]|\\.)*")\)/g, '$1').replace(defaulted, '$1')
  for (let at = 0; at < text.length;) {
    const found = (Object.keys(shapes) as Shape[]).map((shape) => { shapes[shape].lastIndex = at; return { shape, m: shapes[shape].exec(text) } }).find((x) => x.m)
    if (!found?.m) return [{ code: source.trim() }]
    parts.push(...told[found.shape](found.m))
    at += found.m[0].length
  }
  return tidy(parts)
}

/** what stands for a missing value has brackets of its own */
const defaulted = new RegExp(String.raw`(?<!\w)\(\s*(${data}\s*\?\?\s*(?:${literal}|true|false|\[\]))\s*\)`, 'g')

function tidy(parts: Part[]): Part[] {
  const out: Part[] = []
  for (const p of parts) {
    const last = out.at(-1)
    if ('text' in p && last && 'text' in last) last.text = `${last.text}${p.text}`.replace(/ {2,}/g, ' ').replaceAll(' )', ')')
    else out.push({ ...p })
  }
  return out
}

type Describe = { id: string; type: string; label: { en: string; 'pt-BR': string }; required?: boolean; advanced?: boolean; decimals?: number; default?: unknown; options?: { value: string; label: { en: string; 'pt-BR': string } }[] }

type Speak = { fields: Describe[]; pattern?: string; labels: Labels; operators: Operators; say: (words: { en: string; 'pt-BR': string }) => string; /** named is what a provider calls an option of a field */ named?: (field: string, value: string) => string | undefined }

/** sentenceOf says in one human sentence what a step was told to do. */
export function sentenceOf(step: Step, { fields, pattern, labels, operators, say, named }: Speak): Part[] {
  const lang = say({ en: 'en-US', 'pt-BR': 'pt-BR' })
  const field = (id: string) => fields.find((f) => f.id === id)
  const valueOf = (id: string): Part[] => {
    const f = field(id)
    const value = step.with?.[id] ?? f?.default
    if (value === undefined || value === '' || value === null) return [{ blank: f ? say(f.label) : id }]
    return valueParts(value, f?.type ?? 'text', labels, operators, (v) => { const o = f?.options?.find((o) => o.value === v); return o ? say(o.label) : (named?.(id, v) ?? asWritten(v, f?.type, lang)) }, (n) => (f?.decimals ? formatNumber(n, lang, f.decimals) : String(n).replace('.', operators.point)))
  }
  if (pattern) {
    const parts: Part[] = []
    for (const piece of pattern.split(/(\{\w+\})/)) {
      const hole = /^\{(\w+)\}$/.exec(piece)
      if (hole?.[1]) parts.push(...valueOf(hole[1]))
      else if (piece) parts.push({ text: piece })
    }
    return parts
  }
  const shown = fields.filter((f) => (f.required || step.with?.[f.id] !== undefined) && !f.advanced && f.type !== 'notice').slice(0, 2)
  return shown.flatMap((f, i) => [{ text: `${i ? ' · ' : ''}${say(f.label)}: ` }, ...valueOf(f.id)])
}

/** asWritten is a value as people write it: a phone, a day, a moment on the clock that it names. */
function asWritten(value: string, type: string | undefined, lang: string): string | undefined {
  if (type === 'phone') return sayPhone(value)
  const [, day, time] = (type === 'date' && /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/.exec(value)) || []
  return day && new Intl.DateTimeFormat(lang, { dateStyle: 'medium', ...(time && { timeStyle: 'short' }), timeZone: 'UTC' }).format(new Date(`${day}T${time ?? '00:00'}Z`))
}

function valueParts(value: unknown, type: string, labels: Labels, operators: Operators, option: (value: string) => string | undefined, number: (n: number) => string = String): Part[] {
  if (typeof value === 'string') {
    if (type === 'condition') return conditionParts(value, labels, operators)
    if (type === 'expression') return givenList(value)?.length ? [{ text: givenList(value)?.join(', ') ?? '' }] : [chipOf(value, labels)]
    if (type === 'duration') return [{ text: sayDuration(parseDuration(value) ?? value) }]
    return templateParts(option(value) ?? value, labels)
  }
  if (Array.isArray(value)) return value.flatMap((v, i) => [...(i ? [{ text: ', ' }] : []), ...valueParts(v, 'text', labels, operators, option, number)])
  if (type === 'group') return valueParts(Object.values(value as object), 'text', labels, operators, option, number)
  if (typeof value === 'object' && value !== null) return [{ text: Object.keys(value).join(', ') }]
  return [{ text: typeof value === 'number' ? number(value) : String(value) }]
}
