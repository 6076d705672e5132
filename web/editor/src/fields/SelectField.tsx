import { useSay } from '../words'
import { Combo } from './Combo'
import { type ControlProps, edge, look } from './Control'
import { useWords } from './words'

export type Option = { value: string; label: { en: string; 'pt-BR': string } }

/** SelectField is a plain select, with a search above eight options or where own values are taken. */
export function SelectField({ field, value, set, id, invalid, options, focus }: ControlProps & { options: Option[] }) {
  const t = useWords()
  const say = useSay()
  const text = typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
  const named = options.map((o) => ({ value: o.value, label: say(o.label) || o.value }))
  const preset = field.default === undefined ? undefined : String(field.default)
  if (options.length > 8 || field.custom) {
    return <Combo id={`${id}-control`} labelledBy={`${id}-label`} options={named} value={text} set={(v) => set(v === '' ? undefined : v)} custom={field.custom ?? false} invalid={invalid} placeholder={preset ? (named.find((o) => o.value === preset)?.label ?? preset) : t.choose} focus={focus} />
  }
  return (
    <select id={`${id}-control`} aria-describedby={`${id}-help`} aria-invalid={invalid || undefined} onFocus={focus} className={`${look} ${edge(invalid)}`} value={text || (preset ?? '')}
      onChange={(e) => set(e.target.value === '' || (e.target.value === preset && !field.required) ? undefined : e.target.value)}>
      {preset === undefined && <option value="">{t.choose}</option>}
      {text !== '' && !named.some((o) => o.value === text) && <option value={text}>{text} ({t.notInList})</option>}
      {named.map((o) => <option key={o.value} value={o.value}>{o.label}</option>)}
    </select>
  )
}

export function MultiSelect({ value, set, options, id, field }: ControlProps & { options: Option[] }) {
  const say = useSay()
  const chosen = Array.isArray(value) ? value.map(String) : []
  const toggle = (v: string, on: boolean) => {
    const next = options.map((o) => o.value).filter((o) => (o === v ? on : chosen.includes(o)))
    set(next.length === 0 ? undefined : next)
  }
  return (
    <div role="group" id={`${id}-control`} aria-label={say(field.label)} className="grid gap-1 rounded-lg border border-edge p-2">
      {options.map((o) => (
        <label key={o.value} className="flex cursor-pointer items-center gap-2 rounded px-1.5 py-1 hover:bg-sunken">
          <input type="checkbox" className="size-4 accent-accent" checked={chosen.includes(o.value)} onChange={(e) => toggle(o.value, e.target.checked)} /> {say(o.label)}
        </label>
      ))}
    </div>
  )
}
