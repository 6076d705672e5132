import { TriangleAlert } from 'lucide-react'
import type { Schemas } from '../api/client'
import { type Asked, useAnswer } from '../data/desk'
import { Ticked } from '../ui/Ticked'
import { toldShort } from '../words/told'
import { Fixes } from './Fixes'

type HintsProps = { problems: Schemas['ProblemView'][]; /** what the value says of itself as it is typed, if it does */ asked?: Asked; value: unknown; at: string; set: (value: unknown) => void }

/** Hints are the warnings of the whole flow about a field that its own line does not tell already. */
export function Hints({ problems, asked, value, at, set }: HintsProps) {
  const { answer, fresh } = useAnswer(asked ?? { source: '', mode: 'template' }, asked !== undefined)
  const told = new Set((answer?.problems ?? []).map((p) => p.code))
  const left = asked && (!fresh || !answer) ? [] : problems.filter((p) => p.severity === 'warning' && !told.has(p.code))
  return left.map((p) => (
    <div data-fault key={p.path + p.code} className={`mt-1 ${p.code === 'optional_field' ? 'group-has-[[data-asks]]/field:hidden' : ''}`}>
      <p className="flex items-start gap-1.5 text-meta text-warn"><TriangleAlert size={14} className="mt-px shrink-0" aria-hidden /><span className="min-w-0 break-words"><Ticked text={toldShort(p)} /></span></p>
      <Fixes problem={p} value={value} pointer={p.path.split(at)[1] ?? ''} set={set} />
    </div>
  ))
}
