import { useSay } from '../words'
import { Combo } from './Combo'
import { type ControlProps, edge, look } from './Control'
import { useWords } from './words'

export type Option = { value: string; label: { en: string; 'pt-BR': string } }

/** SelectField is a plain select, with a search above eight options or where own values are taken. */
export function SelectField({ field, value, set, id, invalid, options }: ControlProps & { options: Option[] }) {
  const t = useWords()
  const say = useSay()
  const text = typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
  const named = options.map((o) => ({ value: o.value, label: say(o.label) || o.value }))
  const preset = field.default === undefined ? undefined : String(field.default)
  if (options.length > 8 || field.custom) {
    return <Combo id={`${id}-control`} labelledBy={`${id}-label`} options={named} value={text} set={(v) => set(v === '' ? undefined : v)} custom={field.custom ?? false} invalid={invalid} placeholder={preset ? (named.find((o) => o.value === preset)?.label ?? preset) : t.choose} />
  }
  return (
    <select id={`${id}-control`} aria-describedby={`${id}-help`} aria-invalid={invalid || undefined} className={`${look} ${edge(invalid)}`} value={text || (preset ?? '')}
      onChange={(e) => set(e.target.value === '' || (e.target.value === preset && !field.required) ? undefined : e.target.value)}>
      {preset === undefined && <option value="">{t.choose}</option>}
      {text !== '' && !named.some((o) => o.value === text) && <option value={text}>{text} ({t.notInList})</option>}
      {named.map((o) => <option key={o.value} value={o.value}>{o.label}</option>)}
    </select>
  )
}
