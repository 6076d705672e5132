import { useState } from 'react'
import { useLang } from '../words'
import { type ControlProps, edge, hint, look, plain } from './Control'
import { formatNumber, parseDuration, parseNumber, phoneE164, sayDuration, sayPhone } from './locale'

/** useTyped keeps what a person types while they do, and shows the value as people write it otherwise. */
function useTyped(value: unknown, show: (value: unknown) => string) {
  const [typed, type] = useState<string | null>(null)
  return { text: typed ?? show(value), type, settle: () => type(null) }
}

/** NumberInput takes a number as people of a language write it; money is kept in cents. */
export function NumberInput(props: ControlProps) {
  const { value, set, field } = props
  const { lang } = useLang()
  const money = field.type === 'money'
  const told = (n: number) => formatNumber(money ? n / 100 : n, lang, money ? 2 : field.decimals)
  const { text, type, settle } = useTyped(value, (v) => (typeof v === 'number' ? told(v) : typeof v === 'string' ? v : ''))
  const change = (next: string) => {
    type(next)
    const n = parseNumber(next, lang)
    set(n === undefined ? undefined : Number.isNaN(n) ? next : money ? Math.round(n * 100) : n)
  }
  const example = hint(field)
  const start = example && /^-?\d+(\.\d+)?$/.test(example) ? told(Number(example)) : example
  return (
    <div className="relative">
      {money && <span aria-hidden className="absolute top-2 left-3 text-text-3">{lang === 'pt-BR' ? 'R$' : 'BRL'}</span>}
      <input {...plain(props)} inputMode="decimal" value={text} placeholder={field.placeholder || start} className={`${look} ${edge(props.invalid)} ${money ? 'pl-12' : ''}`} onChange={(e) => change(e.target.value)} onBlur={settle} />
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
  const start = hint(field)
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
  return <input {...plain(props)} type="tel" inputMode="tel" value={text} placeholder={props.field.placeholder ?? '+55 11 91234-5678'} onChange={(e) => change(e.target.value)} onBlur={settle} />
}
