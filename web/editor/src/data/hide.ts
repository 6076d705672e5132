import { isDocument, isNumber, shortened, spelled } from './personal'

const mails = new RegExp('[\\p{L}\\d_.+-]{1,64}(?:@|%40)[\\p{L}\\d_-]{1,63}(?:\\.[\\p{L}\\d_-]{1,63})+', 'giu')
const called = '(?<=(?:phone|mobile|celular|telefone|fone|whatsapp|cpf|cnpj|documento?)\\w{0,8}\\\\{0,4}"?\\s?[:=]?\\s?\\\\{0,4}"?)\\d(?:[\\s().-]{0,2}\\d){9,13}'
const phones = ['(?:\\+|%2B)\\d(?:[\\s().-]{0,2}\\d){9,14}', '\\(\\d{2}\\)\\s?9?\\d{4}[\\s.-]?\\d{4}', '(?:55[\\s-]?)?[1-9]{2}[\\s-]9\\d{4}[\\s-]?\\d{4}', '55[1-9]{2}9\\d{8}']
const documents = ['\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}', '[\\dA-Z]{2}\\.[\\dA-Z]{3}\\.[\\dA-Z]{3}/[\\dA-Z]{4}-\\d{2}', '(\\d{9}(?:\\d{3})?-?\\d{2})']
const numbers = new RegExp(`(?<![\\p{L}\\d_.,-])(?:${[called, ...phones, ...documents].join('|')})(?![\\p{L}\\d_-])`, 'giu')

const contacts = /(^|_)(phone|mobile|cell(phone)?|celular|telefone|fone|whatsapp|tel|cpf|cnpj|rg|documento?|tax_?id|wa_id|recipient_id|pix(_address)?_key|chave_pix)(_?(number|numero|id))?$/

const digits = /(?<![\p{L}\d])\d[\d./-]{5,20}\d(?![\p{L}\d])/gu
const digitsOf = (text: string) => text.replace(/\D/g, '')

/** isContact says whether a value is a phone or a document by its name: as a text or a number, with as many digits as these have. */
function isContact(value: unknown, name: string): boolean {
  if (typeof value === 'string' && /^(from|to|contato)$/.test(name)) return /^\d{11,13}$/.test(value)
  return contacts.test(name) && (typeof value === 'number' || typeof value === 'string') && /^\W*\d(\W{0,3}\d){7,14}\W*$/.test(String(value))
}

const payload = /^(title|reason|note|message|why|error|trigger|raw|answer|input|output|request|response|log|state|differences)$/

/** each calls visit with all values of what a thing tells, and makes a thing of what that gives. */
function each(thing: unknown, visit: (value: unknown, name: string) => unknown, name = '', inside = false): unknown {
  if (Array.isArray(thing)) return thing.map((x) => each(x, visit, name, inside))
  if (typeof thing !== 'object' || thing === null) return inside ? visit(thing, name) : thing
  const made: Record<string, unknown> = {}
  for (const [n, [key, value]] of Object.entries(thing).entries()) {
    const as = inside ? String(visit(key, '')) : key
    made[as in made ? `${as} ${n}` : as] = each(value, visit, spelled(key), inside || payload.test(key))
  }
  return made
}

/** knownIn are the phones and documents that a thing names, so that they are known wherever they come again. */
function knownIn(thing: unknown): Set<string> {
  const known = new Set<string>()
  each(thing, (value, name) => {
    if (isContact(value, name)) known.add(digitsOf(String(value)))
    return value
  })
  return known
}

/**
 * hidden hides the e-mails, phones and documents in a text, or in what a run, an event or an error tells: its ids, times and
 * names stay. What was searched for is shown to who typed it whole.
 */
export function hidden<T>(thing: T, searched = ''): T {
  const sought = [searched.toLowerCase(), digitsOf(searched)] as const
  const typed = (text: string) => searched !== '' && (sought[0].includes(text.toLowerCase()) || (digitsOf(text).length > 7 && sought[1].includes(digitsOf(text)) && !/\p{L}/u.test(text)))
  const short = (text: string) => (typed(text) ? text : shortened(text))
  const again = knownIn(thing)
  const inText = (text: string) => {
    const mailed = /@|%40/.test(text) ? text.replace(mails, short) : text
    const known = again.size > 0 ? mailed.replace(digits, (x) => (again.has(digitsOf(x)) ? short(x) : x)) : mailed
    return known.replace(numbers, (x, alone?: string) => (alone && !isDocument(digitsOf(alone)) ? x : short(x)))
  }
  return each(thing, (value, name) => {
    if (isContact(value, name) || (typeof value === 'number' && again.has(String(value)))) return short(String(value))
    return typeof value !== 'string' || isNumber(value, name) || name === 'message_id' ? value : inText(value)
  }, '', typeof thing === 'string') as T
}
