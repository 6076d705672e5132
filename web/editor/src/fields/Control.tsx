import { Suspense, useState } from 'react'
import { useLang } from '../words'
import type { Schemas } from '../api/client'
import type { Field } from './check'
import { CodeField, JSONField } from './CodeField'
import { formatNumber, parseDuration, parseNumber, phoneE164, sayDuration, sayPhone, smsParts } from './locale'
import { MapField } from './MapField'
import { SelectField } from './SelectField'
import { fill } from '../words/phrase'
import { soon } from '../ui/soon'
import { useWords } from './words'

const DateField = soon(() => import('./DateField').then((m) => m.DateField))
const ListField = soon(() => import('./ListField').then((m) => m.ListField))
const MultiSelect = soon(() => import('./MultiSelect').then((m) => m.MultiSelect))
const LiveOptions = soon(() => import('./LiveOptions').then((m) => m.LiveOptions))
const ConditionField = soon(() => import('../conditions/ConditionField').then((m) => m.ConditionField))

export type ControlProps = { field: Field; value: unknown; set: (value: unknown) => void; id: string; invalid: boolean; siblings?: Record<string, unknown>; connection?: string; focus?: () => void; problems?: Schemas['ProblemView'][] }

export const look = 'w-full min-w-0 rounded-lg border bg-surface px-3 py-2 placeholder:text-text-3 max-[899px]:py-3 max-[899px]:text-base'
export const edge = (invalid: boolean) => (invalid ? 'border-fail' : 'border-edge')

/** Control draws a fixed value by the kind of its field. */
export function Control(props: ControlProps) {
  const { field } = props
  if (field.live) return <Suspense fallback={null}><LiveOptions {...props} /></Suspense>
  switch (field.type) {
    case 'bool': return <Switch {...props} />
    case 'multiselect': return <Suspense fallback={null}><MultiSelect {...props} options={field.options ?? []} /></Suspense>
    case 'number': case 'money': return <NumberInput {...props} />
    case 'duration': return <DurationInput {...props} />
    case 'date': return <Suspense fallback={null}><DateField {...props} /></Suspense>
    case 'phone': return <PhoneInput {...props} />
    case 'secret': return <input {...plain(props)} type="password" autoComplete="off" />
    case 'longtext': return <LongText {...props} />
    case 'map': return <MapField {...props} />
    case 'list': return <Suspense fallback={<div aria-busy className="min-h-20" />}><ListField {...props} /></Suspense>
    case 'json': case 'code': return <JSONField {...props} />
    case 'expression': return <CodeField {...props} />
    case 'condition': return <Suspense fallback={<div aria-busy className="min-h-32" />}><ConditionField {...props} label={props.id} /></Suspense>
  }
  if (field.options && field.options.length > 0) return <SelectField {...props} options={field.options} />
  return <input {...plain(props)} inputMode={field.type === 'url' ? 'url' : field.type === 'email' ? 'email' : undefined} spellCheck={false} />
}

/** plain are the attributes of a one-line input that holds a text. */
function plain({ field, value, set, id, invalid, focus }: ControlProps) {
  return {
    id: `${id}-control`, 'aria-describedby': `${id}-help`, 'aria-invalid': invalid || undefined, className: `${look} ${edge(invalid)}`, placeholder: field.placeholder || hint(field), onFocus: focus,
    value: value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value),
    onChange: (e: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => set(e.target.value === '' ? undefined : e.target.value),
  }
}

function hint(field: Field): string | undefined {
  if (field.default !== undefined && typeof field.default !== 'object') return String(field.default)
  return field.example?.includes('{{') ? undefined : field.example
}

function LongText(props: ControlProps) {
  const t = useWords()
  const text = typeof props.value === 'string' ? props.value : ''
  const lines = Math.min(12, Math.max(3, text.split('\n').length + 1))
  const sms = props.field.max !== undefined && props.field.max <= 1600 && props.field.max % 153 === 0
  return (
    <>
      <textarea {...plain(props)} rows={lines} className={`${look} ${edge(props.invalid)} resize-y`} />
      {props.field.max !== undefined && <p className="text-right text-xs text-text-3">{fill(sms ? t.segments : t.characters, { n: `${[...text].length}/${props.field.max}`, parts: smsParts(text) })}</p>}
    </>
  )
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

/** useTyped keeps what a person types while they do, and shows the value as people write it otherwise. */
function useTyped(value: unknown, show: (value: unknown) => string) {
  const [typed, type] = useState<string | null>(null)
  return { text: typed ?? show(value), type, settle: () => type(null) }
}

function NumberInput(props: ControlProps) {
  const { value, set, field } = props
  const { lang } = useLang()
  const shown = (v: unknown) => (typeof v === 'number' ? formatNumber(v, lang) : typeof v === 'string' ? v : '')
  const { text, type, settle } = useTyped(value, shown)
  const change = (next: string) => {
    type(next)
    const n = parseNumber(next, lang)
    set(n === undefined ? undefined : Number.isNaN(n) ? next : n)
  }
  const start = typeof field.default === 'number' ? formatNumber(field.default, lang) : (field.placeholder ?? field.example)
  return (
    <div className="relative">
      {field.type === 'money' && <span aria-hidden className="absolute top-2 left-3 text-text-3">{lang === 'pt-BR' ? 'R$' : 'BRL'}</span>}
      <input {...plain(props)} inputMode="decimal" value={text} placeholder={start} className={`${look} ${edge(props.invalid)} ${field.type === 'money' ? 'pl-12' : ''}`} onChange={(e) => change(e.target.value)} onBlur={settle} />
    </div>
  )
}

function DurationInput(props: ControlProps) {
  const { value, set, field } = props
  const { text, type, settle } = useTyped(value, (v) => (typeof v === 'string' ? sayDuration(v) : ''))
  const change = (next: string) => {
    type(next)
    set(next.trim() === '' ? undefined : (parseDuration(next) ?? next))
  }
  const start = typeof field.default === 'string' ? field.default : field.example
  return <input {...plain(props)} value={text} placeholder={start && sayDuration(start)} onChange={(e) => change(e.target.value)} onBlur={settle} />
}

function PhoneInput(props: ControlProps) {
  const { value, set } = props
  const { text, type, settle } = useTyped(value, (v) => (typeof v === 'string' ? sayPhone(v) : ''))
  const change = (next: string) => {
    type(next)
    set(next.trim() === '' ? undefined : (phoneE164(next) ?? next))
  }
  const normal = typeof value === 'string' ? phoneE164(value) : undefined
  return (
    <>
      <input {...plain(props)} type="tel" inputMode="tel" value={text} placeholder={props.field.placeholder ?? '+55 11 91234-5678'} onChange={(e) => change(e.target.value)} onBlur={settle} />
      {normal && <p className="mt-1 text-xs text-text-2"><code>{normal}</code></p>}
    </>
  )
}
