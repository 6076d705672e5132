import type { ButtonHTMLAttributes, ComponentProps } from 'react'
import { LoaderCircle } from 'lucide-react'

const looks = {
  primary: 'border border-transparent bg-accent text-on-accent hover:bg-accent-hover',
  plain: 'border border-line bg-surface hover:border-edge hover:bg-sunken',
  quiet: 'border border-transparent text-text-2 hover:bg-sunken hover:text-text',
  danger: 'border border-transparent text-fail hover:bg-fail-soft',
  destroy: 'border border-transparent bg-fail text-on-fail hover:opacity-90',
}

const sizes = { small: 'h-8 gap-1.5 px-2.5 text-secondary', normal: 'h-9 gap-2 px-3' }

const base = 'inline-flex shrink-0 items-center justify-center rounded-lg font-medium whitespace-nowrap transition-colors duration-120 active:translate-y-px'

type ButtonLook = keyof typeof looks

/** buttonLook is for a link that looks like a button. */
export const buttonLook = (look: ButtonLook = 'plain', size: keyof typeof sizes = 'normal') => `${base} ${sizes[size]} ${looks[look]}`

type ButtonProps = ComponentProps<'button'> & { look?: ButtonLook; size?: keyof typeof sizes; busy?: boolean }

/** Button does one thing; while busy it cannot do it again, and keeps the focus. */
export function Button({ look = 'plain', size = 'normal', busy = false, className = '', onClick, children, ...rest }: ButtonProps) {
  return (
    <button type="button" aria-disabled={busy || undefined} aria-busy={busy || undefined} onClick={busy ? (e) => { e.preventDefault() } : onClick}
      className={`${buttonLook(look, size)} disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50 ${className}`} {...rest}>
      {busy && <LoaderCircle size={15} aria-hidden className="animate-spin" />}
      {children}
    </button>
  )
}

type IconButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { label: string; hint?: string; size?: 'small' | 'normal' }

/** IconButton has no word beside it, so it carries one as its label and as its tooltip; hint is a key. */
export function IconButton({ label, hint, size = 'normal', className = '', ...rest }: IconButtonProps) {
  return (
    <button type="button" aria-label={label} data-tip={hint ? `${label} · ${hint}` : label}
      className={`inline-grid shrink-0 place-items-center rounded-lg text-text-2 transition-colors duration-120 hover:bg-sunken hover:text-text active:translate-y-px disabled:pointer-events-none disabled:opacity-40 ${size === 'small' ? 'size-8' : 'size-9'} ${className}`} {...rest} />
  )
}
