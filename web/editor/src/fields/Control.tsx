import { Suspense } from 'react'
import type { Schemas } from '../api/client'
import type { Field } from './check'
import { JSONField } from './CodeField'
import { MapField } from './MapField'
import { SelectField } from './SelectField'
import { soon } from '../ui/soon'
import { useWords } from './words'

const DateField = soon(() => import('./DateField').then((m) => m.DateField))
const ListField = soon(() => import('./ListField').then((m) => m.ListField))
const loadTyped = () => import('./Typed')
const DurationInput = soon(() => loadTyped().then((m) => m.DurationInput))
const NumberInput = soon(() => loadTyped().then((m) => m.NumberInput))
const PhoneInput = soon(() => loadTyped().then((m) => m.PhoneInput))
const MultiSelect = soon(() => import('./MultiSelect').then((m) => m.MultiSelect))
const ManyOptions = soon(() => import('./ManyOptions').then((m) => m.ManyOptions))
const LiveOptions = soon(() => import('./LiveOptions').then((m) => m.LiveOptions))
const ConditionField = soon(() => import('../conditions/ConditionField').then((m) => m.ConditionField))

export type ControlProps = { field: Field; value: unknown; set: (value: unknown) => void; id: string; invalid: boolean; siblings?: Record<string, unknown>; connection?: string; focus?: () => void; problems?: Schemas['ProblemView'][] }

export const look = 'w-full min-w-0 rounded-lg border bg-surface px-3 py-2 placeholder:text-text-3 max-[899px]:py-3 max-[899px]:text-base'
export const edge = (invalid: boolean) => (invalid ? 'border-fail' : 'border-edge')

/** place is that of a field until it is fetched. */
const place = <div aria-busy className="min-h-10" />

/** Control draws a fixed value by the kind of its field. */
export function Control(props: ControlProps) {
  const { field } = props
  if (field.live) return <Suspense fallback={place}>{field.type === 'multiselect' ? <ManyOptions {...props} /> : <LiveOptions {...props} />}</Suspense>
  switch (field.type) {
    case 'bool': return <Switch {...props} />
    case 'multiselect': return <Suspense fallback={null}><MultiSelect {...props} options={field.options ?? []} /></Suspense>
    case 'number': case 'money': return <Suspense fallback={place}><NumberInput {...props} /></Suspense>
    case 'duration': return <Suspense fallback={place}><DurationInput {...props} /></Suspense>
    case 'date': return <Suspense fallback={place}><DateField {...props} /></Suspense>
    case 'phone': return <Suspense fallback={place}><PhoneInput {...props} /></Suspense>
    case 'secret': return <input {...plain(props)} type="password" autoComplete="off" />
    case 'longtext': return <LongText {...props} />
    case 'map': return <MapField {...props} />
    case 'list': return <Suspense fallback={place}><ListField {...props} /></Suspense>
    case 'json': case 'code': return <JSONField {...props} />
    case 'condition': return <Suspense fallback={<div aria-busy className="min-h-32" />}><ConditionField {...props} label={props.id} /></Suspense>
  }
  if (field.options && field.options.length > 0) return <SelectField {...props} options={field.options} />
  return <input {...plain(props)} inputMode={field.type === 'url' ? 'url' : field.type === 'email' ? 'email' : undefined} spellCheck={false} />
}

/** plain are the attributes of a one-line input that holds a text. */
export function plain({ field, value, set, id, invalid, focus }: ControlProps) {
  return {
    id: `${id}-control`, 'aria-describedby': `${id}-help`, 'aria-invalid': invalid || undefined, className: `${look} ${edge(invalid)}`, placeholder: field.placeholder || hint(field), onFocus: focus,
    value: value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value),
    onChange: (e: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => set(e.target.value === '' ? undefined : e.target.value),
  }
}

export function hint(field: Field): string | undefined {
  if (field.default !== undefined && typeof field.default !== 'object') return String(field.default)
  return field.example?.includes('{{') ? undefined : field.example
}

function LongText(props: ControlProps) {
  const text = typeof props.value === 'string' ? props.value : ''
  const lines = Math.min(12, Math.max(3, text.split('\n').length + 1))
  return <textarea {...plain(props)} rows={lines} className={`${look} ${edge(props.invalid)} resize-y`} />
}

function Switch({ field, value, set, id }: ControlProps) {
  const t = useWords()
  const preset = field.default === true
  const on = typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : preset
  return (
    <label className="inline-flex cursor-pointer items-center gap-2.5 py-1">
      <input id={`${id}-control`} type="checkbox" role="switch" className="peer sr-only" checked={on} onChange={(e) => set(e.target.checked === preset && !field.required ? undefined : e.target.checked)} />
      <span aria-hidden className="relative h-5 w-9 rounded-full border border-edge bg-sunken transition-colors peer-checked:border-accent peer-checked:bg-accent peer-focus-visible:outline-2 peer-focus-visible:outline-offset-1 peer-focus-visible:outline-accent after:absolute after:top-0.5 after:left-0.5 after:size-3.5 after:rounded-full after:bg-edge after:transition-transform peer-checked:after:translate-x-4 peer-checked:after:bg-on-accent" />
      <span className="text-text-2">{on ? t.yes : t.no}</span>
    </label>
  )
}
