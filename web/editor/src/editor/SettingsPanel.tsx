import { useState } from 'react'
import { useFlows } from '../api/hooks'
import { Combo } from '../fields/Combo'
import { parseDuration, sayDuration } from '../fields/locale'
import { zoneOptions } from '../ui/zones'
import { type Flow, put } from '../flow'
import { inputLook, Labeled } from '../ui/basics'
import { fill } from '../words/phrase'
import { Select } from '../ui/Select'
import { FlowAlerts } from './FlowAlerts'
import { MaskField } from './MaskField'
import { Panel } from './Panel'
import type { DraftHook } from './useDraft'
import { useWords } from './settingsWords'

/** SettingsPanel holds what belongs to the flow as a whole. */
export function SettingsPanel({ draft, close }: { draft: DraftHook; close: () => void }) {
  const t = useWords()
  const { flow, view } = draft
  const flows = useFlows('')
  const edit = draft.draft.edit
  const [zones] = useState(zoneOptions)
  const set = (key: string, value: unknown) => edit((f) => ({ ...f, settings: put(f.settings, key, value === '' ? undefined : value) }))
  const setIn = (key: string, member: string, value: unknown) => edit((f) => {
    const next = put(f.settings?.[key] as Record<string, unknown> | undefined, member, value === '' ? undefined : value)
    return { ...f, settings: put(f.settings, key, Object.keys(next).length ? next : undefined) }
  })
  const member = (key: string, name: string) => textOf((flow.settings?.[key] as Record<string, unknown> | undefined)?.[name])
  const problem = (path: string) => view.problems.find((p) => p.path.startsWith(`/settings/${path}`))?.message
  const duration = (label: string, path: string, value: string, to: (value: string) => void, usual: string, help = t.durationHelp) => (
    <Labeled label={label} help={help} problem={problem(path)}><Line value={sayDuration(value)} set={(v) => to(v === '' ? '' : (parseDuration(v) ?? v))} placeholder={usual} /></Labeled>
  )
  return (
    <Panel title={t.flowSettings} close={close}>
      <div className="space-y-4 pt-1">
        <Labeled label={t.description}><textarea className={inputLook} rows={3} value={flow.description ?? ''} onChange={(e) => edit((f) => ({ ...f, description: e.target.value || undefined }))} /></Labeled>
        <Labeled label={t.tags} help={t.tagsHelp}><Line value={(flow.tags ?? []).join(', ')} set={(v) => edit((f) => ({ ...f, tags: tagsOf(v) }))} /></Labeled>
        <div>
          <label id="settings-zone-label" htmlFor="settings-zone" className="mb-1 block font-medium">{t.timezone}</label>
          <Combo id="settings-zone" labelledBy="settings-zone-label" options={zones} value={textOf(flow.settings?.timezone)} set={(v) => set('timezone', v)} placeholder={t.timezoneUsual} invalid={problem('timezone') !== undefined} />
          <p role={problem('timezone') ? 'alert' : undefined} className={`mt-1 text-meta ${problem('timezone') ? 'text-fail' : 'text-text-3'}`}>{problem('timezone') ?? t.timezoneHelp}</p>
        </div>
        {duration(t.runTimeout, 'timeout', textOf(flow.settings?.timeout), (v) => set('timeout', v), fill(t.usually, { value: '30 d' }))}
        <Labeled label={t.concurrency} help={t.concurrencyHelp}><Line numeric placeholder={t.noLimit} value={textOf(flow.settings?.concurrency)} set={(v) => set('concurrency', /^\d+$/.test(v) ? Number(v) : undefined)} /></Labeled>
        <div className="grid grid-cols-2 gap-3">
          {duration(t.keepRuns, 'keep/runs', member('keep', 'runs'), (v) => setIn('keep', 'runs', v), fill(t.usually, { value: '90 d' }), '')}
          {duration(t.keepBodies, 'keep/bodies', member('keep', 'bodies'), (v) => setIn('keep', 'bodies', v), fill(t.usually, { value: '30 d' }), '')}
        </div>
        <MaskField flow={flow.id} value={(flow.settings?.mask as string[] | undefined) ?? []} set={(v) => set('mask', v)} problem={problem('mask')} />
        {duration(t.silence, 'silence', member('silence', 'expect_every'), (v) => setIn('silence', 'expect_every', v), t.noAlarm, t.silenceHelp)}
        <FlowAlerts value={flow.settings?.alerts} set={(v) => set('alerts', v)} problem={problem('alerts')} />
        <div>
          <p className="mb-1 font-medium">{t.onFailureFlow}</p>
          <Select label={t.onFailureFlow} value={textOf(flow.settings?.on_failure)} set={(v) => set('on_failure', v)} options={[{ value: '', label: t.none }, ...(flows.data?.items ?? []).filter((f) => f.id !== flow.id).map((f) => ({ value: f.id, label: f.name || f.id }))]} />
        </div>
        <p className="text-secondary text-text-2">{t.flowId}: <code>{flow.id}</code></p>
      </div>
    </Panel>
  )
}

const textOf = (value: unknown) => (value === undefined || value === null ? '' : String(value))
const tagsOf = (text: string): Flow['tags'] => {
  const tags = [...new Set(text.split(',').map((s) => s.trim()).filter(Boolean))]
  return tags.length ? tags : undefined
}

/** Line keeps what is typed, and hands it on when it is left: half a duration is not sent. */
function Line({ value, set, numeric = false, placeholder, ...named }: { id?: string; 'aria-describedby'?: string; value: string; set: (value: string) => void; numeric?: boolean; placeholder?: string }) {
  const [typed, setTyped] = useState<string | null>(null)
  const done = () => {
    if (typed !== null && typed.trim() !== value) set(typed.trim())
    setTyped(null)
  }
  return <input {...named} className={inputLook} value={typed ?? value} placeholder={placeholder} spellCheck={false} inputMode={numeric ? 'numeric' : undefined} onBlur={done} onChange={(e) => setTyped(e.target.value)} onKeyDown={(e) => { if (e.key === 'Enter') done() }} />
}
