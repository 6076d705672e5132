import { createContext, Suspense, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { Eye, TriangleAlert } from 'lucide-react'
import type { Schemas } from '../api/client'
import { loadCode } from '../code/Code'
import type { Handle } from '../code/types'
import { type Asked, useAnswer, useDesk, valueAt } from '../data/desk'
import { veiled } from '../data/hide'
import { useVeil } from '../data/veil'
import { VeilSwitch } from '../data/VeilSwitch'
import { useLooks } from '../editor/Locked'
import { soon } from '../ui/soon'
import { Unread } from '../ui/Unread'
import { useLang, useSay } from '../words'
import { Ticked } from '../ui/Ticked'
import { toldShort } from '../words/told'
import { askedOf, fault, type Field, looksLikeAddress } from './check'
import { Control } from './Control'
import { Fixes } from './Fixes'
import { Hints } from './Hints'
import { missingOf } from './missingOf'
import { TemplateField } from './TemplateField'
import { friendly, hasHole, hole, insideOf, isPath, holes, onlyHole, parts } from './template'
import { say } from './say'
import { fits, textKinds, type Way, wayOf, waysOf, WaySwitch } from './WaySwitch'
import { useWords } from './words'

const ExpressionField = soon(() => import('./ExpressionField').then((m) => m.ExpressionField))
const Amounts = soon(() => import('./Amounts').then((m) => m.Amounts))
const Measured = soon(() => import('./Measured').then((m) => m.Measured))
const Grouped = soon(() => import('./Grouped').then((m) => m.Grouped))
const Listed = soon(() => import('./Listed').then((m) => m.Listed))
const Missing = soon(() => import('./Missing').then((m) => m.Missing))

export type FieldProps = { field: Field; value: unknown; set: (value: unknown) => void; problems?: Schemas['ProblemView'][]; siblings?: Record<string, unknown>; connection?: string; shown?: boolean }

/** OfField is the field of a step that a row stands in. */
export const OfField = createContext('')

const selfTold = new Set(['expression', 'condition'])

/**
 * FieldRow is one field as the catalogue describes it: its name, the way its value is given, the
 * control, and below it what the value is with the chosen event, or what is wrong with it.
 */
export function FieldRow({ field, value, set, problems = [], siblings, connection, shown }: FieldProps) {
  const t = useWords()
  const say_ = useSay()
  const { lang } = useLang()
  const id = useId()
  const desk = useDesk()
  const handle = useRef<Handle>(null)
  const [way, setWay] = useState<Way>(() => wayOf(field, value))
  const kept = useRef<Partial<Record<Way, unknown>>>({})
  const put = useRef<unknown>(undefined)
  const [picked, setPicked] = useState(false)
  const [left, setLeft] = useState(false)
  const looks = useLooks()
  const ways = waysOf(field)
  const bare = field.type === 'expression' // an expression without braces
  const textual = typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)
  const shownWay: Way = ways.length === 0 ? 'fixed' : fits(field, way, value) ? way : wayOf(field, value)
  const coded = shownWay === 'expression' && !bare // the document has it in braces, the field shows what is in them
  const source = coded ? insideOf(value) ?? '' : textual
  const write = useCallback((next: unknown) => set(!coded ? next : typeof next === 'string' && next.trim() !== '' ? hole(onlyHole(next) ?? next) : undefined), [set, coded])
  const label = say_(field.label)
  const member = field.id.split('/')[0] ?? ''

  const choose = async (next: Way) => {
    const { turned } = await import('./turned')
    if (value !== put.current) kept.current = {} // what was written in the other ways holds until this one is changed
    kept.current[shownWay] = value
    put.current = next in kept.current ? kept.current[next] : turned(field, next, value)
    if (put.current !== value) set(put.current)
    setWay(next)
    void loadCode().then(() => setTimeout(() => handle.current?.focus()))
  }

  const insert = useCallback((path: string) => {
    if (handle.current) return handle.current.insert(coded ? path : hole(path))
    setPicked(true)
    setWay('data')
    set(hole(path))
  }, [set, coded])
  const focus = () => desk.aim(field.literal ? undefined : { id, label, insert, focus: () => handle.current?.focus() })

  const template = typeof value === 'string' && hasHole(value) && ways.length > 0 && !bare
  const joined = Array.isArray(value) ? value.filter((v) => typeof v === 'string').join(', ') : textual
  const inRows = field.type === 'list' && hasHole(joined) // told by the rows themselves
  const addressed = field.addresses === true && hasHole(joined)
  const question: Asked | undefined = coded ? { source, mode: 'expression' } : template || inRows ? { source: joined, mode: 'template' } : selfTold.has(field.type) ? askedOf(textual, field) : undefined
  const previewed = coded ? source.trim() !== '' : template
  const { answer, fresh, failed } = useAnswer(question ?? { source: '', mode: 'template' }, previewed || inRows)
  const server = problems[0]
  const pointer = server?.path.split(`/with/${field.id}`)[1] ?? ''
  const untouched = !left && !shown && server?.code === 'required' && pointer === '' // what is yet to be filled in is no fault until the field is left
  const wrong = left || shown || (server && !untouched) ? fault(field, value, t, lang) : undefined
  const error = wrong ?? (server?.severity === 'error' && !untouched ? toldShort(server) : undefined)
  const inside = server?.to !== undefined && !wrong && (selfTold.has(field.type) || (pointer !== '' && hasHole(value))) // told where it is
  const help = field.help ? say_(field.help) : undefined
  useEffect(() => { if (template && way === 'fixed') setWay(wayOf(field, value)) }, [template, way, field, value])
  const marks = useMemo(() => answer?.problems ?? [], [answer])
  const asked = template && missingOf(desk, textual) !== undefined

  if (field.type === 'notice') return <p className="rounded-lg bg-sunken p-3 text-[13px] text-text-2">{help ?? label}</p>
  return (
    <div className="group/field min-w-0 scroll-mt-14 scroll-mb-16" data-field={field.id} onBlur={(e) => { if (!e.currentTarget.contains(e.relatedTarget)) setLeft(true) }}>
      <div className="mb-1 flex min-h-5 items-baseline justify-between gap-2">
        <span className="min-w-0">
          <label id={`${id}-label`} htmlFor={`${id}-control`} onClick={() => handle.current?.focus()} className="font-medium">{label}</label>
          {field.required && <span className="ml-2 text-xs text-text-3">{t.required}</span>}
        </span>
        {ways.length > 0 && !looks && <WaySwitch label={`${t.mode}: ${label}`} name={id} ways={ways} way={shownWay} choose={(next) => void choose(next)} />}
      </div>
      {bare
        ? <Suspense fallback={<div aria-busy className="min-h-10" />}><ExpressionField ref={handle} field={field} value={value} set={set} id={id} invalid={error !== undefined} way={shownWay} choose={setWay} /></Suspense>
        : shownWay === 'fixed'
        ? <OfField value={member}><Control field={field} value={value} set={set} id={id} invalid={error !== undefined} siblings={siblings} connection={connection} focus={focus} problems={problems} /></OfField>
        : <TemplateField ref={handle} id={id} value={source} set={write} chips={!coded} mode={coded ? 'expression' : 'template'} lines={field.type === 'longtext' ? 'many' : 'one'} placeholder={coded ? undefined : hintOf(field, t.defaultIs)} invalid={error !== undefined} problems={marks} focus={focus} autoFocus={picked} text={textKinds.has(field.type) && !field.addresses} address={field.type === 'url'} />}
      <p id={`${id}-help`} className="mt-1 text-xs text-text-3 empty:hidden">{help}</p>
      {(field.type === 'phone' || (field.type === 'longtext' && (field.sms || field.max !== undefined))) && textual !== '' && <Suspense fallback={null}><Measured field={field} value={template ? answer?.value : value} seen={template} /></Suspense>}
      {addressed && !error && fresh && isNoAddress(answer) && <p className="mt-1 flex items-start gap-1.5 text-xs text-warn"><TriangleAlert size={14} className="mt-px shrink-0" aria-hidden />{t.badEmail}</p>}
      {previewed && !error && <Preview answer={answer} fresh={fresh} failed={failed} source={source} set={write} asked={asked} text={textKinds.has(field.type) && !field.addresses} />}
      {template && !error && textKinds.has(field.type) && field.type !== 'url' && parts(textual).length > 1 && <Suspense fallback={null}><Amounts value={textual} set={set} /></Suspense>}
      {error && !inside && <p data-fault role="alert" className="mt-1 flex items-start gap-1.5 text-xs text-fail"><TriangleAlert size={14} className="mt-px shrink-0" aria-hidden /><span className="min-w-0 break-words"><Ticked text={error} /></span></p>}
      {error && !wrong && !inside && server && <div data-fault><Fixes problem={server} value={value} pointer={pointer} set={set} /></div>}
      {!error && !asked && <Hints problems={problems} value={value} at={`/with/${field.id}`} set={set} asked={previewed || inRows || textual !== '' ? question : undefined} />}
      {asked && !looks && <Suspense fallback={null}><Missing field={member} value={textual} set={set} /></Suspense>}
    </div>
  )
}

