import type { InputHTMLAttributes, Ref } from 'react'
import { Search } from 'lucide-react'

export const inputLook = 'w-full min-w-0 rounded-lg border border-edge bg-surface px-3 py-[7px] transition-colors duration-120 placeholder:text-text-3 disabled:opacity-60 aria-invalid:border-fail'

export function SearchInput({ label, value, set, className = '', ref, ...rest }: { label: string; value: string; set: (value: string) => void; className?: string; ref?: Ref<HTMLInputElement> } & Omit<InputHTMLAttributes<HTMLInputElement>, 'value'>) {
  return (
    <span className={`relative inline-flex min-w-0 ${className}`}>
      <Search size={15} aria-hidden className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-text-3" />
      <input ref={ref} type="search" aria-label={label} placeholder={label} className={`${inputLook} pl-9 text-ellipsis`} value={value} onChange={(e) => set(e.target.value)} {...rest} />
    </span>
  )
}
