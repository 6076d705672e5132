import { type Ref, Suspense, useImperativeHandle, useMemo, useRef, useState } from 'react'
import type { Handle } from '../code/types'
import { useAnswer, useDesk } from '../data/desk'
import { useLooks } from '../editor/Locked'
import { soon } from '../ui/soon'
import { useSay } from '../words'
import { askedOf } from './check'
import { type ControlProps } from './Control'
import { Preview } from './FieldRow'
import { TemplateField } from './TemplateField'
import { givenList, hole, onlyHole, parts } from './template'
import type { Way } from './WaySwitch'
import { useWords } from './words'

const ListField = soon(() => import('./ListField').then((m) => m.ListField))
const OfferedLists = soon(() => import('./OfferedLists').then((m) => m.OfferedLists))

type ExpressionProps = Omit<ControlProps, 'focus'> & { ref: Ref<Handle>; way: Way; choose: (way: Way) => void }

/** ExpressionField is a value of the data as a chip, or more than that written out, without braces; or a list, as it is. */
export function ExpressionField({ ref, field, value, set, id, invalid, way, choose }: ExpressionProps) {
  const t = useWords()
  const say = useSay()
  const desk = useDesk()
  const looks = useLooks()
  const editor = useRef<Handle>(null)
  const source = typeof value === 'string' ? value : ''
  const data = way === 'data'
  const list = field.expect === 'list'
  const [typed, setTyped] = useState('')
  const asked = askedOf(source, field)
  const { answer, fresh, failed } = useAnswer(asked, source !== '' && way !== 'fixed')
  const problems = useMemo(() => (source === '' || data ? [] : answer?.problems ?? []), [answer, data, source])
  /** change reads what is typed: one value stands as a chip, anything else is written out. */
  const change = (next: unknown) => {
    const text = typeof next === 'string' ? next : ''
    const found = chosen(text)
    setTyped(text)
    if (data && found === undefined) choose('expression')
    if (!data && onlyHole(text) !== undefined) choose('data')
    set(((data ? found : onlyHole(text)) ?? writtenOut(text)) || undefined)
  }
  const insert = (path: string) => {
    if (way === 'expression' && source !== '') return editor.current?.insert(path)
    choose('data')
    if (editor.current) editor.current.insert(hole(path), true)
    else set(path)
  }
  const focus = () => desk.aim({ id, label: say(field.label), insert, focus: () => editor.current?.focus(), list })
  useImperativeHandle(ref, () => ({ focus: () => editor.current?.focus(), insert, caret: () => 0 }))
  if (way === 'fixed') return <Suspense fallback={null}><ListField field={{ ...field, literal: true }} value={givenList(source)} set={(all) => set(all === undefined ? undefined : JSON.stringify(all))} id={id} invalid={invalid} /></Suspense>
  return (
    <>
      <TemplateField ref={editor} id={id} value={!data ? source : chosen(typed) === source ? typed : source === '' ? '' : hole(source)} set={change} chips={data} lines="one" mode={data ? 'template' : 'expression'}
        placeholder={data ? (list ? t.chooseList : t.chooseData) : field.placeholder || field.example} invalid={invalid} problems={problems} focus={focus} />
      {source !== '' && <Preview answer={answer} fresh={fresh} failed={failed} source={source} set={set} list={list} />}
      {source === '' && list && !looks && <Suspense fallback={null}><OfferedLists choose={insert} /></Suspense>}
    </>
  )
}

/** chosen is the one value that a text holds, '' while it is begun; undefined where it holds more. */
const chosen = (text: string) => (/^\s*[/{]?\s*$/.test(text) ? '' : onlyHole(text))

/** writtenOut is a text with its holes as an expression. */
const writtenOut = (text: string) => parts(text).map((p) => p.text).join('')
