import { useLang } from '.'

/** fill puts values into the holes of a text of the catalogue. */
export const fill = (text: string, values: Record<string, string | number>) => text.replace(/\{(\w+)\}/g, (all, name: string) => (name in values ? String(values[name]) : all))

/** usePlural picks key_one or key_other by the language's rule, and fills {n}. */
export function usePlural() {
  const { lang } = useLang()
  return <K extends string>(words: { [key in `${K}_one` | `${K}_other`]: string }, key: K, n: number, values: Record<string, string | number> = {}) => {
    const form = new Intl.PluralRules(lang).select(n) === 'one' ? 'one' : 'other'
    return fill(words[`${key}_${form}`], { n: new Intl.NumberFormat(lang).format(n), ...values })
  }
}

/** told makes sentences of what the server says is wrong and of what to do about it. */
export const told = (problem: { message: string; hint: string }) => [problem.message, problem.hint].filter(Boolean).map((text) => (/[.!?…]$/.test(text) ? text : `${text}.`)).map((text) => (/^\p{Ll}+[ ,:]/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text)).join(' ')

/** toldShort leaves out what to do about it where there are buttons that do it. */
export const toldShort = (problem: { message: string; hint: string; fixes?: unknown[] }) => told(problem.fixes?.length ? { ...problem, hint: '' } : problem)