/** isNoAddress says that what a field yields with the chosen event is no e-mail address; nothing is told of elsewhere. */
function isNoAddress(answer: ReturnType<typeof useAnswer>['answer']): boolean {
  if (!answer || answer.problems.some((p) => p.severity === 'error')) return false
  const all = [answer.value].flat().flatMap((v) => (typeof v === 'string' ? v.split(',') : [v]))
  return all.some((v) => v !== null && v !== undefined && v !== '' && !(typeof v === 'string' && looksLikeAddress(v)))
}

/** hintOf is what stands in an empty field. */
function hintOf(field: Field, word: string): string | undefined {
  if (field.placeholder) return field.placeholder
  if (field.default !== undefined && field.default !== null && typeof field.default !== 'object') return word.replace('{value}', String(field.default))
  return field.example && withoutCode(field.example)
}

/** withoutCode writes the holes of an example as the names that a person sees; a hole alone says nothing. */
const withoutCode = (example: string) => (/^\{\{[^{}]*\}\}$/.test(example.trim()) ? undefined : example.replace(/\{\{\s*([\w.?]+)[^{}]*\}\}/g, (_, path: string) => `[${friendly(path.split('.').at(-1) ?? path)}]`))

type PreviewProps = { answer: ReturnType<typeof useAnswer>['answer']; fresh: boolean; failed: boolean; source: string; set: (value: unknown) => void; asked?: boolean; /** a hole alone is written as text too */ text?: boolean; /** a list is wanted */ list?: boolean }

