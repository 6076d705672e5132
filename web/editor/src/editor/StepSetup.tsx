import { Suspense, useState } from 'react'
import { ChevronRight, Plus } from 'lucide-react'
import type { Schemas } from '../api/client'
import { keepOffer, offerFor } from '../api/curl'
import { FieldRow } from '../fields/FieldRow'
import { fill } from '../words/phrase'
import { type Edit, type Flow, put, type Step } from '../flow'
import { Button } from '../ui/basics'
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
const OneOf = soon(() => import('./OneOf').then((m) => m.OneOf))
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

export const valueIn = (members: unknown, way: string): unknown => way.split('/').reduce<unknown>((at, name) => (isGroup(at) ? at[name] : undefined), members)

/** putIn sets a member, or takes it away with the groups that it leaves empty. */
const putIn = (members: Record<string, unknown> | undefined, [name = '', ...rest]: string[], value: unknown): Record<string, unknown> | undefined =>
  emptied(put(members, name, rest.length === 0 ? value : putIn(isGroup(members?.[name]) ? members[name] : undefined, rest, value)))

const emptied = (members: Record<string, unknown>) => (Object.keys(members).length > 0 ? members : undefined)

export type FieldsProps = { fields: Schemas['Description'][]; step: Step; problems: Schemas['ProblemView'][]; pointer: string; setField: (id: string, value: unknown) => void }

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
      return <Suspense key={f.one_of} fallback={<div aria-busy className="min-h-28" />}><OneOf fields={fields.filter((x) => x.one_of === f.one_of)} step={step} problems={problems} pointer={pointer} setField={setField} /></Suspense>
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
