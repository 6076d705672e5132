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
  const failed = (n: number) => run.steps?.some((s) => s.path.startsWith(`${loop}.${n}.`) && s.status === 'failed') === true
  const arrow = 'grid size-[26px] place-items-center rounded-md text-text-2 hover:bg-sunken disabled:opacity-40'
  return (
    <span className="inline-flex items-center gap-0.5 rounded-lg border border-line" onClick={(e) => e.stopPropagation()} onKeyDown={(e) => e.stopPropagation()}>
      <button type="button" tabIndex={tabIndex} aria-label={t.turnBefore} disabled={place === 0} className={arrow} onClick={() => choose(turns[place - 1] ?? 0)}><ChevronLeft size={15} aria-hidden /></button>
      <span id={id} className="text-meta text-text-2"><span className="max-sm:sr-only">{fill(t.turn, { n: place + 1, of: turns.length })}{failed(at) ? ` · ${word('failed')}` : ''}</span><span aria-hidden className="sm:hidden">{place + 1}/{turns.length}</span></span>
      <button type="button" tabIndex={tabIndex} aria-label={t.turnAfter} disabled={place === turns.length - 1} className={arrow} onClick={() => choose(turns[place + 1] ?? 0)}><ChevronRight size={15} aria-hidden /></button>
    </span>
  )
}
