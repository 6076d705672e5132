import { Suspense, useMemo, useRef, useState } from 'react'
import { Code, Rows3 } from 'lucide-react'
import { Code as CodeBox } from '../code/Code'
import type { Handle } from '../code/types'
import { useAnswer, useDesk } from '../data/desk'
import { Button } from '../ui/basics'
import { soon } from '../ui/soon'
import { useSay } from '../words'
import type { ControlProps } from './Control'
import { Preview } from './FieldRow'
import { TemplateField } from './TemplateField'
import { onlyHole } from './template'
import { useWords } from './words'

const JSONRows = soon(() => import('./JSONRows').then((m) => m.JSONRows))

/** CodeField is one condition, without braces, and what it yields. */
export function CodeField({ value, set, id, invalid, field }: ControlProps) {
  const say = useSay()
  const desk = useDesk()
  const handle = useRef<Handle>(null)
  const focus = () => desk.aim({ id, label: say(field.label), insert: (path) => handle.current?.insert(path), focus: () => handle.current?.focus() })
  const source = typeof value === 'string' ? value : ''
  const { answer, fresh, failed } = useAnswer({ source, mode: 'expression' }, source !== '')
  const problems = useMemo(() => answer?.problems ?? [], [answer])
  return (
    <>
      <TemplateField ref={handle} id={id} value={source} set={set} chips={false} lines="many" mode="expression" placeholder={field.placeholder || field.example} invalid={invalid} problems={source === '' ? [] : problems} focus={focus} />
      {source !== '' && <Preview answer={answer} fresh={fresh} failed={failed} source={source} set={set} />}
    </>
  )
}

/** JSONField is rows of names and values, or code: each is the other written differently, and nothing is lost between them. */
export function JSONField(props: ControlProps) {
  const { value, id, field } = props
  const t = useWords()
  const [coded, setCoded] = useState(() => field.type === 'code' || !rowable(value))
  const [bad, setBad] = useState(false)
  const may = field.type !== 'code' && rowable(value)
  const rows = may && !coded
  return (
    <>
      {rows ? <Suspense fallback={<JSONCode {...props} setBad={setBad} bad={false} />}><JSONRows {...props} /></Suspense> : <JSONCode {...props} setBad={setBad} bad={bad} />}
      {field.type !== 'code' && (
        <div className="mt-1 flex justify-end">
          <Button look="quiet" className="-mr-2 h-7! px-2! text-xs" disabled={!rows && (bad || !may)} aria-describedby={`${id}-help`} onClick={() => setCoded(!coded)}>{rows ? <Code size={14} aria-hidden /> : <Rows3 size={14} aria-hidden />}{rows ? t.asCode : t.asRows}</Button>
        </div>
      )}
    </>
  )
}

/** rowable says whether a value can be shown as rows without being lost in them. */
const rowable = (value: unknown): boolean => value === undefined || (typeof value === 'object' && value !== null && size(value) <= 120)

const size = (value: unknown): number => (typeof value === 'object' && value !== null ? Object.values(value).reduce((sum: number, v) => sum + size(v), 1) : 1)

/** JSONCode keeps what is typed, and gives it on as soon as it is JSON, or one hole of a template. */
function JSONCode({ value, set, id, field, focus, bad, setBad }: ControlProps & { bad: boolean; setBad: (bad: boolean) => void }) {
  const t = useWords()
  const written = useMemo(() => (value === undefined ? '' : typeof value === 'string' && onlyHole(value) !== undefined ? value : JSON.stringify(value, null, 2)), [value])
  const [typed, setTyped] = useState<string | null>(null)
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
      <CodeBox value={whole} change={change} mode={template ? 'template' : 'json'} lines="many" labelledBy={`${id}-label`} describedBy={`${id}-help`} placeholder={field.placeholder ?? field.example ?? '{ }'} invalid={bad} problems={problems} focus={focus} blur={() => { if (!bad) setTyped(null) }} />
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
