import { useMemo } from 'react'
import type { HistoryQuery } from '../api/history'
import { useSearched } from '../data/useSearched'

const spans: Record<string, number> = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 }

export const names = ['flow', 'status', 'q', 'since', 'from', 'to', 'group', 'alarms'] as const
type FilterName = (typeof names)[number] | 'by'

/** useFilter keeps the filter of a list in the address, but for whom it looks for, and makes the query of it. */
export function useFilter<Status extends string>() {
  const [params, setParams] = useSearched('q')
  const at = (name: FilterName) => params.get(name) ?? ''
  const since = at('since')
  const begin = useMemo(() => (spans[since] ? new Date(Date.now() - spans[since]).toISOString() : ''), [since])
  const query: HistoryQuery<Status> = {}
  for (const name of ['flow', 'q', 'group'] as const) if (at(name)) query[name] = at(name)
  if (at('status')) query.status = at('status') as Status // the server refuses any other
  const from = at('from') ? iso(at('from')) : begin
  const to = at('to') ? iso(at('to')) : ''
  if (from) query.from = from
  if (to) query.to = to
  const set = (values: Partial<Record<FilterName | 'event', string>>) =>
    setParams((old) => {
      const next = new URLSearchParams(old)
      for (const [name, value] of Object.entries(values)) {
        if (value) next.set(name, value)
        else next.delete(name)
      }
      return next
    })
  return { query, params, at, set, clear: () => setParams((old) => { const by = old.get('by'); return new URLSearchParams(by ? { by } : {}) }), filtered: names.some((n) => params.has(n)) }
}

export type Filter = ReturnType<typeof useFilter<string>>

/** localTime writes an instant as the filter's fields hold it, to the millisecond. */
export function localTime(at: string): string {
  const d = new Date(at)
  return new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString().slice(0, -1)
}

function iso(local: string): string {
  const at = new Date(local)
  return Number.isNaN(at.getTime()) ? '' : at.toISOString()
}
