import { Suspense, useId, useState } from 'react'
import { ChevronRight, Plus } from 'lucide-react'
import type { Schemas } from '../api/client'
import { keepOffer, offerFor } from '../api/curl'
import { FieldRow } from '../fields/FieldRow'
import { fill } from '../words/phrase'
import { type Edit, type Flow, put, type Step } from '../flow'
import { Button } from '../ui/basics'
import { useSay } from '../words'
import { ConditionPart } from './ConditionPart'
import { ConnectionPicker } from './ConnectionPicker'
import { keptRows, placeOf } from './keptRows'
import { useLooks } from './Locked'
import { useWords } from './panelWords'
import type { SetStep } from './StepPanel'
import { below } from './where'
import { shown } from './shown'
import { shownAt } from './shownAt'
import { soon } from '../ui/soon'

const BranchRows = soon(() => import('./BranchRows').then((m) => m.BranchRows))
const CurlPaste = soon(() => import('./CurlPaste').then((m) => m.CurlPaste))
const OfferedConnection = soon(() => import('./OfferedConnection').then((m) => m.OfferedConnection))
const OtherProblems = soon(() => import('./OtherProblems').then((m) => m.OtherProblems))
const Signals = soon(() => import('./Signals').then((m) => m.Signals))

type SetupProps = { flow: Flow; edit: Edit; step: Step; action?: Schemas['ActionView']; problems: Schemas['ProblemView'][]; pointer: string; set: SetStep; connected?: () => void }

/** StepSetup is the form of a step, wholly as the catalogue describes it. */
export function StepSetup({ flow, edit, step, action, problems, pointer, set, connected }: SetupProps) {
  const t = useWords()
  const [when, setWhen] = useState(() => step.when !== undefined || keptRows(placeOf(flow.id, step.id, 'when'), '') !== undefined)
  const [first] = useState(when)
  const looks = useLooks()
  const hidden = problems.filter((p) => !shownAt(p.path.slice(pointer.length), action))
  const others = hidden.length > 0 && <Suspense fallback={null}><OtherProblems {...{ flow, edit, step, problems: hidden, pointer, set }} /></Suspense>
  if (!action) return <><p role="alert" className="text-fail">{fill(t.unknownAction, { kind: step.action })}</p>{others}</>
  const setField = (id: string, value: unknown) => set((s) => ({ ...s, with: posted(s, putIn(s.with, id.split('/'), value)) }))
  return (
    <>
      {others}
      {offerFor(flow.id, step.id) && <Suspense fallback={null}><OfferedConnection flow={flow} step={step} set={set} /></Suspense>}
      {action.connections.length > 0 && (
        <ConnectionPicker kinds={action.connections} host={hostIn(step.with?.['url'])} needs={step.action === 'email.send' && !step.with?.['from'] ? ['from'] : undefined} optional={action.connection_optional} value={step.connection} set={(connection) => set({ connection })} connected={connected} problem={below(problems, `${pointer}/connection`)[0]} />
      )}
      {step.action === 'http.request' && <Suspense fallback={null}><CurlPaste put={(read) => { if (read.connection) keepOffer(flow.id, step.id, read.connection); set((s) => ({ ...s, with: read.with })) }} /></Suspense>}
      <Fields fields={action.fields} step={step} problems={problems} pointer={pointer} setField={setField} />
      {action.fields.some((f) => f.id === 'signal') && !step.with?.['approve'] && !looks && <Suspense><Signals flow={flow} step={step} take={(name) => setField('signal', name)} /></Suspense>}
      {step.branches && <Suspense fallback={null}><BranchRows step={step} set={set} problems={problems} pointer={pointer} /></Suspense>}
      {when
        ? <ConditionPart fresh={!first} name="when" label={t.when} value={step.when} set={(value) => set({ when: value })} problems={below(problems, `${pointer}/when`)} />
        : step.action !== 'filter' && <Button look="quiet" size="small" className="-ml-2.5" onClick={() => setWhen(true)}><Plus size={15} aria-hidden />{t.addWhen}</Button>}
    </>
  )
}

/** posted sends what is given a body: a GET has none. */
function posted(before: Step, next: Step['with']): Step['with'] {
  const method = before.with?.['method']
  const given = ['json', 'form', 'text', 'multipart'].some((id) => next?.[id] !== undefined && before.with?.[id] === undefined)
  return before.action === 'http.request' && given && (method === undefined || method === 'GET') ? { ...next, method: 'POST' } : next
}

