import { type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { Check, Copy, Pencil, Pin, Send } from 'lucide-react'
import type { Schemas } from '../api/client'
import { useDesk } from '../data/desk'
import { useVeil } from '../data/veil'
import { VeilSwitch } from '../data/VeilSwitch'
import { pinSample, usePinned } from '../data/pinned'
import { brief } from '../fields/say'
import { member, segments } from '../fields/template'
import type { Flow } from '../flow'
import { Button, CopyButton, Problem, Status } from '../ui/basics'
import { useCopied } from '../ui/Copy'
import { soon } from '../ui/soon'
import { Tight } from '../ui/Tight'
import { useSay } from '../words'
import { fill } from '../words/phrase'
import { useFormat } from '../words/format'
import { IsOff, OnlyHere } from './AddressNotes'
import { isUnsigned, offerQuery, useSample } from './useSample'
import { useWords } from './words'

const OwnSample = soon(() => import('./OwnSample').then((m) => m.OwnSample))
const StillNothing = soon(() => import('./StillNothing').then((m) => m.StillNothing))

/** Address is the trigger URL, lit until the first event came, and copied by one click. */
export function Address({ url, lit }: { url: string; lit: boolean }) {
  const t = useWords()
  const [done, copy] = useCopied()
  return (
    <div>
      <p className="mb-1 font-medium">{t.url}</p>
      <button type="button" onClick={() => copy(url)}
        className={`flex w-full min-w-0 items-center gap-2 rounded-lg py-2 pr-2 pl-3 text-left transition-colors duration-120 ${lit ? 'bg-accent-soft text-accent' : 'bg-sunken hover:text-accent'}`}>
        <span className="sr-only">{t.copyUrl}</span>
        <code className="min-w-0 flex-1 text-meta break-all">{url}</code>
        <span className="inline-flex shrink-0 items-center gap-1 text-meta font-medium" aria-live="polite">{done ? <><Check size={15} aria-hidden />{t.copied}</> : <><Copy size={15} aria-hidden />{t.copy}</>}</span>
      </button>
      <OnlyHere url={url} />
    </div>
  )
}

type FirstProps = { flow: Flow; view: Schemas['FlowView']; preset?: Schemas['PresetView']; /** what else keeps an event */ keep?: (event: Schemas['EventView']) => ReactNode }

/** FirstEvent waits for an event, offers to send one, and shows the newest when it is there. */
export function FirstEvent({ flow, view, preset, keep }: FirstProps) {
  const t = useWords()
  const format = useFormat()
  const desk = useDesk()
  const [newest] = desk.events
  const shown = desk.event ?? newest // the one that previews and tests use
  const kept = usePinned(flow.id) === shown?.id
  const veil = useVeil()
  const line = `curl -d '{"id": 1}' -H 'Content-Type: application/json' ${view.url ?? ''}`
  return (
    <section aria-live="polite" className="rounded-xl border border-line">
      {shown
        ? (
          <div className="p-3">
            <p className="flex flex-wrap items-center gap-2"><span className="font-medium">{kept ? t.keptSample : shown.id === newest?.id ? t.newest : t.chosenEvent}</span><Status event of={shown.status} /><span className="ml-auto text-meta text-text-3">{format.moment(shown.at)}</span><VeilSwitch className="-my-1" /></p>
            {shown.title && <p className="mt-1 break-words text-text-2"><Tight text={veil.within(shown.title, shown.trigger)} /></p>}
            {shown.status === 'captured' && shown.reason && <p className="mt-1 text-meta text-warn">{t.unsure}</p>}
            <Glance value={shown.trigger?.['body']} />
            {shown.trigger && veil.may && <p className="mt-1 flex flex-wrap gap-x-2"><KeepSample flow={flow.id} event={shown.id} />{keep?.(shown)}</p>}
            {kept && newest && shown.id !== newest.id && <p className="mt-1 text-meta text-text-2">{fill(t.newerCame, { when: format.moment(newest.at) })} <button type="button" className="min-h-6 font-medium text-accent hover:underline" onClick={() => pinSample(flow.id, null)}>{t.useNewest}</button></p>}
          </div>
        ) : view.state === 'off' ? <div className="p-3 pt-1"><IsOff view={view} /></div> : (
          <div className="p-3">
            <p className="flex items-center gap-2.5 font-medium"><span aria-hidden className="relative grid size-3 place-items-center"><span className="absolute size-3 animate-ping rounded-full bg-accent-soft" /><span className="size-2 rounded-full bg-accent" /></span>{t.waiting}</p>
            <p className="mt-1 text-secondary text-text-2">{t.waitingHelp}</p>
            {view.url && <Suspense fallback={null}><StillNothing flow={flow.id} /></Suspense>}
            {!preset && view.url && <div className="mt-2"><p className="text-meta text-text-3">{t.orCurl}</p><p className="mt-1 flex items-center rounded-lg bg-sunken pl-3"><code className="min-w-0 flex-1 truncate text-meta">{line}</code><CopyButton text={line} size="small" /></p></div>}
          </div>
        )}
      {view.state !== 'off' && veil.may && <SendSample flow={flow} view={view} preset={preset} strong={!newest} />}
    </section>
  )
}

/** KeepSample keeps an event as the one that the flow is edited with, whatever comes after it. */
function KeepSample({ flow, event }: { flow: string; event: string }) {
  const t = useWords()
  const kept = usePinned(flow) === event
  return <Button look="quiet" size="small" className="-ml-2.5" aria-pressed={kept} data-tip={t.keepHelp} onClick={() => pinSample(flow, kept ? null : event)}>{kept ? <Check size={15} strokeWidth={1.75} aria-hidden className="text-ok" /> : <Pin size={15} strokeWidth={1.75} aria-hidden />}{kept ? t.keptSample : t.keepSample}</Button>
}

const telling = ['name', 'full_name', 'nome', 'first_name', 'last_name', 'email', 'phone', 'telefone', 'total', 'total_price', 'amount', 'valor', 'value', 'price', 'number', 'order_number', 'code', 'status', 'event', 'type', 'topic', 'id', 'date', 'created_at']

/** weight sorts the values of an event by what they tell: who, how much and what come first, if they are filled in and near the top; what lies in lists comes late. */
function weight(path: string, value: unknown): number {
  const names = segments(path).slice(2)
  const last = names.at(-1)?.toLowerCase() ?? ''
  const exact = telling.indexOf(last)
  const within = telling.findIndex((n) => last.split(/[_-]/).includes(n))
  return names.length * 4 + (value === '' || value === null ? 60 : 0) + (names.some((n) => /^\d+$/.test(n)) ? 30 : 0) + (exact >= 0 ? exact : within >= 0 ? within + 20 : 44)
}

/** different leaves out what repeats a value: the address of delivery is mostly that of the bill. */
const different = (rows: [string, unknown][]) => rows.filter(([path, v], i) => !rows.slice(0, i).some(([before, same]) => same === v && segments(before).at(-1) === segments(path).at(-1)))

function valuesOf(value: unknown): [string, unknown][] {
  const rows: [string, unknown][] = []
  const look = (v: unknown, path: string) => {
    if (rows.length >= 200) return
    if (typeof v === 'object' && v !== null) for (const [k, m] of Object.entries(v)) look(m, Array.isArray(v) ? `${path}[${k}]` : member(path, k))
    else rows.push([path, v])
  }
  look(value, 'trigger.body')
  return rows
}

/** Glance is the values of a body that tell most, enough to know it again; all of it is a click away. */
function Glance({ value }: { value: unknown }) {
  const t = useWords()
  const { hide } = useVeil()
  const { labelOf } = useDesk()
  const [all, setAll] = useState(false)
  const rows = useMemo(() => valuesOf(value), [value])
  const first = useMemo(() => different([...rows].sort((a, b) => weight(...a) - weight(...b))).slice(0, 7), [rows])
  if (rows.length === 0) return null
  return (
    <>
      <dl tabIndex={all ? 0 : undefined} className="mt-2 grid max-h-80 grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-0.5 overflow-y-auto text-meta">{(all ? rows : first).map(([k, v]) => <div key={k} className="contents"><dt className="max-w-44 truncate text-text-3" title={k}>{labelOf(k)}</dt><dd className="truncate">{typeof v === 'string' && v !== '' ? String(hide(v, k)) : <code>{brief(hide(v, k))}</code>}</dd></div>)}</dl>
      {rows.length > first.length && <Button look="quiet" size="small" className="mt-1 -ml-2.5" aria-expanded={all} onClick={() => setAll(!all)}>{all ? t.fewerValues : fill(t.allValues, { n: rows.length })}</Button>}
    </>
  )
}

function SendSample({ flow, view, preset, strong }: FirstProps & { strong: boolean }) {
  const t = useWords()
  const say = useSay()
  const [chosen, setChosen] = useState('')
  const [asking, setAsking] = useState(false)
  const [editing, setEditing] = useState(false)
  const events = preset?.events ?? []
  const offer = useQuery({ ...offerQuery(flow.id, view.draft_rev), placeholderData: keepPreviousData }).data
  const own = !chosen && offer?.event ? offer : undefined
  const sample = own ? undefined : events.find((e) => e.id === (chosen || offer?.sample)) ?? events[0]
  const send = useSample(flow.id, view.draft_rev, chosen)
  const live = view.state === 'on'
  const unsigned = isUnsigned(flow, preset)
  return (
    <div className="border-t border-line p-3">
      <div className="flex flex-wrap items-center gap-2">
        {events.length + (offer?.event ? 1 : 0) > 1 && <select aria-label={t.sendSampleOf} className="max-w-full min-w-0 flex-auto rounded-lg border border-edge bg-surface px-2 py-1.5 text-secondary" value={sample?.id ?? ''} onChange={(e) => setChosen(e.target.value)}>{offer?.event && <option value="">{fill(t.sampleOfTest, { name: offer.test })}</option>}{events.map((e) => <option key={e.id} value={e.id}>{say(e.label)}</option>)}</select>}
        {asking
          ? <><Button look="primary" size="small" busy={send.isPending} onClick={() => { setAsking(false); send.mutate() }}>{t.sampleYes}</Button><Button look="quiet" size="small" onClick={() => setAsking(false)}>{t.cancel}</Button></>
          : <Button look={strong ? 'primary' : 'plain'} size="small" busy={send.isPending} disabled={unsigned} onClick={() => (live ? setAsking(true) : send.mutate())}><Send size={14} strokeWidth={1.75} aria-hidden />{t.sendSample}</Button>}
        {!asking && <Button look="quiet" size="small" aria-expanded={editing} onClick={() => setEditing(!editing)}><Pencil size={14} strokeWidth={1.75} aria-hidden />{t.editSample}</Button>}
        {send.data && !asking && 'status' in send.data && <Status event of={String(send.data.status)} />}
      </div>
      {unsigned && <p className="mt-1.5 text-meta text-text-2">{t.sampleUnsigned}</p>}
      {asking && <p className="mt-1.5 text-meta text-warn">{t.sampleRuns}</p>}
      {own && events.length === 0 && <p className="mt-1.5 text-meta text-text-3">{fill(t.sampleOfTest, { name: own.test })}</p>}
      {events.length === 1 && sample && !offer?.event && <p className="mt-1.5 text-meta text-text-3">{say(sample.label)}</p>}
      {send.error && <Problem error={send.error} />}
      {editing && <Suspense fallback={null}><OwnSample live={live} sample={own?.event ?? sample} close={() => setEditing(false)} /></Suspense>}
    </div>
  )
}

/** useNews makes the counts anew when an event has come. */
export function useNews(flow: string, newest: string | undefined) {
  const queries = useQueryClient()
  const before = useRef(newest)
  useEffect(() => {
    if (newest && newest !== before.current) void queries.invalidateQueries({ queryKey: ['schema', flow] })
    before.current = newest
  }, [flow, newest, queries])
}

