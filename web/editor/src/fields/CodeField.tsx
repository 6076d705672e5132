import { useMemo, useRef, useState } from 'react'
import { Code } from '../code/Code'
import type { Handle } from '../code/types'
import { useAnswer, useDesk } from '../data/desk'
import { useSay } from '../words'
import type { ControlProps } from './Control'
import { Preview } from './FieldRow'
import { TemplateField } from './TemplateField'
import { onlyHole } from './template'
import { useWords } from './words'

/** CodeField is one expression, without braces, and what it yields. */
export function CodeField({ value, set, id, invalid, field }: ControlProps) {
  const say = useSay()
  const desk = useDesk()
  const handle = useRef<Handle>(null)
  const focus = () => desk.aim({ id, label: say(field.label), insert: (path) => handle.current?.insert(path), focus: () => handle.current?.focus(), list: field.id === 'over' })
  const source = typeof value === 'string' ? value : ''
  const { answer, fresh, failed } = useAnswer({ source, mode: 'expression' }, source !== '')
  const problems = useMemo(() => answer?.problems ?? [], [answer])
  return (
    <>
      <TemplateField ref={handle} id={id} value={source} set={set} chips={false} lines="one" mode="expression" placeholder={field.placeholder || field.example} invalid={invalid} problems={source === '' ? [] : problems} focus={focus} />
      {source !== '' && <Preview answer={answer} fresh={fresh} failed={failed} source={source} set={set} />}
    </>
  )
}

/** JSONField keeps what is typed, and gives it on as soon as it is JSON, or one hole of a template. */
export function JSONField({ value, set, id, field, focus }: ControlProps) {
  const t = useWords()
  const written = useMemo(() => (value === undefined ? '' : typeof value === 'string' && onlyHole(value) !== undefined ? value : JSON.stringify(value, null, 2)), [value])
  const [typed, setTyped] = useState<string | null>(null)
  const [bad, setBad] = useState(false)
  const change = (text: string) => {
    setTyped(text)
    const read = readJSON(text)
    setBad(read === unreadable)
    if (read !== unreadable) set(read)
  }
  const whole = typed ?? written
  const template = onlyHole(whole) !== undefined
  const { answer, fresh, failed } = useAnswer({ source: whole, mode: 'template' }, template)
  const problems = useMemo(() => (template ? (answer?.problems ?? []) : []), [answer, template])
  return (
    <div className="code-mono-wrap">
      <Code value={whole} change={change} mode={template ? 'template' : 'json'} lines="many" labelledBy={`${id}-label`} describedBy={`${id}-help`} placeholder={field.placeholder ?? field.example ?? '{ }'} invalid={bad} problems={problems} focus={focus} blur={() => { if (!bad) setTyped(null) }} />
      {bad && <p role="alert" className="mt-1 text-xs text-warn">{t.badJSON}</p>}
      {template && <Preview answer={answer} fresh={fresh} failed={failed} source={whole} set={set} />}
    </div>
  )
}

export const unreadable = Symbol('unreadable')

/** readJSON reads what is typed into a field of any value: nothing, JSON, or one hole. */
export function readJSON(text: string): unknown {
  const plain = text.trim()
  if (plain === '') return undefined
  if (onlyHole(plain) !== undefined) return plain
  try {
    return JSON.parse(plain) as unknown
  } catch {
    return unreadable
  }
}
