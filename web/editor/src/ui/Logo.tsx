import { Link } from 'wouter'

export function Mark({ className = 'size-6' }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={className} fill="none" strokeWidth="4" strokeLinecap="round" aria-hidden>
      <path d="M16 4v11a5 5 0 0 1-10 0" className="stroke-accent" /><circle cx="16" cy="4" r="2.4" className="fill-brand" />
    </svg>
  )
}

/** Logo leads home. */
export function Logo({ word = false }: { word?: boolean }) {
  return (
    <Link href="/" aria-label="Gancho" className="flex h-9 shrink-0 items-center gap-2 rounded-lg pr-1.5 font-semibold">
      <Mark /> {word && <span className="hidden text-title sm:inline">Gancho</span>}
    </Link>
  )
}
