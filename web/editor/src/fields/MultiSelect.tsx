import { useSay } from '../words'
import type { ControlProps } from './Control'
import type { Option } from './SelectField'
import { useWords } from './words'

/** MultiSelect is a list of boxes to tick. */
export function MultiSelect({ value, set, options, id, field }: ControlProps & { options: Option[] }) {
  const say = useSay()
  const t = useWords()
  const chosen = Array.isArray(value) ? value.map(String) : []
  const all = [...options.map((o) => ({ value: o.value, label: say(o.label) })), ...chosen.filter((v) => !options.some((o) => o.value === v)).map((v) => ({ value: v, label: `${v} (${t.notInList})` }))]
  const toggle = (v: string, on: boolean) => {
    const next = all.map((o) => o.value).filter((o) => (o === v ? on : chosen.includes(o)))
    set(next.length === 0 ? undefined : next)
  }
  return (
    <div role="group" id={`${id}-control`} aria-label={say(field.label)} className="grid gap-1 rounded-lg border border-edge p-2">
      {all.map((o) => (
        <label key={o.value} className="flex cursor-pointer items-center gap-2 rounded px-1.5 py-1 hover:bg-sunken">
          <input type="checkbox" className="size-4 accent-accent" checked={chosen.includes(o.value)} onChange={(e) => toggle(o.value, e.target.checked)} /> {o.label}
        </label>
      ))}
    </div>
  )
}
