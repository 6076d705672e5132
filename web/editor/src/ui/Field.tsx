import { cloneElement, type ReactElement, type ReactNode, useId } from 'react'
import { useAmiss } from './useAmiss'

type Named = { id: string; 'aria-describedby': string | undefined; 'aria-invalid'?: boolean }
type FieldProps = { label: string; help?: ReactNode; problem?: string; aside?: ReactNode; /** the control, or what draws it with the name that it has */ children: ReactElement<Partial<Named>> | ((named: Named) => ReactNode) }

/** Field puts a label above a control, which names it, and below it help or what is wrong, which describes it. */
export function Field({ label, help, problem, aside, children }: FieldProps) {
  const own = useId()
  const { box, amiss } = useAmiss<HTMLDivElement>(typeof help === 'string' ? help : '')
  const id = (typeof children === 'function' ? undefined : children.props.id) ?? own
  const wrong = amiss || problem
  const said = wrong || help ? `${id}-help` : undefined
  const named = { id, 'aria-describedby': said, ...(amiss && { 'aria-invalid': true }) }
  return (
    <div ref={box} className="min-w-0">
      <span className="mb-1 flex items-baseline gap-2">
        <label htmlFor={id} className="font-medium">{label}</label>
        {aside && <span className="text-meta text-text-3">{aside}</span>}
      </span>
      {typeof children === 'function' ? children(named) : cloneElement(children, named)}
      {said && <p id={said} role={wrong && 'alert'} className={`mt-1 text-meta ${wrong ? 'text-fail' : 'text-text-3'}`}>{wrong || help}</p>}
    </div>
  )
}
