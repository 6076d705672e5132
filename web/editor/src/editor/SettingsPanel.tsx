import { useState } from 'react'
import { useFlows } from '../api/hooks'
import { type Flow, put } from '../flow'
import { inputLook, Labeled } from '../ui/basics'
import { Panel } from './Panel'
import type { DraftHook } from './useDraft'
import { useWords } from './words'

/** SettingsPanel holds what belongs to the flow as a whole. */
export function SettingsPanel({ draft, close }: { draft: DraftHook; close: () => void }) {
  const t = useWords()
  const { flow, view } = draft
  const flows = useFlows('')
  const edit = draft.draft.edit
  const set = (key: string, value: unknown) => edit((f) => ({ ...f, settings: put(f.settings, key, value === '' ? undefined : value) }))
  const setIn = (key: string, member: string, value: unknown) => edit((f) => {
    const next = put(f.settings?.[key] as Record<string, unknown> | undefined, member, value === '' ? undefined : value)
    return { ...f, settings: put(f.settings, key, Object.keys(next).length ? next : undefined) }
  })
  const member = (key: string, name: string) => textOf((flow.settings?.[key] as Record<string, unknown> | undefined)?.[name])
  const problem = (path: string) => view.problems.find((p) => p.path.startsWith(`/settings/${path}`))?.message
  const duration = (label: string, path: string, value: string, to: (value: string) => void, help = t.durationHelp) => <Labeled label={label} help={problem(path) ?? help}><Line value={value} set={to} /></Labeled>
  return (
    <Panel title={t.flowSettings} close={close}>
      <div className="space-y-4 pt-1">
        <Labeled label={t.description}><textarea className={inputLook} rows={3} value={flow.description ?? ''} onChange={(e) => edit((f) => ({ ...f, description: e.target.value || undefined }))} /></Labeled>
        <Labeled label={t.tags} help={t.tagsHelp}><Line value={(flow.tags ?? []).join(', ')} set={(v) => edit((f) => ({ ...f, tags: tagsOf(v) }))} /></Labeled>
        <Labeled label={t.timezone} help={problem('timezone') ?? t.timezoneHelp}><Line list={Intl.supportedValuesOf('timeZone')} value={textOf(flow.settings?.timezone)} set={(v) => set('timezone', v)} /></Labeled>
        {duration(t.runTimeout, 'timeout', textOf(flow.settings?.timeout), (v) => set('timeout', v))}
        <Labeled label={t.concurrency} help={t.concurrencyHelp}><Line numeric value={textOf(flow.settings?.concurrency)} set={(v) => set('concurrency', /^\d+$/.test(v) ? Number(v) : undefined)} /></Labeled>
        <div className="grid grid-cols-2 gap-3">
          {duration(t.keepRuns, 'keep/runs', member('keep', 'runs'), (v) => setIn('keep', 'runs', v))}
          {duration(t.keepBodies, 'keep/bodies', member('keep', 'bodies'), (v) => setIn('keep', 'bodies', v))}
        </div>
        <Labeled label={t.mask} help={t.maskHelp}><Line long value={((flow.settings?.mask as string[] | undefined) ?? []).join('\n')} set={(v) => set('mask', linesOf(v))} /></Labeled>
        {duration(t.silence, 'silence', member('silence', 'expect_every'), (v) => setIn('silence', 'expect_every', v), t.silenceHelp)}
        <Labeled label={t.alerts} help={problem('alerts') ?? t.alertsHelp}><Line value={textOf(flow.settings?.alerts)} set={(v) => set('alerts', v)} /></Labeled>
        <Labeled label={t.onFailureFlow}>
          <select className={inputLook} value={textOf(flow.settings?.on_failure)} onChange={(e) => set('on_failure', e.target.value)}>
            <option value="">{t.none}</option>
            {flows.data?.items.filter((f) => f.id !== flow.id).map((f) => <option key={f.id} value={f.id}>{f.name}</option>)}
          </select>
        </Labeled>
        <p className="text-secondary text-text-2">{t.flowId}: <code>{flow.id}</code></p>
      </div>
    </Panel>
  )
}

const textOf = (value: unknown) => (value === undefined || value === null ? '' : String(value))
const linesOf = (text: string) => {
  const lines = text.split('\n').map((l) => l.trim()).filter(Boolean)
  return lines.length ? lines : undefined
}
const tagsOf = (text: string): Flow['tags'] => {
  const tags = [...new Set(text.split(',').map((s) => s.trim()).filter(Boolean))]
  return tags.length ? tags : undefined
}

/** Line keeps what is typed, and hands it on when it is left: half a duration is not sent. */
function Line({ value, set, long = false, numeric = false, list }: { value: string; set: (value: string) => void; long?: boolean; numeric?: boolean; list?: string[] }) {
  const [typed, setTyped] = useState<string | null>(null)
  const done = () => {
    if (typed !== null && typed.trim() !== value) set(typed.trim())
    setTyped(null)
  }
  const shared = { className: inputLook, value: typed ?? value, spellCheck: false, onBlur: done, onChange: (e: { target: { value: string } }) => setTyped(e.target.value) }
  if (long) return <textarea rows={3} {...shared} className={`${inputLook} code text-meta`} />
  return (
    <>
      <input {...shared} list={list && 'line-list'} inputMode={numeric ? 'numeric' : undefined} onKeyDown={(e) => { if (e.key === 'Enter') done() }} />
      {list && <datalist id="line-list">{list.map((o) => <option key={o} value={o} />)}</datalist>}
    </>
  )
}
