import { formatNumber } from './locale'

/** say writes a value for people: numbers by their language, nothing as a word. */
export function say(value: unknown, lang: string, empty: string): string {
  if (value === undefined || value === null || value === '') return empty
  if (typeof value === 'string') return value
  if (typeof value === 'number') return formatNumber(value, lang)
  if (typeof value === 'boolean') return String(value)
  return JSON.stringify(value)
}

/** brief is a value on one line of a list, as JSON writes it. */
export function brief(value: unknown, most = 60): string {
  if (Array.isArray(value)) return `[${value.length}]`
  if (typeof value === 'object' && value !== null) return '{…}'
  const text = value === undefined ? '' : JSON.stringify(value)
  return text.length > most ? `${text.slice(0, most)}…` : text
}
