import type { InputHTMLAttributes, ReactNode, Ref } from 'react'
import { Search } from 'lucide-react'

export const inputLook = 'w-full min-w-0 rounded-lg border border-edge bg-surface px-3 py-[7px] transition-colors duration-120 placeholder:text-text-3 disabled:opacity-60 aria-invalid:border-fail'

type FieldProps = { label: string; help?: ReactNode; problem?: string; aside?: ReactNode; children: ReactNode }

/** Field puts a label above a control and help or what is wrong below it. */
export function Field({ label, help, problem, aside, children }: FieldProps) {
  return (
    <label className="block min-w-0">
      <span className="mb-1 flex justify-between gap-2">
        <span className="font-medium">{label}</span>
        {aside && <span className="text-meta text-text-3">{aside}</span>}
      </span>
      {children}
      {problem && <span role="alert" className="mt-1 block text-meta text-fail">{problem}</span>}
      {help && !problem && <span className="mt-1 block text-meta text-text-3">{help}</span>}
    </label>
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
