import { useEffect, useMemo, useRef, useState } from 'react'
import { Check, CloudOff, Code, Funnel, ListFilter, TriangleAlert } from 'lucide-react'
import { askExpression } from '../api/expression'
import { question, useAnswer, useDesk } from '../data/desk'
import { useVeil } from '../data/veil'
import type { ControlProps } from '../fields/Control'
import { CodeField } from '../fields/CodeField'
import { Doubts } from '../fields/FieldRow'
import { Ticked } from '../ui/Ticked'
import { toldShort } from '../words/told'
import { fill, usePlural } from '../words/phrase'
import { Button } from '../ui/basics'
import { keepRows, keptRows, placeOf } from '../editor/keptRows'
import { useLooks } from '../editor/Locked'
import { find } from '../flow'
import { useLang, useTimes } from '../words'
import { GroupRows } from './GroupRows'
import { anew, emptyGroup, emptyRow, fromModel, type Group, hasOpen, isGroup, toModel } from './model'
import { endAt, sendAt } from './sending'
import { Suggested } from './Suggested'
import { useWords } from './words'

type ConditionProps = Pick<ControlProps, 'value' | 'set' | 'id' | 'invalid' | 'field' | 'focus'> & { label?: string }

/**
 * ConditionField is rows of field, comparison and value, in groups. The flow keeps only the
 * expression: the server writes it from the rows, and reads the rows from it. What is more than
 * rows can show stays as it was written.
 */
export function ConditionField(props: ConditionProps) {
  const { value } = props
  const t = useWords()
  const source = typeof value === 'string' ? value : ''
  const { model, put, left, write, readable, answer, fresh, unsaved } = useRows(source, props.set, props.field.id)
  const [hand, setHand] = useState(false)
  const looks = useLooks() // who only looks reads it as it is written
  if (readable === false && !hand && source !== '') setHand(true) // and so it stays: rows must not come in between while somebody writes
  if (looks) return <CodeField {...props} />
  if (readable === undefined && !hand) return <p aria-busy className="code-mono-wrap min-h-20 truncate py-2 text-[13px] text-text-2">{source}</p>
  const byHand = hand || !readable
  return (
    <div role="group" aria-labelledby={`${props.id}-label`} className="min-w-0">
      {source !== '' && <Passes answer={answer} fresh={fresh && !unsaved} />}
      {byHand ? (
        <>
          {readable === false && <p className="mb-1.5 text-xs text-text-2">{t.byHand}</p>}
          <CodeField {...props} set={write} />
        </>
      ) : (
        <>
          <div onBlur={(e) => { if (!e.currentTarget.contains(e.relatedTarget) && e.relatedTarget?.closest('[role=listbox], [role=dialog]') == null) left() }}>
            <GroupRows group={model} top change={put} label={props.id} />
          </div>
          <Doubts answer={answer} source={source} set={write} />
          {source === '' && !model.items.some((x) => isGroup(x) || x.field !== '') && <Suggested choose={(row) => put({ ...model, items: [row] })} />}
        </>
      )}
      <p role="status" className={`mt-1 flex items-start gap-1.5 text-xs empty:hidden ${unsaved?.final ? 'text-fail' : 'text-warn'}`}>{unsaved && <>{unsaved.final ? <TriangleAlert size={14} className="mt-px shrink-0" aria-hidden /> : <CloudOff size={14} className="mt-px shrink-0" aria-hidden />}{fill(unsaved.final ? t.refused : t.unsaved, { why: unsaved.why })}</>}</p>
      <div className="mt-1 flex justify-end">
        {readable === false && <Button look="quiet" className="-mr-2 h-7! px-2! text-xs" onClick={() => { write(undefined); setHand(false) }}><ListFilter size={14} aria-hidden />{t.startRows}</Button>}
        {(!byHand || readable) && <Button look="quiet" className="-mr-2 h-7! px-2! text-xs" onClick={() => setHand(!byHand)}>{byHand ? <ListFilter size={14} aria-hidden /> : <Code size={14} aria-hidden />}{byHand ? t.useRows : t.writeByHand}</Button>}
      </div>
    </div>
  )
}

/** Unsaved is why rows are not saved; final says that to try again would not help. */
type Unsaved = { why: string; final: boolean }

