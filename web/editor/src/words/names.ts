import known from '../../../../engine/expression/names.json'
import { plainText } from './format'
import { speech } from './speech'

const names = new Map(known.names.flatMap((n) => n.names.map((name) => [name, n] as const)))
const holders = new Map(Object.entries(known.of).flatMap(([phrase, all]) => all.map((name) => [name, phrase] as const)))

const snake = (name: string) => name.replace(/([a-z\d])([A-Z])/g, '$1_$2').replace(/[\s-]/g, '_').toLowerCase()

/** find looks a member up: by its whole name, or as customer_email, by what it is and whose. */
function find(member: string) {
  const name = snake(member)
  const whole = names.get(name)
  if (whole) return { entry: whole, of: '' }
  for (let i = name.indexOf('_'); i > 0; i = name.indexOf('_', i + 1)) {
    const of = holders.get(name.slice(0, i))
    const entry = names.get(name.slice(i + 1))
    if (of && entry) return { entry, of: ` ${of}` }
  }
  return undefined
}

/** calledOf is what people call a member, and whose it is; undefined where its own name says it best. */
export function calledOf(member: string, holder = ''): string | undefined {
  const found = speech.lang === 'pt-BR' ? find(member) : undefined
  if (!found) return undefined
  const of = found.of || (holder && ` ${holders.get(snake(holder)) ?? `(${holder})`}`)
  return found.entry['pt-BR'] + of
}

/** soughtAs are other words that people look for when they mean a member. */
export function soughtAs(member: string): string {
  const found = find(member)
  return found ? [found.entry['pt-BR'], ...(found.entry.also ?? []), ...found.entry.names].join(' ') : ''
}

const small = new Set(['de', 'da', 'do', 'das', 'dos', 'of', 'the', 'e', 'a', 'o'])

/** soughtWords are the words of a search that say something, as plainText has them: nome da cobrança asks for two. */
export function soughtWords(q: string): string[] {
  const all = plainText(q).split(/[\s›]+/).filter(Boolean)
  const telling = all.filter((w) => !small.has(w))
  return telling.length > 0 ? telling : all
}
