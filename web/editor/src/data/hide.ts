import { plainText } from '../words/format'
import { segments } from '../words/path'

// What is personal is the same on every screen: e-mails, phones and documents, known by how they look or by how their field is called.
const mails = new RegExp('[\\p{L}\\d_.+-]{1,64}(?:@|%40)[\\p{L}\\d_-]{1,63}(?:\\.[\\p{L}\\d_-]{1,63})+', 'giu')
const called = '(?<=(?:phone|mobile|celular|telefone|fone|whatsapp|cpf|cnpj|documento?)\\w{0,8}\\\\{0,4}"?\\s?[:=]?\\s?\\\\{0,4}"?)\\d(?:[\\s().-]{0,2}\\d){9,13}'
const phones = ['(?:\\+|%2B)\\d(?:[\\s().-]{0,2}\\d){9,14}', '\\(\\d{2}\\)\\s?9?\\d{4}[\\s.-]?\\d{4}', '(?:55[\\s-]?)?[1-9]{2}[\\s-]9\\d{4}[\\s-]?\\d{4}', '55[1-9]{2}9\\d{8}']
const documents = ['\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}', '[\\dA-Z]{2}\\.[\\dA-Z]{3}\\.[\\dA-Z]{3}/[\\dA-Z]{4}-\\d{2}', '(\\d{9}(?:\\d{3})?-?\\d{2})']
const numbers = new RegExp(`(?<![\\p{L}\\d_.,-])(?:${[called, ...phones, ...documents].join('|')})(?![\\p{L}\\d_-])`, 'giu')
const digits = /(?<![\p{L}\d])\d[\d./-]{5,20}\d(?![\p{L}\d])/gu

const contacts = /(^|_)(phone|mobile|cell(phone)?|celular|telefone|fone|whatsapp|tel|landline|cpf|cnpj|rg|documento?|tax_?id|wa_id|recipient_id|pix(_address)?_key|chave_pix)s?(_?(number|numero))?$/
const numbered = /(^|_)(id|ids|at|on|date|time|timestamp|gid|key|index|position|order|pedido|code|codigo|sku|nsu)$/
const payload = /^(title|reason|note|message|why|error|trigger|raw|answer|input|output|request|response|log|state|differences)$/

const spelled = (name: string) => plainText(name.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll('-', '_'))
const digitsOf = (text: string) => text.replace(/\D/g, '')

/** isDocument says whether digits alone are a CPF, or a CNPJ of one of a company's first places, by their last two. */
function isDocument(text: string): boolean {
  if (!/^(?!(\d)\1+$)(\d{11}|\d{8}000\d{3})$/.test(text)) return false
  const round = text.length === 11 ? 10 : 8
  const check = (n: number) => ([...text.slice(0, n)].reduce((sum, d, i) => sum + Number(d) * ((n - 1 - i) % round + 2), 0) * 10) % 11 % 10
  return [2, 1].every((last) => check(text.length - last) === Number(text.at(-last)))
}

/** isContact says whether a value is a phone or a document by its name: as a text or a number, with as many digits as these have. */
function isContact(value: unknown, name: string): boolean {
  if (typeof value === 'string' && /^(from|to|contato)$/.test(name)) return /^\d{11,13}$/.test(value)
  return contacts.test(name) && (typeof value === 'number' || typeof value === 'string') && /^\W*\d(\W{0,3}\d){7,14}\W*$/.test(String(value))
}

/** shortened leaves of what is personal its beginning. */
function shortened(text: string): string {
  const at = text.search(/@|%40/)
  return at > 0 ? `${text.slice(0, Math.min(3, at))}•••@…` : `${text.slice(0, Math.min(6, Math.ceil(text.length / 3)))}••••`
}

type Visit = (value: unknown, name: string) => unknown

/** each calls visit with all values of what a thing tells, and makes a thing of what that gives. */
function each(thing: unknown, visit: Visit, inside: boolean, name = ''): unknown {
  if (Array.isArray(thing)) return thing.map((x) => each(x, visit, inside, name))
  if (typeof thing !== 'object' || thing === null) return inside ? visit(thing, name) : thing
  const made: Record<string, unknown> = {}
  for (const [n, [key, value]] of Object.entries(thing).entries()) {
    const as = inside ? String(visit(key, '')) : key
    made[as in made ? `${as} ${n}` : as] = each(value, visit, inside || payload.test(key), spelled(key))
  }
  return made
}

/** knownIn are the phones and documents that a thing names, so that they are known wherever they come again. */
function knownIn(thing: unknown, inside: boolean): Set<string> {
  const known = new Set<string>()
  each(thing, (value, name) => {
    if (isContact(value, name)) known.add(digitsOf(String(value)))
    return value
  }, inside)
  return known
}

const knownOf = new WeakMap<object, Set<string>>()

function knownOnce(scope: object): Set<string> {
  const known = knownOf.get(scope) ?? knownIn(scope, true)
  knownOf.set(scope, known)
  return known
}

/** hides makes what hides a value: known are the digits that are somebody's, searched is shown to who typed it whole. */
function hides(known: ReadonlySet<string>, searched = ''): Visit {
  const sought = [searched.toLowerCase(), digitsOf(searched)] as const
  const typed = (text: string) => searched !== '' && (sought[0].includes(text.toLowerCase()) || (digitsOf(text).length > 7 && sought[1].includes(digitsOf(text)) && !/\p{L}/u.test(text)))
  const short = (text: string) => (typed(text) ? text : shortened(text))
  const inText = (text: string) => {
    const mailed = /@|%40/.test(text) ? text.replace(mails, short) : text
    const again = known.size > 0 ? mailed.replace(digits, (x) => (known.has(digitsOf(x)) ? short(x) : x)) : mailed
    return again.replace(numbers, (x, alone?: string) => (alone && !isDocument(digitsOf(alone)) ? x : short(x)))
  }
  return (value, name) => {
    if (isContact(value, name) || (typeof value === 'number' && known.has(String(value)))) return short(String(value))
    const said = typeof value !== 'string' || (/^\d+$/.test(value) && numbered.test(name)) || name === 'message_id' // digits that are what their name says
    return said ? value : inText(value)
  }
}

/** hidden hides what is personal in a text, or in what a run, an event or an error tells: its ids, times and names stay. */
export function hidden<T>(thing: T, searched = ''): T {
  const text = typeof thing === 'string'
  return each(thing, hides(knownIn(thing, text), searched), text) as T
}

/** veiled hides it in a value, however deep, that is made of the data of a scope. */
export function veiled<T>(value: T, scope: object): T {
  const own = typeof value === 'object' && value !== null ? knownOnce(value) : []
  return each(value, hides(new Set([...knownOnce(scope), ...own])), true) as T
}

/** masked hides it in the value that has a path. */
export const masked = (value: unknown, path = ''): unknown => each(value, hides(new Set()), true, spelled(segments(path).filter((s) => s !== '[]').at(-1) ?? ''))

/** isPersonal says whether who searches for a text may mean a person by it. */
export const isPersonal = (text: string) => hidden(text) !== text || (/^[\d\s().+/-]+$/.test(text) && /^\d{10,13}$/.test(digitsOf(text)))