/** useRows keeps the rows and the expression alike, whichever of them changes; readable is undefined until it is known whether rows can show it. */
function useRows(source: string, set: (value: unknown) => void, field: string) {
  const desk = useDesk()
  const place = useMemo(() => placeOf(desk.flow.id, desk.step?.id, field), [desk.flow.id, desk.step?.id, field]) // and whose it was when it was opened
  const [kept] = useState(() => { const rows = keptRows(place, source); return rows && anew(rows) })
  const [model, setModel] = useState<Group>(() => kept ?? { ...emptyGroup(), items: [emptyRow()] })
  const newest = useRef(model) // a value may be kept and the rows be left at once
  newest.current = model
  const latest = useRef({ set, source })
  latest.current = { set, source }
  const told = useRef(source === '' || kept ? source : null)
  const [unsaved, setUnsaved] = useState<Unsaved>()
  const { answer, fresh, failed } = useAnswer({ source, mode: 'expression' }, source !== '')
  const read = fresh && answer?.source === source ? answer : undefined
  const end = () => {
    endAt(place)
    keepRows(place, null)
    setUnsaved(undefined)
  }
  const tell = (to: string) => {
    told.current = to
    if (to !== latest.current.source) latest.current.set(to === '' ? undefined : to)
  }
  useEffect(() => { if (told.current !== null && source !== told.current) end() }, [source]) // another wrote it
  useEffect(() => {
    if (source === told.current) return
    if (source === '') {
      told.current = ''
      setModel({ ...emptyGroup(), items: [emptyRow()] })
    } else if (read?.condition) {
      told.current = source
      const top = fromModel(read.condition)
      setModel(isGroup(top) ? top : { ...emptyGroup(), items: [top] })
    }
  }, [source, read])
  const put = (rows: Group, left = false) => {
    setModel(rows)
    newest.current = rows
    const open = hasOpen(rows) && !left
    const condition = toModel(rows, left)
    end()
    if (!condition) {
      if (open) keepRows(place, { rows, source: '' })
      return tell('')
    }
    keepRows(place, { rows, source: latest.current.source }, !open)
    const held = () => keepRows(place, { rows, source: latest.current.source })
    sendAt(place, (signal) => askExpression(question(desk, { condition }), signal), (a) => {
      const refusal = a.source === '' ? a.problems[0] : undefined
      setUnsaved(refusal && { why: toldShort(refusal), final: true })
      if (a.source === '') return held()
      keepRows(place, open ? { rows, source: a.source } : null)
      tell(a.source)
    }, (e, final) => {
      setUnsaved({ why: e.message, final })
      held()
    })
  }
  useEffect(() => { // what was left before it was saved goes on here, also where its path was moved to
    if (keptRows(place, source)) put(newest.current)
    else keepRows(place, null)
  }, [place])
  const left = () => { if (hasOpen(newest.current)) put(newest.current, true) }
  const write = (value: unknown) => {
    end()
    set(value)
  }
  const known = useRef<boolean>(undefined)
  if (source === '' || source === told.current) known.current = true
  else if (read) known.current = read.condition !== null && read.condition !== undefined
  else if (failed) known.current = false
  const readable = known.current
  return { model, put, left, write, readable, answer: read, fresh, unsaved }
}

/** Passes counts how many of the last events a condition lets through. */
function Passes({ answer, fresh }: { answer: ReturnType<typeof useAnswer>['answer']; fresh: boolean }) {
  const t = useWords()
  const { lang } = useLang()
  const { within } = useVeil()
  const times = useTimes()
  const desk = useDesk()
  const plural = usePlural()
  const counted = answer?.passes
  const told = desk.event && (desk.event.title ? fill(t.falseBecause, { event: within(desk.event.title, desk.event.trigger) }) : fill(t.falseAt, { event: times(desk.event.at) }))
  const waits = [...(answer?.source ?? '').matchAll(/\bsteps\.(\w+)/g)].some(([, id]) => find(desk.flow, id ?? '')?.action === 'wait') // no test knows what is answered
  return (
    <div aria-live="polite" className={`mb-2 min-h-5 text-[13px] ${fresh ? '' : 'opacity-60'}`}>
      {counted && waits && <p className="text-text-2">{t.dependsOnAnswer}</p>}
      {counted && !waits && (
        <p className={`flex items-center gap-1.5 font-medium ${counted.pass === 0 ? 'text-warn' : 'text-ok'}`}>
          {counted.pass === 0 ? <Funnel size={15} aria-hidden /> : <Check size={15} aria-hidden />}
          {counted.of === 1 ? (counted.pass === 0 ? t.passesNotOnly : t.passesOnly) : counted.pass === 0 ? fill(t.passesNone, { of: counted.of.toLocaleString(lang) }) : plural(t, 'passes', counted.pass, { of: counted.of.toLocaleString(lang) })}
        </p>
      )}
      {!waits && answer?.reason && answer.value !== true && <p className="mt-0.5 text-xs text-text-2">{told} <Ticked text={within(answer.reason)} /></p>}
    </div>
  )
}
