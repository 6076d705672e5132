import { useState } from 'react'
import { ArrowDown, ArrowUp, Ban, Copy, Trash2 } from 'lucide-react'
import type { Schemas } from '../api/client'
import { useConnections, useSamples } from '../api/hooks'
import { change, type Flow, freshID, insert, move, put, remove, type Step } from '../flow'
import { Button, IconButton, inputLook, Labeled } from '../ui/basics'
import { useSay } from '../words'
import { useWords } from './panelWords'
import { stepAt } from './Editor'
import { FieldInput } from './FieldInput'
import { Panel, Tabs } from './Panel'

type PanelProps = { flow: Flow; step: Step; actions: Schemas['ActionView'][]; problems: Schemas['ProblemView'][]; edit: (flow: Flow) => void; close: () => void }

export function StepPanel(props: PanelProps) {
  const { flow, step, actions, edit, close } = props
  const t = useWords()
  const say = useSay()
  const [tab, setTab] = useState<'setup' | 'errors' | 'notes'>('setup')
  const action = actions.find((a) => a.kind === step.action)
  const set = (part: Partial<Step>) => edit(change(flow, step.id, (s) => ({ ...s, ...part })))
  return (
    <Panel title={step.name || (action ? say(action.title) : step.action)} close={close}>
      <Tabs label={t.step} tab={tab} choose={setTab} tabs={[{ id: 'setup', label: t.setup }, { id: 'errors', label: t.errors }, { id: 'notes', label: t.notes }]}>
        <div className="space-y-4">
          {tab === 'setup' && <Setup {...props} action={action} set={set} />}
          {tab === 'errors' && <Errors step={step} set={set} />}
          {tab === 'notes' && <Notes step={step} set={set} />}
        </div>
      </Tabs>
      <StepTools flow={flow} step={step} edit={edit} set={set} close={close} />
    </Panel>
  )
}

function Setup({ flow, step, action, problems, set }: PanelProps & { action?: Schemas['ActionView']; set: (part: Partial<Step>) => void }) {
  const t = useWords()
  const [more, setMore] = useState(false)
  const connections = useConnections()
  if (!action) return <p className="text-fail">{step.action}</p>
  const plain = action.fields.filter((f) => !f.advanced || step.with?.[f.id] !== undefined)
  const rest = action.fields.filter((f) => !plain.includes(f))
  const problem = (id: string) => problems.find((p) => p.path.includes(`/with/${id}`) && stepAt(flow, p.path) === step.id)?.message
  const input = (f: Schemas['Description']) => (
    <FieldInput key={f.id} field={f} value={step.with?.[f.id]} problem={problem(f.id)} set={(value) => set({ with: put(step.with, f.id, value) })} />
  )
  return (
    <>
      {action.connections.length > 0 && (
        <Labeled label={t.connection} aside={action.connection_optional ? undefined : t.required}>
          <select className={inputLook} value={step.connection ?? ''} onChange={(e) => set({ connection: e.target.value || undefined })}>
            <option value="">{t.noConnection}</option>
            {step.connection && !connections.data?.items.some((c) => c.name === step.connection) && <option value={step.connection}>{step.connection}</option>}
            {connections.data?.items.filter((c) => action.connections.includes(c.kind)).map((c) => <option key={c.name} value={c.name}>{c.name}</option>)}
          </select>
        </Labeled>
      )}
      {plain.map(input)}
      {rest.length > 0 && <Button look="quiet" aria-expanded={more} onClick={() => setMore(!more)}>{t.more}</Button>}
      {more && rest.map(input)}
      <Labeled label={t.when} help={t.whenHelp}><input className={`${inputLook} code text-xs`} spellCheck={false} value={step.when ?? ''} onChange={(e) => set({ when: e.target.value || undefined })} /></Labeled>
      {step.action === 'branch' && step.branches?.map((branch, i) => (
        <div key={i} className="grid grid-cols-2 gap-2">
          <Labeled label={t.branch}><input className={inputLook} value={branch.name} onChange={(e) => set({ branches: step.branches?.map((b, n) => (n === i ? { ...b, name: e.target.value } : b)) })} /></Labeled>
          <Labeled label={t.when}><input className={`${inputLook} code text-xs`} placeholder={t.otherwise} value={branch.when ?? ''} onChange={(e) => set({ branches: step.branches?.map((b, n) => (n === i ? { ...b, when: e.target.value || undefined } : b)) })} /></Labeled>
        </div>
      ))}
      <Data flow={flow} />
    </>
  )
}

