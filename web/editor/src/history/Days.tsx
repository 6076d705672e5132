import type { ReactNode } from 'react'
import { useFormat } from '../words/format'

/** Days lists what happened under the day that it happened on, newest first. */
export function Days<T extends { at: string }>({ items, row }: { items: T[]; row: (item: T) => ReactNode }) {
  const { lang, day } = useFormat()
  const days = new Map<string, T[]>()
  for (const item of items) {
    const of = day(item.at)
    days.set(of, [...(days.get(of) ?? []), item])
  }
  return [...days].map(([date, of]) => (
    <section key={date} aria-label={date} className="border-t border-line first:border-t-0">
      <h2 className="px-4 pt-2.5 pb-0.5 text-meta font-medium text-text-2">{[near(lang, of[0]?.at ?? ''), date].filter(Boolean).join(' · ')}</h2>
      <ul className="divide-y divide-line">{of.map(row)}</ul>
    </section>
  ))
}

/** near is today or yesterday in words; nothing for an earlier day. */
function near(lang: string, at: string): string {
  const start = (of: Date) => new Date(of.getFullYear(), of.getMonth(), of.getDate()).getTime()
  const days = Math.round((start(new Date()) - start(new Date(at))) / 86_400_000)
  const word = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(-days, 'day')
  return days < 2 ? word.charAt(0).toUpperCase() + word.slice(1) : ''
}
