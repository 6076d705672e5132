import { WandSparkles } from 'lucide-react'
import { type Fix, mend } from './mend'

type FixesProps = { problem: { fixes?: Fix[] }; value: unknown; pointer?: string; set: (value: unknown) => void }

/** Fixes are buttons that do what can be done about a problem at once; each stands while what it was found in does. */
export function Fixes({ problem, value, pointer = '', set }: FixesProps) {
  const fixes = (problem.fixes ?? []).map((fix) => ({ fix, next: mend(value, pointer, fix) })).filter((f) => f.next !== undefined)
  if (fixes.length === 0) return null
  return (
    <span className="mt-1.5 flex flex-wrap gap-1.5 pl-5">
      {fixes.map(({ fix, next }) => (
        <button key={fix.label} type="button" onClick={() => set(next)} className="inline-flex min-h-7 items-center gap-1.5 rounded-md border border-edge bg-surface px-2 text-left text-meta font-medium text-text hover:border-accent hover:bg-accent-soft pointer-coarse:min-h-11">
          <WandSparkles size={13} strokeWidth={1.75} aria-hidden className="shrink-0 text-accent" /><span className="min-w-0 break-words">{fix.label}</span>
        </button>
      ))}
    </span>
  )
}
