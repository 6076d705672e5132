import type { ReactNode } from 'react'
import type { Schemas } from '../api/client'
import { usePlural } from '../words/phrase'
import { Ticked } from '../ui/Ticked'
import { useWords } from './backtestWords'

type Row = Schemas['BacktestRow']

const shown = 20

type AlikesProps = { rows: Row[]; /** how they end */ stands: ReactNode; /** what becomes of them, in words */ lines: string[]; /** what is to be told of one of them */ draw: (row: Row) => ReactNode }

/** Alikes is a card of events of which the same becomes; it opens to each of them. */
export function Alikes({ rows, stands, lines, draw }: AlikesProps) {
  const t = useWords()
  const plural = usePlural()
  return (
    <li className="rounded-xl border border-line">
      <div className="px-3 pt-2.5 pb-2">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <b className="mr-auto font-semibold">{plural(t, 'events', rows.length)}</b>
          {stands}
        </p>
        <ul className="mt-1.5 space-y-1 empty:hidden">{lines.map((line) => <li key={line} className="break-words"><Ticked text={line} /></li>)}</ul>
      </div>
      <details className="border-t border-line">
        <summary className="rounded-b-xl px-3 py-2 text-secondary text-text-2 hover:bg-sunken hover:text-text">{plural(t, 'showEvents', rows.length)}</summary>
        <ul className="divide-y divide-line border-t border-line">{rows.slice(0, shown).map((row) => <li key={row.event} className="px-3 py-2">{draw(row)}</li>)}</ul>
        {rows.length > shown && <p className="border-t border-line px-3 py-2 text-secondary text-text-2">{plural(t, 'more', rows.length - shown)}</p>}
      </details>
    </li>
  )
}

/** ends are states that are said of events, one or several. */
const ends = ['succeeded', 'failed', 'filtered', 'canceled'] as const

/** useEnd gives the words for how events end. */
export function useEnd() {
  const t = useWords()
  const plural = usePlural()
  return (of: string, n: number) => { const end = ends.find((e) => e === of); return end && plural(t, end, n) }
}

/** valueText writes a value as a line. */
export const valueText = (value: unknown, nothing: string) => (value === null || value === undefined ? nothing : typeof value === 'string' ? value : JSON.stringify(value))
