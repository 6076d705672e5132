import type { Field } from './check'
import { read } from './formats'
import { holes, onlyHole } from './template'
import { useWords } from './words'

/** The three ways to give a value: as it is, with data of the event in it, or computed. */
export type Way = 'fixed' | 'data' | 'expression'

export const textKinds = new Set(['text', 'longtext', 'url', 'email', 'phone'])

/** wayOf is how a stored value was given. */
export function wayOf(field: Field, value: unknown): Way {
  const only = onlyHole(value)
  if (only !== undefined) return read(only) ? 'data' : 'expression'
  if (typeof value === 'string' && holes(value).length > 0) return 'data'
  return textKinds.has(field.type) && !field.literal ? 'data' : 'fixed'
}

const ways = ['fixed', 'data', 'expression'] as const

/** WaySwitch chooses among them. */
export function WaySwitch({ label, name, way, choose }: { label: string; name: string; way: Way; choose: (way: Way) => void }) {
  const t = useWords()
  return (
    <span role="radiogroup" aria-label={label} className="flex shrink-0 text-xs text-text-3 opacity-0 transition-opacity duration-150 group-focus-within/field:opacity-100 group-hover/field:opacity-100 max-[899px]:opacity-100">
      {ways.map((w) => (
        <label key={w} className={`relative cursor-pointer rounded px-1.5 py-0.5 pointer-coarse:-my-3 pointer-coarse:px-2.5 pointer-coarse:py-3 has-focus-visible:outline-2 has-focus-visible:outline-accent ${w === way ? 'font-semibold text-accent' : 'hover:text-text'}`}>
          <input type="radio" name={name} className="sr-only" checked={w === way} onChange={() => choose(w)} />{t[w]}
        </label>
      ))}
    </span>
  )
}
