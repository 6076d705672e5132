import { type Lang, useLang } from './index'

/** plainText is a text without accents and capitals, for searching. */
export const plainText = (text: string) => text.normalize('NFD').replace(/[\u0300-\u036f]|(?<=\p{L})[-\u2010\u2011](?=\p{L})/gu, '').toLowerCase()

const units = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000]] as const

/** ago says how long ago, in the unit that fits; within a minute it is now. */
export function ago(lang: Lang, at: string | Date, now = Date.now()): string {
  const ms = new Date(at).getTime() - now
  const words = new Intl.RelativeTimeFormat(lang, { numeric: 'auto', style: 'short' })
  for (const [unit, size] of units) {
    if (Math.abs(ms) >= size) return words.format(Math.trunc(ms / size), unit)
  }
  return words.format(0, 'second')
}

/** duration says how long something took or takes, by the two greatest units; nothing takes no time. */
export function duration(lang: Lang, ms: number): string {
  const n = (value: number, digits = 0) => new Intl.NumberFormat(lang, { maximumFractionDigits: digits }).format(value)
  if (ms < 1) return '< 1 ms'
  if (ms < 1000) return `${n(Math.round(ms))} ms`
  if (ms < 60_000) return `${n(ms / 1000, 1)} s`
  const two = (great: number, greatUnit: string, small: number, smallUnit: string) => `${n(great)} ${greatUnit}${small > 0 ? ` ${n(small)} ${smallUnit}` : ''}`
  if (ms < 3_600_000) return two(Math.floor(ms / 60_000), 'min', Math.floor((ms % 60_000) / 1000), 's')
  if (ms < 86_400_000) return two(Math.floor(ms / 3_600_000), 'h', Math.floor((ms % 3_600_000) / 60_000), 'min')
  return two(Math.floor(ms / 86_400_000), 'd', Math.floor((ms % 86_400_000) / 3_600_000), 'h')
}

const today = (at: Date) => at.toDateString() === new Date().toDateString()

/** useFormat writes times and numbers as the person's language does. */
export function useFormat() {
  const { lang } = useLang()
  const time = (options: Intl.DateTimeFormatOptions) => (at: string | Date) => new Intl.DateTimeFormat(lang, options).format(new Date(at))
  const clock = time({ timeStyle: 'medium' })
  const short = time({ day: 'numeric', month: 'short', hour: lang === 'en' ? 'numeric' : '2-digit', minute: '2-digit' })
  return {
    lang,
    /** whole is for titles: everything up to the second. */
    whole: time({ dateStyle: 'medium', timeStyle: 'medium' }),
    /** moment is for lists: the clock for today, else the day too. */
    moment: (at: string | Date) => (today(new Date(at)) ? clock(at) : short(at)),
    /** clock is for what stands under its day. */
    clock,
    day: time({ dateStyle: 'medium' }),
    ago: (at: string | Date) => ago(lang, at),
    duration: (ms: number) => duration(lang, ms),
    took: (from: string, to: string) => duration(lang, new Date(to).getTime() - new Date(from).getTime()),
    number: (n: number) => new Intl.NumberFormat(lang).format(n),
  }
}
