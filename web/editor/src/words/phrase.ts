import { type Lang, useLang } from '.'

/** fill puts values into the holes of a text of the catalogue. */
export const fill = (text: string, values: Record<string, string | number>) => text.replace(/\{(\w+)\}/g, (all, name: string) => (name in values ? String(values[name]) : all))

/** usePlural picks key_one or key_other by the language's rule, and fills {n}. */
export const usePlural = () => pluralIn(useLang().lang)

export function pluralIn(lang: Lang) {
  return <K extends string>(words: { [key in `${K}_one` | `${K}_other`]: string }, key: K, n: number, values: Record<string, string | number> = {}) => {
    const form = new Intl.PluralRules(lang).select(n) === 'one' ? 'one' : 'other'
    return fill(words[`${key}_${form}`], { n: new Intl.NumberFormat(lang).format(n), ...values })
  }
}
