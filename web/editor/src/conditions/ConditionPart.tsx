import { useEffect, useId, useRef } from 'react'
import { TriangleAlert } from 'lucide-react'
import type { Schemas } from '../api/client'
import { ConditionField } from './ConditionField'
import { Hints } from '../fields/Hints'
import { Ticked } from '../ui/Ticked'
import { toldShort } from '../words/told'

export type PartProps = { /** it was just asked for: the keys go to its first field */ fresh?: boolean; name: string; label: string; help?: string; value: string | undefined; set: (value: string | undefined) => void; problems: Schemas['ProblemView'][] }

/** ConditionPart is a condition of a step, a path or a trigger: it is no field of the catalogue. */
export function ConditionPart({ fresh, name, label, help, value, set, problems }: PartProps) {
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!fresh) return
    box.current?.scrollIntoView({ block: 'center' })
    box.current?.querySelector('input')?.focus({ preventScroll: true })
  }, [fresh])
  const error = problems.find((p) => p.severity === 'error')
  return (
    <div ref={box} data-field={name} className="min-w-0">
      <p id={`${id}-label`} className="mb-1 font-medium">{label}</p>
      <ConditionField id={id} value={value} set={(v) => set(typeof v === 'string' ? v : undefined)} invalid={error !== undefined} field={{ id: name, type: 'condition', label: { en: label, 'pt-BR': label } }} />
      {help && <p id={`${id}-help`} className="text-meta text-text-3">{help}</p>}
      {!error && <Hints problems={problems} asked={value ? { source: value, mode: 'expression' } : undefined} value={value} at={name.startsWith('branches') ? '/when' : `/${name}`} set={(v) => set(typeof v === 'string' ? v : undefined)} />}
      {error && <p role="alert" className="mt-1 flex items-start gap-1.5 text-meta text-fail"><TriangleAlert size={14} className="mt-px shrink-0" aria-hidden /><span><Ticked text={toldShort(error)} /></span></p>}
    </div>
  )
}
