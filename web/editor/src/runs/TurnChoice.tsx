import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { Schemas } from '../api/client'
import { turnsOf } from '../tree/results'
import { fill } from '../words/phrase'
import { useWords } from './runWords'

type TurnProps = { run: Schemas['RunView']; loop: string; at: number; choose: (turn: number) => void }

/** TurnChoice picks which turn of a loop is looked at. */
export function TurnChoice({ run, loop, at, choose }: TurnProps) {
  const t = useWords()
  const turns = turnsOf(run, loop)
  if (turns.length < 2) return null
  const place = Math.max(0, turns.indexOf(at))
  const failed = (n: number) => run.steps?.some((s) => s.path.startsWith(`${loop}.${n}.`) && s.status === 'failed') === true
  const arrow = 'grid size-[28px] place-items-center rounded-md text-text-2 hover:bg-sunken disabled:opacity-40'
  return (
    <span className="mt-2 inline-flex items-center gap-1 rounded-lg border border-line" onClick={(e) => e.stopPropagation()} onKeyDown={(e) => e.stopPropagation()}>
      <button type="button" tabIndex={-1} aria-label={t.turnBefore} disabled={place === 0} className={arrow} onClick={() => choose(turns[place - 1] ?? 0)}><ChevronLeft size={15} aria-hidden /></button>
      <select aria-label={t.turnOf} value={at} onChange={(e) => choose(Number(e.target.value))} className="h-[28px] rounded bg-transparent px-1 text-secondary">
        {turns.map((n) => <option key={n} value={n}>{fill(t.turn, { n: n + 1, of: turns.length })}{failed(n) ? ` · ${t.failed}` : ''}</option>)}
      </select>
      <button type="button" tabIndex={-1} aria-label={t.turnAfter} disabled={place === turns.length - 1} className={arrow} onClick={() => choose(turns[place + 1] ?? 0)}><ChevronRight size={15} aria-hidden /></button>
    </span>
  )
}