/** Preview is what a value is with the chosen event, or what is wrong with it. It keeps its line, so that nothing jumps. */
export function Preview({ answer, fresh, failed, source, set, asked = false, text = false, list = false }: PreviewProps) {
  const t = useWords()
  const { lang } = useLang()
  const desk = useDesk()
  /** none names the pieces that have no value, where there are several */
  const none = (text: string) => (parts(text).length < 2 ? '' : holes(text).filter((h) => isPath(h.text) && (valueAt(desk, h.text) ?? '') === '').map((h) => desk.labelOf(h.text)).join(', '))
  const error = answer?.problems.find((p) => p.severity === 'error')
  const queries = useQueryClient()
  const veil = useVeil()
  const shown = answer && veil.within(answer.value)
  const personal = answer && JSON.stringify(veiled(answer.value, desk.scope)) !== JSON.stringify(answer.value)
  if (!desk.ready) return <div className="mt-1 min-h-4" />
  if (failed && !answer) return <Unread text={t.previewUnread} again={() => void queries.refetchQueries({ queryKey: ['expression', desk.flow.id], type: 'active', predicate: (q) => q.state.status === 'error' })} />
  return (
    <div className={`mt-1 min-h-4 text-xs ${fresh ? '' : 'opacity-60'}`}>
      {!error && answer && (
        <p className="flex items-start gap-1.5 text-text-2" title={t.preview}>
          {veil.may && personal ? <VeilSwitch className="-my-1.5 -ml-1.5 size-6! -mr-1 shrink-0" /> : <Eye size={14} className="mt-px shrink-0 text-text-3" aria-hidden />}<span className="sr-only">{t.preview}: </span>
          <span className="line-clamp-3 min-w-0 break-words whitespace-pre-wrap" data-preview>{list && Array.isArray(shown) ? <Suspense fallback={null}><Listed list={shown} /></Suspense> : say(shown, lang, [none(source), t.emptyValue].filter(Boolean).join(': '))}</span>
        </p>
      )}
      <Doubts answer={answer} source={source} set={set} asked={asked} />
      {!list && !error && answer && /[[{]/.test(JSON.stringify(answer.value ?? [])) && <Suspense fallback={null}><Grouped value={source} whole={text} set={set} /></Suspense>}
    </div>
  )
}

/** Doubts are what the server says is wrong with an expression, the first fault or all hints, with what can be done. */
export function Doubts({ answer, source, set, asked }: Pick<PreviewProps, 'answer' | 'source' | 'set' | 'asked'>) {
  const found = (answer?.problems ?? []).filter((p) => !asked || !['optional_field', 'missing'].includes(p.code))
  const errors = found.filter((p) => p.severity === 'error')
  return (errors.length > 0 ? errors.slice(0, 1) : found).map((first) => (
    <div data-fault key={`${first.code} ${first.from} ${first.message}`} className="mt-1">
      <p className={`flex items-start gap-1.5 text-xs ${first.severity === 'error' ? 'text-fail' : 'text-warn'}`}><TriangleAlert size={14} className="mt-px shrink-0" aria-hidden /><span className="min-w-0 break-words"><Ticked text={toldShort(first)} /></span></p>
      {answer?.source === source && <Fixes problem={first} value={source} set={set} />}
    </div>
  ))
}
