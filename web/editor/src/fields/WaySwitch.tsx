import type { Field } from './check'
import { read } from './formats'
import { givenList, hasHole, holes, insideOf, onlyHole } from './template'
import { useWords } from './words'

/** The three ways to give a value: as it is, with data of the event in it, or computed. */
export type Way = 'fixed' | 'data' | 'expression'

export const textKinds = new Set(['text', 'longtext', 'url', 'email', 'phone'])

const ownKinds = new Set(['condition', 'map', 'list', 'json', 'code', 'secret', 'notice', 'connection', 'schedule'])

const ways = ['fixed', 'data', 'expression'] as const

/** waysOf are the ways among which a person chooses; none where the kind of field has its own. */
export function waysOf(field: Field): readonly Way[] {
  if (field.type === 'expression') return field.expect === 'list' ? ways : ways.slice(1)
  return field.literal || ownKinds.has(field.type) ? [] : ways
}

/** fits says whether a value can be shown in that way. */
export function fits(field: Field, way: Way, value: unknown): boolean {
  if (field.type === 'expression') return way === 'expression' || value === undefined || (givenList(value) !== undefined) === (way === 'fixed')
  if (way === 'expression') return insideOf(value) !== undefined
  return way !== 'fixed' || typeof value !== 'string' || !hasHole(value)
}

/** wayOf is how a stored value was given. */
export function wayOf(field: Field, value: unknown): Way {
  if (field.type === 'expression') return field.expect === 'list' && givenList(value) ? 'fixed' : typeof value !== 'string' || read(value) ? 'data' : 'expression'
  const only = onlyHole(value)
  if (only !== undefined) return read(only) ? 'data' : 'expression'
  if (typeof value === 'string' && holes(value).length > 0) return 'data'
  return textKinds.has(field.type) && !field.literal ? 'data' : 'fixed'
}

type SwitchProps = { label: string; name: string; ways: readonly Way[]; way: Way; choose: (way: Way) => void }

/** WaySwitch chooses among them. */
export function WaySwitch({ label, name, ways, way, choose }: SwitchProps) {
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
