import type { Schemas } from '../api/client'
import { useConnections, useSamples } from '../api/hooks'
import { type Flow, put } from '../flow'
import { CopyButton, inputLook, JSONView, Labeled } from '../ui/basics'
import { useSay } from '../words'
import { Panel } from './Panel'
import { useWords } from './panelWords'
import { FieldInput } from './FieldInput'

type TriggerProps = { flow: Flow; view: Schemas['FlowView']; triggers: Schemas['TriggerView'][]; edit: (flow: Flow) => void; close: () => void }

export function TriggerPanel({ flow, view, triggers, edit, close }: TriggerProps) {
  const t = useWords()
  const say = useSay()
  const connections = useConnections()
  const kind = triggers.find((k) => k.kind === flow.trigger.kind)
  const set = (part: Partial<Flow['trigger']>) => edit({ ...flow, trigger: { ...flow.trigger, ...part } })
  const problem = (id: string) => view.problems.find((p) => p.path.startsWith(`/trigger/with/${id}`))?.message
  return (
    <Panel title={t.trigger} close={close}>
      <div className="space-y-4">
        <Labeled label={t.kind}>
          <select className={inputLook} value={flow.trigger.kind} onChange={(e) => edit({ ...flow, trigger: { kind: e.target.value } })}>
            {triggers.map((k) => <option key={k.kind} value={k.kind}>{say(k.title)}</option>)}
          </select>
        </Labeled>
        {kind && <p className="text-text-2">{say(kind.summary)}</p>}
        {view.url && <FirstEvent flow={flow} url={view.url} />}
        <Labeled label={t.when} help={t.whenHelp}><input className={`${inputLook} code text-xs`} spellCheck={false} value={flow.trigger.where ?? ''} onChange={(e) => set({ where: e.target.value || undefined })} /></Labeled>
        {kind && kind.connections.length > 0 && (
          <Labeled label={t.connection}>
            <select className={inputLook} value={flow.trigger.connection ?? ''} onChange={(e) => set({ connection: e.target.value || undefined })}>
              <option value="">{t.noConnection}</option>
              {flow.trigger.connection && !connections.data?.items.some((c) => c.name === flow.trigger.connection) && <option value={flow.trigger.connection}>{flow.trigger.connection}</option>}
              {connections.data?.items.filter((c) => kind.connections.includes(c.kind)).map((c) => <option key={c.name} value={c.name}>{c.name}</option>)}
            </select>
          </Labeled>
        )}
        {kind?.fields.map((f) => (
          <FieldInput key={flow.trigger.kind + f.id} field={f} value={flow.trigger.with?.[f.id]} problem={problem(f.id)} set={(value) => set({ with: put(flow.trigger.with, f.id, value) })} />
        ))}
      </div>
    </Panel>
  )
}

/** FirstEvent shows where to send events until one has come, and then the newest. */
function FirstEvent({ flow, url }: { flow: Flow; url: string }) {
  const t = useWords()
  const samples = useSamples(flow.id)
  const newest = samples.data?.items[0]
  const line = `curl -H 'Content-Type: application/json' -d '{"id": 1}' ${url}`
  return (
    <>
      <div>
        <p className="mb-1 font-medium">{t.url}</p>
        <div className="flex items-center gap-2 rounded-lg bg-sunken pl-3"><code className="min-w-0 flex-1 truncate text-xs">{url}</code><CopyButton text={url} /></div>
      </div>
      {!newest && (
        <div className="rounded-xl bg-accent-soft p-3">
          <p>{t.firstEvent}</p>
          <div className="mt-2 flex items-center gap-2 rounded-lg bg-surface pl-3"><code className="min-w-0 flex-1 truncate text-xs">{line}</code><CopyButton text={line} /></div>
        </div>
      )}
      {newest && <div><p className="mb-1 font-medium">{t.event}</p><JSONView value={newest.trigger?.['body']} /></div>}
    </>
  )
}