/** hostIn is where an address leads, if it stands there. */
const hostIn = (url: unknown) => (typeof url === 'string' ? /^https?:\/\/([^/?#{}@]+)(?:[/?#]|$)/.exec(url)?.[1] : undefined)

const isGroup = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** membersOf puts the fields of a group in its place: they are told by their way into it, and need not be filled in. */
const membersOf = (step: Step) => (f: Schemas['Description']): Schemas['Description'][] => (f.type !== 'group' || !f.fields || !(isGroup(step.with?.[f.id] ?? {})) ? [f] : f.fields.map((m) => ({
  ...m, id: `${f.id}/${m.id}`, required: false, help: m.help && { en: m.help.en.replace('step_id', step.id), 'pt-BR': m.help['pt-BR'].replace('step_id', step.id) },
})))

const valueIn = (members: unknown, way: string): unknown => way.split('/').reduce<unknown>((at, name) => (isGroup(at) ? at[name] : undefined), members)

/** putIn sets a member, or takes it away with the groups that it leaves empty. */
const putIn = (members: Record<string, unknown> | undefined, [name = '', ...rest]: string[], value: unknown): Record<string, unknown> | undefined =>
  emptied(put(members, name, rest.length === 0 ? value : putIn(isGroup(members?.[name]) ? members[name] : undefined, rest, value)))

const emptied = (members: Record<string, unknown>) => (Object.keys(members).length > 0 ? members : undefined)

type FieldsProps = { fields: Schemas['Description'][]; step: Step; problems: Schemas['ProblemView'][]; pointer: string; setField: (id: string, value: unknown) => void }

/** Fields shows what is needed and what is filled in; the rest stands behind a button. */
export function Fields({ fields: all, step, problems, pointer, setField }: FieldsProps) {
  const t = useWords()
  const looks = useLooks() // what is empty is nothing to look at
  const [more, setMore] = useState(false)
  const [first] = useState(step.with ?? {})
  const fields = all.filter((f) => shown(f, all, step.with ?? {})).flatMap(membersOf(step))
  const given = (id: string) => valueIn(first, id) !== undefined || below(problems, `${pointer}/with/${id}`).length > 0
  const groups = new Set<string>()
  const plain = fields.filter((f) => !f.advanced || given(f.id))
  const rest = fields.filter((f) => !plain.includes(f))
  const anyOf = (group: string) => fields.filter((f) => f.any_of === group)
  /** lacking says that one of several is needed, none is there and this is the first of them. */
  const lacking = (f: Schemas['Description']) => f.any_of !== undefined && anyOf(f.any_of)[0] === f && anyOf(f.any_of).every((x) => (valueIn(step.with, x.id) ?? '') === '')
  const draw = (f: Schemas['Description']) => {
    if (f.one_of) {
      if (groups.has(f.one_of)) return null
      groups.add(f.one_of)
      return <OneOf key={f.one_of} fields={fields.filter((x) => x.one_of === f.one_of)} step={step} problems={problems} pointer={pointer} setField={setField} />
    }
    return <FieldRow key={f.id} field={lacking(f) ? { ...f, required: true } : f} value={valueIn(step.with, f.id)} set={(v) => setField(f.id, v)} problems={below(problems, `${pointer}/with/${f.id}`)} siblings={step.with} connection={step.connection} />
  }
  return (
    <>
      {plain.map(draw)}
      {fields.length === 0 && !step.branches && <p className="text-text-2">{t.noFields}</p>}
      {rest.length > 0 && !looks && (
        <Button look="quiet" size="small" className="-ml-2.5" aria-expanded={more} onClick={() => setMore(!more)}>
          <ChevronRight size={15} aria-hidden className={`transition-transform duration-150 ${more ? 'rotate-90' : ''}`} />{more ? t.fewerFields : fill(t.moreFields, { n: rest.length })}
        </Button>
      )}
      {more && rest.map(draw)}
    </>
  )
}

/** shortNames leaves out the word that all names of a group begin or end with: of Corpo JSON and Corpo de texto, JSON and Texto. */
function shortNames(names: string[]): string[] {
  const words = names.map((n) => n.split(' '))
  const same = (at: number) => names.length > 1 && words.every((w) => w.length > 1 && w.at(at) === words[0]?.at(at))
  const short = words.map((w) => (same(0) ? w.slice(1) : same(-1) ? w.slice(0, -1) : w).join(' ').replace(/^d[eoa]s? /, ''))
  return short.map((n) => n.charAt(0).toUpperCase() + n.slice(1))
}

/** OneOf is a group of which one field may be filled in: a choice, and the field that was chosen. */
function OneOf({ fields, step, problems, pointer, setField }: FieldsProps) {
  const say = useSay()
  const id = useId()
  const set = fields.find((f) => valueIn(step.with, f.id) !== undefined)
  const [chosen, setChosen] = useState(set?.id ?? fields[0]?.id)
  const field = fields.find((f) => f.id === (set?.id ?? chosen)) ?? fields[0]
  if (!field) return null
  const names = shortNames(fields.map((f) => say(f.label)))
  const choose = (next: string) => {
    if (set && set.id !== next) setField(set.id, undefined)
    setChosen(next)
  }
  return (
    <div className="space-y-2">
      {fields.length > 1 && (
        <div role="radiogroup" aria-label={fields.map((f) => say(f.label)).join(', ')} className="flex flex-wrap gap-0.5 rounded-lg bg-sunken p-0.5">
          {fields.map((f, i) => (
            <label key={f.id} className={`flex-1 cursor-pointer rounded-md px-2 py-1 text-center text-secondary whitespace-nowrap has-focus-visible:outline-2 has-focus-visible:outline-accent max-[899px]:py-2 ${f === field ? 'bg-surface font-medium shadow-card' : 'text-text-2 hover:text-text'}`}>
              <input type="radio" name={id} className="sr-only" checked={f === field} onChange={() => choose(f.id)} />{names[i]}
            </label>
          ))}
        </div>
      )}
      <FieldRow key={field.id} field={field} value={valueIn(step.with, field.id)} set={(v) => setField(field.id, v)} problems={below(problems, `${pointer}/with/${field.id}`)} siblings={step.with} connection={step.connection} />
    </div>
  )
}