/** Data lists what the newest event held, to be copied into fields. */
function Data({ flow }: { flow: Flow }) {
  const t = useWords()
  const samples = useSamples(flow.id)
  const newest = samples.data?.items[0]
  const rows: [string, unknown][] = []
  const look = (value: unknown, path: string) => {
    if (rows.length > 200) return
    if (typeof value === 'object' && value !== null) for (const [key, member] of Object.entries(value)) look(member, Array.isArray(value) ? `${path}[${key}]` : /^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`)
    else rows.push([path, value])
  }
  look(newest?.trigger?.['body'], 'trigger.body')
  return (
    <section aria-label={t.data} className="overflow-hidden rounded-xl border border-line">
      <h3 className="bg-sunken px-3 py-2 text-[13px] text-text-2">{t.data}</h3>
      {rows.length === 0 && <p className="p-3 text-[13px] text-text-2">{t.noData}</p>}
      <ul className="max-h-64 overflow-y-auto">
        {rows.map(([path, value]) => (
          <li key={path} className="border-t border-line first:border-0">
            <button type="button" title={`${t.copy} {{ ${path} }}`} onClick={() => void navigator.clipboard.writeText(`{{ ${path} }}`)} className="flex w-full justify-between gap-3 px-3 py-1.5 text-left hover:bg-accent-soft">
              <span className="truncate">{path.replace('trigger.body.', '')}</span><code className="max-w-40 truncate text-xs text-text-2">{JSON.stringify(value)}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Errors({ step, set }: { step: Step; set: (part: Partial<Step>) => void }) {
  const t = useWords()
  const attempts = step.retry?.['attempts']
  return (
    <>
      <Labeled label={t.attempts}><input className={inputLook} inputMode="numeric" placeholder="8" value={attempts === undefined ? '' : String(attempts)} onChange={(e) => set({ retry: /^\d+$/.test(e.target.value) ? { ...step.retry, attempts: Number(e.target.value) } : undefined })} /></Labeled>
      <Labeled label={t.timeout}><input className={inputLook} placeholder="30s" value={step.timeout ?? ''} onChange={(e) => set({ timeout: e.target.value || undefined })} /></Labeled>
      <Labeled label={t.onError}><select className={inputLook} value={step.on_error ?? ''} onChange={(e) => set({ on_error: e.target.value || undefined })}><option value="">{t.onErrorFail}</option><option value="continue">{t.onErrorContinue}</option></select></Labeled>
      <Labeled label={t.delivery}><select className={inputLook} value={step.delivery ?? ''} onChange={(e) => set({ delivery: e.target.value || undefined })}><option value="">{t.atLeastOnce}</option><option value="at_most_once">{t.atMostOnce}</option></select></Labeled>
      <Labeled label={t.missing}>
        <select className={inputLook} value={typeof step.missing === 'string' ? step.missing : ''} onChange={(e) => set({ missing: e.target.value || undefined })}>
          <option value="">{t.missingFail}</option><option value="empty">{t.missingEmpty}</option><option value="skip">{t.missingSkip}</option>
        </select>
      </Labeled>
      {!step.catch && <Button onClick={() => set({ catch: [] })}>{t.onFailure}: {t.addStep}</Button>}
    </>
  )
}

function Notes({ step, set }: { step: Step; set: (part: Partial<Step>) => void }) {
  const t = useWords()
  return (
    <>
      <Labeled label={t.name}><input className={inputLook} value={step.name ?? ''} onChange={(e) => set({ name: e.target.value || undefined })} /></Labeled>
      <Labeled label={t.notes}><textarea className={inputLook} rows={5} value={step.note ?? ''} onChange={(e) => set({ note: e.target.value || undefined })} /></Labeled>
      <p className="text-[13px] text-text-2">{t.stepId}: <code>steps.{step.id}</code></p>
    </>
  )
}

function StepTools({ flow, step, edit, set, close }: { flow: Flow; step: Step; edit: (flow: Flow) => void; set: (part: Partial<Step>) => void; close: () => void }) {
  const t = useWords()
  const copy = () => {
    const i = flow.steps.findIndex((s) => s.id === step.id)
    edit(insert(flow, null, i < 0 ? flow.steps.length : i + 1, { ...structuredClone(step), id: freshID(flow, step.action), steps: step.steps && [], branches: step.branches?.map((b) => ({ ...b, steps: [] })), catch: undefined }))
  }
  return (
    <div className="mt-6 flex flex-wrap gap-1 border-t border-line pt-3">
      <IconButton label={t.moveUp} onClick={() => edit(move(flow, step.id, -1))}><ArrowUp size={17} aria-hidden /></IconButton>
      <IconButton label={t.moveDown} onClick={() => edit(move(flow, step.id, 1))}><ArrowDown size={17} aria-hidden /></IconButton>
      <IconButton label={t.duplicate} onClick={copy}><Copy size={17} aria-hidden /></IconButton>
      <IconButton label={step.disabled ? t.enable : t.disable} onClick={() => set({ disabled: step.disabled ? undefined : true })}><Ban size={17} aria-hidden /></IconButton>
      <Button look="danger" className="ml-auto" onClick={() => { edit(remove(flow, step.id)); close() }}><Trash2 size={16} aria-hidden />{t.remove}</Button>
    </div>
  )
}
