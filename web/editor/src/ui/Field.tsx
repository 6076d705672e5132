import { cloneElement, type InputHTMLAttributes, type ReactElement, type ReactNode, type Ref, useId } from 'react'
import { Search } from 'lucide-react'

export const inputLook = 'w-full min-w-0 rounded-lg border border-edge bg-surface px-3 py-[7px] transition-colors duration-120 placeholder:text-text-3 disabled:opacity-60 aria-invalid:border-fail'

type Named = { id: string; 'aria-describedby': string | undefined }
type FieldProps = { label: string; help?: ReactNode; problem?: string; aside?: ReactNode; /** the control, or what draws it with the name that it has */ children: ReactElement<Partial<Named>> | ((named: Named) => ReactNode) }

/** Field puts a label above a control, which names it, and below it help or what is wrong, which describes it. */
export function Field({ label, help, problem, aside, children }: FieldProps) {
  const own = useId()
  const id = (typeof children === 'function' ? undefined : children.props.id) ?? own
  const said = problem || help ? `${id}-help` : undefined
  const named = { id, 'aria-describedby': said }
  return (
    <div className="min-w-0">
      <span className="mb-1 flex justify-between gap-2">
        <label htmlFor={id} className="font-medium">{label}</label>
        {aside && <span className="text-meta text-text-3">{aside}</span>}
      </span>
      {typeof children === 'function' ? children(named) : cloneElement(children, named)}
      {said && <p id={said} role={problem && 'alert'} className={`mt-1 text-meta ${problem ? 'text-fail' : 'text-text-3'}`}>{problem || help}</p>}
    </div>
  )
}

export function SearchInput({ label, value, set, className = '', ref, ...rest }: { label: string; value: string; set: (value: string) => void; className?: string; ref?: Ref<HTMLInputElement> } & Omit<InputHTMLAttributes<HTMLInputElement>, 'value'>) {
  return (
    <span className={`relative inline-flex min-w-0 ${className}`}>
      <Search size={15} aria-hidden className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-text-3" />
      <input ref={ref} type="search" aria-label={label} placeholder={label} className={`${inputLook} pl-9`} value={value} onChange={(e) => set(e.target.value)} {...rest} />
    </span>
  )
}
