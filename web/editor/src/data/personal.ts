import { plainText } from '../words/format'

const numbered = /(^|_)(id|ids|at|on|date|time|timestamp|gid|key|index|position|order|pedido|code|codigo|sku|nsu)$/

/** spelled writes the name of a member as its patterns do. */
export const spelled = (name: string) => plainText(name.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll('-', '_'))

/** isNumber says that digits are what their name says: an id, a time, a code. */
export const isNumber = (text: string, name: string) => /^\d+$/.test(text) && numbered.test(name)

/** isDocument says whether digits alone are a CPF, or a CNPJ of one of a company's first places, by their last two. */
export function isDocument(text: string): boolean {
  if (!/^(?!(\d)\1+$)(\d{11}|\d{8}000\d{3})$/.test(text)) return false
  const round = text.length === 11 ? 10 : 8
  const check = (n: number) => ([...text.slice(0, n)].reduce((sum, d, i) => sum + Number(d) * ((n - 1 - i) % round + 2), 0) * 10) % 11 % 10
  return [2, 1].every((last) => check(text.length - last) === Number(text.at(-last)))
}

/** shortened leaves of what is personal its beginning. */
export function shortened(text: string): string {
  const at = text.search(/@|%40/)
  return at > 0 ? `${text.slice(0, Math.min(3, at))}•••@…` : `${text.slice(0, Math.min(6, Math.ceil(text.length / 3)))}••••`
}
