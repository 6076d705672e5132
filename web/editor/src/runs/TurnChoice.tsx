import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { Schemas } from '../api/client'
import { turnsOf } from '../tree/results'
import { useStatusWord } from '../ui/Status'
import { fill } from '../words/phrase'
import { useWords } from './runWords'

type TurnProps = { id: string; run: Schemas['RunView']; loop: string; at: number; choose: (turn: number) => void; tabIndex?: number }

/** TurnChoice picks which turn of a loop is looked at. */
export function TurnChoice({ id, run, loop, at, choose, tabIndex }: TurnProps) {
  const t = useWords()
  const word = useStatusWord()
  const turns = turnsOf(run, loop)
  if (turns.length < 2) return null
  const place = Math.max(0, turns.indexOf(at))
  const lost = new Set(turnsOf({ ...run, steps: run.steps?.filter((s) => s.status === 'failed') }, loop))
  const option = (n: number) => <option key={n} value={n}>{turns.indexOf(n) + 1}</option>
  const arrow = 'grid size-[26px] place-items-center rounded-md text-text-2 hover:bg-sunken disabled:opacity-40'
  return (
    <span className="inline-flex items-center gap-0.5 rounded-lg border border-line" onClick={(e) => e.stopPropagation()} onKeyDown={(e) => e.stopPropagation()}>
      <button type="button" tabIndex={tabIndex} aria-label={t.turnBefore} disabled={place === 0} className={arrow} onClick={() => choose(turns[place - 1] ?? 0)}><ChevronLeft size={15} aria-hidden /></button>
      <span className="relative rounded-md px-1 text-meta text-text-2 focus-within:outline-2 focus-within:outline-accent hover:bg-sunken">
        <span id={id}><span className="max-sm:sr-only">{fill(t.turn, { n: place + 1, of: turns.length })}{lost.has(at) ? ` · ${word('failed')}` : ''}</span><span aria-hidden className="sm:hidden">{place + 1}/{turns.length}</span></span>
        <select tabIndex={tabIndex} aria-label={t.turnChoose} value={at} onChange={(e) => choose(Number(e.target.value))} className="absolute inset-0 w-full cursor-pointer opacity-0">
          {lost.size > 0 && <optgroup label={word('failed')}>{[...lost].map(option)}</optgroup>}
          <optgroup label={lost.size > 0 ? t.turnOthers : t.turnAll}>{turns.filter((n) => !lost.has(n)).map(option)}</optgroup>
        </select>
      </span>
      <button type="button" tabIndex={tabIndex} aria-label={t.turnAfter} disabled={place === turns.length - 1} className={arrow} onClick={() => choose(turns[place + 1] ?? 0)}><ChevronRight size={15} aria-hidden /></button>
    </span>
  )
}
