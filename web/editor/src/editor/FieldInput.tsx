import { useState } from 'react'
import type { Schemas } from '../api/client'
import { inputLook, Labeled } from '../ui/basics'
import { useSay } from '../words'
import { useWords } from './panelWords'

type Field = Schemas['Description']

/** FieldInput draws one field as the catalogue describes it. Every value may be a template. */
export function FieldInput({ field, value, set, problem }: { field: Field; value: unknown; set: (value: unknown) => void; problem?: string }) {
  const t = useWords()
  const say = useSay()
  const help = problem ?? (field.help ? say(field.help) : undefined)
  return (
    <div>
      <Labeled label={say(field.label)} help={help} aside={field.required ? t.required : undefined}>
        <Control field={field} value={value} set={set} bad={problem !== undefined} />
      </Labeled>
    </div>
  )
}

function Control({ field, value, set, bad }: { field: Field; value: unknown; set: (value: unknown) => void; bad: boolean }) {
  const say = useSay()
  const look = `${inputLook} ${bad ? 'border-fail' : ''}`
  const text = value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const keep = (typed: string) => set(typed === '' ? undefined : typed)
  const hint = field.placeholder || field.example || (field.default !== undefined ? String(field.default) : undefined)
  if (field.options && field.options.length > 0) {
    return (
      <select className={look} value={text} onChange={(e) => keep(e.target.value)}>
        <option value="">{field.default === undefined ? '' : String(field.default)}</option>
        {field.options.map((o) => <option key={o.value} value={o.value}>{say(o.label)}</option>)}
      </select>
    )
  }
  switch (field.type) {
    case 'bool':
      return <select className={look} value={text} onChange={(e) => set(e.target.value === '' ? undefined : e.target.value === 'true')}><option value="">{String(field.default ?? '')}</option><option value="true">true</option><option value="false">false</option></select>
    case 'longtext':
      return <textarea className={look} rows={4} placeholder={hint} value={text} onChange={(e) => keep(e.target.value)} />
    case 'list':
      return <JSONInput look={look} value={value} set={set} hint={hint} loose />
    case 'map': case 'json':
      return <JSONInput look={look} value={value} set={set} hint={hint} />
    case 'number':
      return <input className={look} inputMode="decimal" placeholder={hint} value={text} onChange={(e) => set(e.target.value === '' ? undefined : /^-?\d+(\.\d+)?$/.test(e.target.value) ? Number(e.target.value) : e.target.value)} />
    case 'expression': case 'condition':
      return <input className={`${look} code text-xs`} spellCheck={false} placeholder={hint} value={text} onChange={(e) => keep(e.target.value)} />
  }
  return <input className={look} placeholder={hint} value={text} onChange={(e) => keep(e.target.value)} />
}

type JSONProps = { look: string; value: unknown; set: (value: unknown) => void; hint?: string; loose?: boolean }

/**
 * JSONInput keeps what is typed, and gives it on as a value as soon as it is one. One hole of a
 * template is a value too, and so is any text where loose.
 */
function JSONInput({ look, value, set, hint, loose = false }: JSONProps) {
  const t = useWords()
  const [typed, setTyped] = useState(value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2))
  const [bad, setBad] = useState(false)
  const change = (next: string) => {
    setTyped(next)
    const trimmed = next.trim()
    if (trimmed === '') {
      setBad(false)
      return set(undefined)
    }
    try {
      set(JSON.parse(trimmed))
      setBad(false)
    } catch {
      const text = loose || (trimmed.startsWith('{{') && trimmed.endsWith('}}'))
      setBad(!text)
      if (text) set(trimmed)
    }
  }
  return (
    <>
      <textarea className={`${look} code text-xs`} rows={4} spellCheck={false} placeholder={hint ?? '{ }'} value={typed} onChange={(e) => change(e.target.value)} />
      {bad && <span className="text-xs text-warn">{t.badJSON}</span>}
    </>
  )
}
