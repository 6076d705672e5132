import { type ReactNode, Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { ChevronRight, Play, Plus } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import { useAbout } from '../api/hooks'
import { loadCode } from '../code/Code'
import { DataDock } from '../data/DataDock'
import { useMakeDesk } from '../data/desk'
import { OnDesk } from '../data/OnDesk'
import { FieldRow } from '../fields/FieldRow'
import { type Edit, type Flow, put } from '../flow'
import { Address, FirstEvent, useNews } from '../trigger/FirstEvent'
import { keyOf, OncePart } from '../trigger/OncePart'
import { PresetPart } from '../trigger/PresetPart'
import { useWords } from '../trigger/words'
import { Button } from '../ui/basics'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { soon } from '../ui/soon'
import { ownZone } from '../ui/zones'
import { useSay } from '../words'
import { ConditionPart } from './ConditionPart'
import { ConnectionPicker } from './ConnectionPicker'
import { keptRows, placeOf } from './keptRows'
import { Locked, LooksNote } from './Locked'
import { Panel } from './Panel'
import { SaveTest } from './SaveTest'
import { useProblemFocus } from './useProblemFocus'
import { useRunNow } from './useLife'
import { useWords as useEditorWords } from './words'
import { below } from './where'

const ScheduleField = soon(() => import('../trigger/ScheduleField').then((m) => m.ScheduleField))
const WebhookMore = soon(() => import('../trigger/WebhookMore').then((m) => m.WebhookMore))

type TriggerProps = { flow: Flow; view: Schemas['FlowView']; triggers: Schemas['TriggerView'][]; edit: Edit; close: () => void; field?: string; /** takes up what the connection was missing for */ connected?: () => void; event?: string }

/** TriggerPanel says what starts the flow, which events count, and shows them as they come. */
export function TriggerPanel({ flow, view, triggers, edit, close, field, connected, event }: TriggerProps) {
  const t = useWords()
  const say = useSay()
  const latest = useRef(edit)
  latest.current = edit
  const set = useCallback((part: (trigger: Flow['trigger']) => Flow['trigger']) => {
    latest.current((f) => {
      const trigger = part(f.trigger)
      return trigger === f.trigger ? f : { ...f, trigger }
    })
  }, [])
  const desk = useMakeDesk({ flow, event })
  const body = useRef<HTMLDivElement>(null)
  useProblemFocus(body, field?.replace(/^\/trigger/, ''))
  useNews(flow.id, desk.events[0]?.id)
  useEffect(() => void loadCode(), [])
  const about = useAbout()
  const kind = triggers.find((k) => k.kind === flow.trigger.kind)
  const problemsOf = (id: string) => below(view.problems, `/trigger/with/${id}`)
  const setField = (id: string, value: unknown) => set((x) => ({ ...x, with: put(x.with, id, value) }))
  const change = async (to: string) => {
    if (to !== 'schedule') return set(() => ({ kind: to }))
    const first = { cron: '0 8 * * *', timezone: about.data?.timezone || ownZone() }
    set(() => ({ kind: to, with: first }))
    const timezone = about.data ? undefined : (await about.refetch({ cancelRefetch: false })).data?.timezone
    if (timezone) set((x) => (x.with?.['cron'] === first.cron && x.with['timezone'] === first.timezone ? { ...x, with: { ...x.with, timezone } } : x)) // not over what was chosen since
  }
  const keep = (of: Schemas['EventView']) => <SaveTest flow={flow} edit={edit} event={of} />
  const form = { flow, view, kind, set, setField, problemsOf, keep, connected }
  return (
    <OnDesk desk={desk}>
      <Panel title={t.trigger} close={close} dock={<DataDock outputs={{}} />}>
        <div ref={body} className="space-y-5 pt-1">
          <LooksNote />
          <Locked>
          {view.url && flow.trigger.kind === 'webhook' && <Address url={view.url} lit={desk.events.length === 0 && view.state !== 'off'} />}
          <Field label={t.kindOf} help={kind && say(kind.summary)}><select className={inputLook} value={flow.trigger.kind} onChange={(e) => void change(e.target.value)}>{triggers.map((k) => <option key={k.kind} value={k.kind}>{say(k.title)}</option>)}</select></Field>
          {flow.trigger.kind === 'webhook' && <Webhook {...form} />}
          {flow.trigger.kind === 'schedule' && <Suspense fallback={null}><ScheduleField cron={String(flow.trigger.with?.['cron'] ?? '')} zone={String(flow.trigger.with?.['timezone'] ?? '')} set={(part) => set((x) => ({ ...x, with: { ...x.with, ...part } }))} /></Suspense>}
          {kind && flow.trigger.kind !== 'webhook' && kind.fields.filter((f) => !['cron', 'timezone'].includes(f.id)).map((f) => (
            <FieldRow key={flow.trigger.kind + f.id} field={f} value={flow.trigger.with?.[f.id]} set={(v) => setField(f.id, v)} problems={problemsOf(f.id)} siblings={flow.trigger.with} />
          ))}
          <RunNow flow={flow} view={view} />
          {flow.trigger.kind !== 'webhook' && (flow.trigger.kind !== 'schedule' || flow.trigger.where !== undefined) && <Where {...form} />}
          {flow.trigger.kind !== 'webhook' && desk.events.length > 0 && <FirstEvent flow={flow} view={view} keep={keep} />}
          {['manual', 'call'].includes(flow.trigger.kind) && desk.events.length === 0 && <FirstEvent flow={flow} view={view} keep={keep} />}
          </Locked>
        </div>
      </Panel>
    </OnDesk>
  )
}

/** RunNow starts what else waits for its time. */
function RunNow(props: Pick<FormProps, 'flow' | 'view'>) {
  const t = useEditorWords()
  const now = useRunNow(props)
  return now && <Button busy={now.busy} onClick={now.start}><Play size={16} strokeWidth={1.75} aria-hidden />{t.runNow}</Button>
}

type FormProps = {
  flow: Flow; view: Schemas['FlowView']; kind?: Schemas['TriggerView']; set: (part: (trigger: Flow['trigger']) => Flow['trigger']) => void
  setField: (id: string, value: unknown) => void; problemsOf: (id: string) => Schemas['ProblemView'][]
  keep: (event: Schemas['EventView']) => ReactNode; connected?: () => void
}

function Where({ flow, view, set }: FormProps) {
  const t = useWords()
  const [open, setOpen] = useState(() => flow.trigger.where !== undefined || keptRows(placeOf(flow.id, undefined, 'where'), '') !== undefined)
  const [first] = useState(open)
  if (!open) return <Button look="quiet" size="small" className="-ml-2.5" onClick={() => setOpen(true)}><Plus size={15} aria-hidden />{t.addWhere}</Button>
  return <ConditionPart fresh={!first} name="where" label={t.where} help={t.whereHelp} value={flow.trigger.where} set={(where) => set((x) => ({ ...x, where }))} problems={below(view.problems, '/trigger/where')} />
}

/** readsResource says that a flow reads what an event names and the provider is asked for. */
const readsResource = (flow: Flow) => JSON.stringify(flow).includes('trigger.resource')

const inPreset = ['preset', 'verify', 'auth']

function Webhook(form: FormProps) {
  const { flow, view, kind, set, setField, problemsOf, keep, connected } = form
  const t = useWords()
  const [more, setMore] = useState(false)
  const presets = useQuery({ queryKey: ['presets'], queryFn: () => take(api.GET('/presets')), staleTime: Infinity })
  const values = flow.trigger.with ?? {}
  const preset = presets.data?.items.find((p) => p.id === values['preset'])
  const named = preset && preset.id !== 'generic' ? preset : undefined
  const kinds = !named ? ['generic:webhook'] : readsResource(flow) ? named.connections : [...named.connections].reverse() // what only proves the sender is last there, and enough
  const wantsSecret = named ? named.secrets.length > 0 : values['auth'] !== undefined
  const [first] = useState(values)
  const fieldOf = (id: string) => kind?.fields.find((f) => f.id === id)
  const rest = (kind?.fields ?? []).filter((f) => !inPreset.includes(f.id))
  const once = named?.once
  const stay = useRef(new Set<string>()) // a part stays where it stands while it is written in
  if (!more) for (const f of rest) if (problemsOf(f.id).length > 0) stay.current.add(f.id)
  const filledIn = rest.filter((f) => (first[f.id] !== undefined && !(once && f.id === 'dedupe' && keyOf(first[f.id]) === once.key)) || stay.current.has(f.id))
  const hidden = rest.filter((f) => !filledIn.includes(f))
  const choose = (id: string | undefined) => set((x) => ({ kind: x.kind, ...(x.where && { where: x.where }), with: put(put(once && keyOf(values['dedupe']) === once.key ? put(x.with, 'dedupe', undefined) : x.with, 'preset', id), 'auth', undefined) }))
  const auth = fieldOf('auth')
  const verify = fieldOf('verify')
  return (
    <>
      <PresetPart presets={presets.data?.items ?? []} value={named?.id} set={choose} />
      {wantsSecret && <ConnectionPicker kinds={kinds} needs={named?.verify_optional ? undefined : named?.secrets.map((s) => s.id)} optional={named?.verify_optional ?? false} value={flow.trigger.connection} set={(connection) => set((x) => ({ ...x, connection }))} connected={connected} problem={below(view.problems, '/trigger/connection')[0]} />}
      {wantsSecret && verify && <FieldRow field={verify} value={values['verify']} set={(v) => setField('verify', v)} problems={problemsOf('verify')} />}
      {once && <OncePart once={once} dedupe={values['dedupe']} filtered={flow.trigger.where !== undefined} set={(v) => setField('dedupe', v)} />}
      <FirstEvent flow={flow} view={view} preset={named} keep={keep} />
      <Where {...form} />
      {filledIn.length > 0 && <Suspense fallback={null}><WebhookMore fields={filledIn} values={values} set={setField} problemsOf={problemsOf} preset={named} /></Suspense>}
      <Button look="quiet" size="small" className="-ml-2.5" aria-expanded={more} onClick={() => setMore(!more)}><ChevronRight size={15} aria-hidden className={`transition-transform duration-150 ${more ? 'rotate-90' : ''}`} />{more ? t.fewer : t.more}</Button>
      {more && (
        <Suspense fallback={null}>
          {!named && auth && <FieldRow field={{ ...auth, type: 'json' }} value={values['auth']} set={(v) => setField('auth', v)} problems={problemsOf('auth')} />}
          <WebhookMore fields={hidden} values={values} set={setField} problemsOf={problemsOf} preset={named} />
        </Suspense>
      )}
    </>
  )
}
