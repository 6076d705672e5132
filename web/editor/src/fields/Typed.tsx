import { useState } from 'react'
import { useLang } from '../words'
import { type ControlProps, edge, look, plain } from './Control'
import { formatNumber, parseDuration, parseNumber, phoneE164, sayDuration, sayPhone } from './locale'

/** useTyped keeps what a person types while they do, and shows the value as people write it otherwise. */
function useTyped(value: unknown, show: (value: unknown) => string) {
  const [typed, type] = useState<string | null>(null)
  return { text: typed ?? show(value), type, settle: () => type(null) }
}

/** NumberInput takes a number as people of a language write it. */
export function NumberInput(props: ControlProps) {
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

/** DurationInput takes a length of time in words. */
export function DurationInput(props: ControlProps) {
  const { value, set, field } = props
  const { text, type, settle } = useTyped(value, (v) => (typeof v === 'string' ? sayDuration(v) : ''))
  const change = (next: string) => {
    type(next)
    set(next.trim() === '' ? undefined : (parseDuration(next) ?? next))
  }
  const start = typeof field.default === 'string' ? field.default : field.example
  return <input {...plain(props)} value={text} placeholder={start && sayDuration(start)} onChange={(e) => change(e.target.value)} onBlur={settle} />
}

/** PhoneInput takes a phone number, and shows it with its country. */
export function PhoneInput(props: ControlProps) {
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
