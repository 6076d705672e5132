import { readAt, segments } from './template'

/** The currencies that a chip can be written in. */
export const currencies = { brl: 'BRL', usd: 'USD', eur: 'EUR' } as const

export type Currency = keyof typeof currencies

/** currencyOf is what an event says of the currency of its amounts, beside the amount or above it. */
export function currencyOf(scope: unknown, path: string): Currency | undefined {
  const names = segments(path).map((s) => (s === '[]' ? '0' : s))
  for (let n = names.length - 1; n >= 2; n--) {
    const holder = names.slice(0, n).reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined), scope)
    for (const name of ['currency', 'currency_code', 'currency_id', 'moeda']) {
      const code = readAt(holder, name)
      if (typeof code === 'string') return (Object.keys(currencies) as Currency[]).find((c) => currencies[c] === code.toUpperCase())
    }
  }
  return undefined
}

const named = /(^|[_-])(total|subtotal|valor|price|preco|preço|frete|discount|desconto)($|[_-])|(amount|total|price)$/i

/** amountOf is the sum of money that a value is, by its name and its look; undefined for what may be none, or cents. */
export function amountOf(value: unknown, path: string): number | undefined {
  const name = segments(path).at(-1) ?? ''
  if (!named.test(name)) return undefined
  if (typeof value === 'string') return /^-?\d+\.\d\d$/.test(value) ? Number(value) : undefined
  return typeof value === 'number' && (!Number.isInteger(value) || /total|valor|price|preco|preço/i.test(name) && value < 10_000) ? value : undefined
}
