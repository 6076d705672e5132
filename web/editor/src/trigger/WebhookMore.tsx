import type { Schemas } from '../api/client'
import { Choice, DurationPart } from '../editor/ErrorsTab'
import { FieldRow } from '../fields/FieldRow'
import { fill } from '../words/phrase'
import { told } from '../words/told'
import { put } from '../flow'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { useSay } from '../words'
import { marksIn } from './marks'
import { useWords } from './words'

type MoreProps = { fields: Schemas['Description'][]; values: Record<string, unknown>; set: (id: string, value: unknown) => void; problemsOf: (id: string) => Schemas['ProblemView'][]; preset?: Schemas['PresetView'] }

const own = ['dedupe', 'rate', 'respond']

/** WebhookMore are the settings that few need: the catalogue's, and three that have parts of their own. */
export function WebhookMore({ fields, values, set, problemsOf, preset }: MoreProps) {
  return (
    <>
      {fields.map((f) => (own.includes(f.id)
        ? <Own key={f.id} id={f.id} label={f.label} value={members(values[f.id])} set={(v) => set(f.id, v)} problems={problemsOf(f.id)} preset={preset} />
        : <FieldRow key={f.id} field={f} value={values[f.id]} set={(v) => set(f.id, v)} problems={problemsOf(f.id)} siblings={values} />))}
    </>
  )
}

type Members = Record<string, unknown>

const members = (value: unknown): Members => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {})

type OwnProps = { id: string; label: Schemas['Words']; value: Members; set: (value: Members | undefined) => void; problems: Schemas['ProblemView'][]; preset?: Schemas['PresetView'] }

function Own(props: OwnProps) {
  const say = useSay()
  const member = (key: string, v: unknown) => {
    const next = put(props.value, key, v)
    props.set(Object.keys(next).length > 0 ? next : undefined)
  }
  const error = props.problems.find((p) => p.severity === 'error')
  return (
    <section aria-label={say(props.label)} data-field={props.id} className="space-y-3 rounded-xl border border-line p-3">
      <h3 className="font-medium">{say(props.label)}</h3>
      {props.id === 'dedupe' && <Dedupe {...props} member={member} />}
      {props.id === 'rate' && <Rate {...props} member={member} />}
      {props.id === 'respond' && <Respond {...props} member={member} />}
      {error && <p role="alert" className="text-meta text-fail">{told(error)}</p>}
    </section>
  )
}

type PartProps = OwnProps & { member: (key: string, value: unknown) => void }

const field = (id: string, type: Schemas['Description']['type'], label: string, more: Partial<Schemas['Description']> = {}): Schemas['Description'] => ({ id, type, label: { en: label, 'pt-BR': label }, ...more })

function Dedupe({ value, member, preset }: PartProps) {
  const t = useWords()
  const say = useSay()
  const own = value['key'] === undefined ? preset?.key : undefined
  return (
    <>
      <p className="text-secondary text-text-2">{t.dedupeHelp}{own && preset && ` ${fill(t.dedupePreset, { name: say(preset.name), marks: marksIn(own).join(', ') })}`}</p>
      {own && <details className="text-meta"><summary className="w-fit text-text-2">{t.dedupeCode}</summary><code className="mt-1 block break-words text-text-2">{own}</code></details>}
      <FieldRow field={field('key', 'expression', t.dedupeKey, { example: 'trigger.body.id' })} value={value['key']} set={(v) => member('key', v)} />
      <DurationPart label={t.dedupeFor} value={value['for']} start="72h" set={(v) => member('for', v)} />
    </>
  )
}

function Rate({ value, member }: PartProps) {
  const t = useWords()
  const input = (key: string, label: string) => <Field label={label}><input className={inputLook} inputMode="decimal" value={value[key] === undefined ? '' : String(value[key])} onChange={(e) => member(key, e.target.value === '' ? undefined : Number.isNaN(Number(e.target.value)) ? e.target.value : Number(e.target.value))} /></Field>
  return (
    <>
      <div className="grid grid-cols-2 gap-3">{input('per_second', t.ratePer)}{input('burst', t.rateBurst)}</div>
      <p className="text-meta text-text-3">{t.rateHelp}</p>
    </>
  )
}

function Respond({ value, member }: PartProps) {
  const t = useWords()
  return (
    <>
      <Choice name="when" label={t.respond} value={value['when'] === 'finished' ? 'finished' : 'accepted'} options={[['accepted', t.respondAccepted], ['finished', t.respondFinished]]} set={(v) => member('when', v === 'finished' ? v : undefined)} />
      {value['when'] === 'finished' && <DurationPart label={t.respondTimeout} value={value['timeout']} start="10s" set={(v) => member('timeout', v)} />}
      <FieldRow field={field('status', 'number', t.respondStatus, { literal: true, default: 200, min: 200, max: 599 })} value={value['status']} set={(v) => member('status', v)} />
      <FieldRow field={field('headers', 'map', t.respondHeaders)} value={value['headers']} set={(v) => member('headers', v)} />
      <FieldRow field={field('body', 'json', t.respondBody)} value={value['body']} set={(v) => member('body', v)} />
    </>
  )
}
