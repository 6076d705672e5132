import { isChip, isData } from './template'

/** The ways in which a value is written, by the functions that write it; $ is the value. */
export const formats = {
  brl: 'brl($)', usd: 'money($, "USD")', eur: 'money($, "EUR")', cents: 'brl($ / 100)', number: 'float($)', number_br: 'number_br($)', round: 'round(float($))',
  upper: 'upper(trim($))', lower: 'lower(trim($))', title: 'title(trim(regex_replace($, " +", " ")))', text: 'string($)', first: 'first_name($)', trim: 'trim($)',
  date: 'format_date($, "02/01/2006")', datetime: 'format_date($, "02/01/2006 15:04")', time: 'format_date($, "15:04")', iso: 'date($)',
  phone: 'phone_e164($, "BR")', digits: 'regex_replace($, "[^0-9]", "")', join: 'join($, ", ")', count: 'len($)', json: 'json($)',
} as const

export type Format = keyof typeof formats

/** older is how formats were written before; what is kept so is read as before. */
const older: Partial<Record<Format, string>> = { upper: 'upper($)', lower: 'lower($)', title: 'title($)', first: 'first(split($, " "))' }

export const formatNames = Object.keys(formats) as Format[]

/** How a value is a piece of an address, whatever is in it; a space is %20 in a path. */
const pieces = { path: 'replace(url_encode(string($)), "+", "%20")', query: 'url_encode(string($))' }

/** A value as a chip shows it: where it comes from, how it is written, and what stands there when it is missing; piece where it is one of an address. */
export type Written = { path: string; format?: Format; instead?: string; piece?: keyof typeof pieces }

export function write({ piece, ...value }: Written): string {
  return piece ? pieces[piece].replace('$', () => written(value)) : written(value)
}

function written({ path, format, instead }: Written): string {
  const plain = format ? formats[format].replace('$', () => path) : path
  if (instead === undefined) return plain
  return format ? `present(${path}) ? ${plain} : ${JSON.stringify(instead)}` : `default(${path}, ${JSON.stringify(instead)})`
}

/** read undoes write; undefined where an expression is more than that. */
export function read(source: string): Written | undefined {
  const text = source.trim()
  if (isChip(text)) return { path: text }
  for (const piece of ['path', 'query'] as const) {
    const [before = '', after = ''] = pieces[piece].split('$')
    if (text.startsWith(before) && text.endsWith(after)) {
      const value = read(text.slice(before.length, -after.length))
      return value && !value.piece ? { ...value, piece } : undefined
    }
  }
  const [, subject, plain, otherwise] = /^present\((.+?)\) \? (.+) : ("(?:[^"\\]|\\.)*")$/.exec(text) ?? []
  if (subject && plain && otherwise) {
    const inner = read(plain)
    return inner?.path === subject && inner.instead === undefined ? put(inner, otherwise) : undefined
  }
  const [, value, other] = /^default\((.+), ("(?:[^"\\]|\\.)*")\)$/.exec(text) ?? /^\((.+) \?\? ("(?:[^"\\]|\\.)*")\)$/.exec(text) ?? []
  if (value && other) return isData(value) ? put({ path: value }, other) : undefined
  for (const format of formatNames) {
    for (const form of [formats[format], older[format]]) {
      const [before = '', after = ''] = form?.split('$') ?? []
      const path = text.slice(before.length, text.length - after.length)
      if (form && text.startsWith(before) && text.endsWith(after) && isData(path)) return { path, format }
    }
  }
  return undefined
}

function put(written: Written, quoted: string): Written | undefined {
  try {
    return { ...written, instead: JSON.parse(quoted) as string }
  } catch {
    return undefined
  }
}
