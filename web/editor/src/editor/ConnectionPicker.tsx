import { Suspense, useId, useState } from 'react'
import { KeyRound, Plus, TriangleAlert } from 'lucide-react'
import type { Schemas } from '../api/client'
import { useConnections, useKinds } from '../api/hooks'
import { Combo } from '../fields/Combo'
import { fill } from '../words/phrase'
import { told } from '../words/told'
import { Button } from '../ui/basics'
import { soon } from '../ui/soon'
import { Unread } from '../ui/Unread'
import { useSay } from '../words'
import { fitsKind, offered } from './kinds'
import { PanelConnection } from './PanelConnection'
import { useWords } from './panelWords'

const ConnectionState = soon(() => import('./ConnectionState').then((m) => m.ConnectionState))

type PickerProps = { kinds: string[]; /** where it will be used */ host?: string; needs?: string[]; optional?: boolean; value: string | undefined; set: (name: string | undefined) => void; /** goes on with what a new one was made for */ connected?: () => void; problem?: Schemas['ProblemView'] }

/** ConnectionPicker chooses among the connections that fit, and makes one without leaving the panel. */
export function ConnectionPicker({ kinds, host, needs, optional = false, value, set, connected, problem }: PickerProps) {
  const t = useWords()
  const say = useSay()
  const id = useId()
  const connections = useConnections()
  const known = useKinds()
  const [making, setMaking] = useState<'new' | 'edit' | false>(false)
  const fitting = (connections.data?.items ?? []).filter((c) => fitsKind(kinds, c.kind))
  const testable = (kind: string) => known.data?.items.find((k) => k.kind === kind)?.testable !== false
  const state: Record<string, string> = { ok: t.connectionWorks, untested: t.connectionUntested, broken: t.connectionBroken }
  const kindName = (kind: string) => { const k = known.data?.items.find((x) => x.kind === kind); return k ? say(k.title) : kind }
  const options = fitting.map((c) => ({ value: c.name, label: kinds.length > 1 || kinds.some((k) => k.endsWith('*')) ? `${c.name} · ${kindName(c.kind)}` : c.name, hint: c.problem && c.state !== 'broken' ? t.connectionNoAnswer : c.used && c.state === 'untested' ? t.connectionWorks : c.state === 'untested' && !testable(c.kind) ? '' : (state[c.state] ?? c.state), words: c.kind }))
  if (optional && options.length > 0) options.unshift({ value: '-', label: t.connectionNone, hint: '', words: '' })
  const chosen = fitting.find((c) => c.name === value)
  if (value && !chosen) options.push({ value, label: connections.data ? fill(t.connectionGone, { name: value }) : value, hint: '', words: '' })
  const unread = connections.isError && !connections.data
  const shown = problem?.code === 'required' && !value ? undefined : problem // what is yet to be chosen is said by the badge
  const error = shown?.severity === 'error' ? shown : undefined
  return (
    <div data-field="connection" className="min-w-0">
      <div className="mb-1 flex min-h-5 items-baseline gap-2">
        <label id={`${id}-label`} htmlFor={`${id}-control`} className="font-medium">{t.connection}</label>
        {!optional && <span className="text-meta text-text-3">{t.required}</span>}
      </div>
      {unread && <Unread text={t.connectionsUnread} again={() => void connections.refetch()} className="mb-1.5" />}
      {options.length === 0
        ? !making && (unread || connections.isLoading) ? <div aria-busy={connections.isLoading} className="min-h-10" /> : !making && <Button data-create className="w-full" onClick={() => setMaking('new')}><Plus size={16} aria-hidden />{t.connectionNew}</Button>
        : (
          <Combo id={`${id}-control`} labelledBy={`${id}-label`} lead={<KeyRound size={16} strokeWidth={1.75} aria-hidden />} options={options} value={value ?? ''} set={(v) => set(v === '-' || v === '' ? undefined : v)} invalid={error !== undefined} placeholder={optional ? t.connectionNone : t.connectionChoose} none={t.connectionNoneYet}
            footer={<Button look="quiet" size="small" className="w-full justify-start" onClick={() => setMaking('new')}><Plus size={15} aria-hidden />{t.connectionNew}</Button>} />
        )}
      {chosen && !making && <Suspense fallback={<div className="mt-1.5 min-h-8" />}><ConnectionState key={chosen.name} connection={chosen} kind={known.data?.items.find((k) => k.kind === chosen.kind)} edit={() => setMaking('edit')} /></Suspense>}
      {shown && !making && <p role={error ? 'alert' : undefined} className={`mt-1 flex items-start gap-1.5 text-meta ${error ? 'text-fail' : 'text-warn'}`}><TriangleAlert size={14} className="mt-px shrink-0" aria-hidden /><span>{told(shown.code === 'no_connection_yet' ? { ...shown, hint: '' } : shown)}</span></p>}
      {problem?.code === 'no_connection_yet' && value && !making && <Button data-create size="small" className="mt-1.5" onClick={() => setMaking('new')}><Plus size={15} aria-hidden />{fill(t.connectionCreate, { name: value })}</Button>}
      {making && <PanelConnection key={making} host={host} kinds={offered(making === 'edit' && chosen ? [chosen.kind] : kinds, known.data?.items ?? [])} before={making === 'edit' ? chosen : undefined} needs={needs} name={problem?.code === 'no_connection_yet' ? value : undefined} close={() => setMaking(false)} made={(name) => { set(name); setMaking(false); if (connected) connected(); else setTimeout(() => document.getElementById(`${id}-control`)?.focus()) }} />}
    </div>
  )
}
