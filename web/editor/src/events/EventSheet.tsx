import type { ReactNode } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { FlaskConical, Inbox, ListChecks, LogIn, Pin, Play, Workflow } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { pinSample } from '../data/pinned'
import { useHidden } from '../data/useHidden'
import { CopyShown, VeilEye } from '../data/VeilEye'
import { documentOf } from '../flow'
import { OnlyLooks } from '../shell/OnlyLooks'
import { Ticked } from '../ui/Ticked'
import { Button, buttonLook } from '../ui/Button'
import { Sheet } from '../ui/Dialog'
import { JSONView } from '../ui/Page'
import { Loading, Problem } from '../ui/states'
import { toast } from '../ui/Toast'
import { useBytes } from '../words/bytes'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { ErasedLine } from './ErasedLine'
import { EventStatus } from './EventStatus'
import { whyOf } from './why'
import { useWords } from './words'

type Event = Schemas['EventView']

/** EventSheet is one delivery, whole. */
export function EventSheet({ id, searched, names, may, close }: { id: string; searched: string; names: ReadonlyMap<string, string>; may: boolean; close: () => void }) {
  const { whole } = useFormat()
  const { data, error } = useQuery({ queryKey: ['event', id], queryFn: () => take(api.GET('/events/{id}', { params: { path: { id } } })) })
  const told = useHidden(data, searched)
  const t = useWords()
  const kept = data !== undefined && bodyOf(data) !== undefined && bodyOf(data) !== null
  return (
    <Sheet title={told?.title || told?.event || t.name} help={data && `${names.get(data.flow) ?? data.flow} · ${whole(data.at)}`} close={close} footer={kept && may && (data.trigger || data.status === 'rejected') && <Deeds event={data} />}>
      {!may && <OnlyLooks of="events" className="mb-4" />}
      {error && <Problem error={error} />}
      {!data && !error && <Loading />}
      {told && <Whole event={told} />}
    </Sheet>
  )
}

function Whole({ event }: { event: Event }) {
  const t = useWords()
  const bytes = useBytes()
  const trigger = event.trigger ?? {}
  const body = bodyOf(event)
  const facts = [[t.name, event.event], [t.method, trigger['method']], [t.from, trigger['ip']], [t.size, bytes(event.size)], [t.id, event.id]] as const
  return (
    <div className="space-y-5 pb-4">
      <div className="rounded-xl bg-sunken p-3">
        <p className="flex items-start gap-2.5"><EventStatus event={event} /><span className="min-w-0 flex-1">{t[whyOf(event)]}</span><VeilEye className="-my-2 -mr-1.5" /></p>
        {event.reason && !event.erased && <p className="mt-2 text-secondary break-words text-text-2">{t.details}: <Ticked text={event.reason} /></p>}
        {event.note && <p className="mt-1 text-secondary break-words text-warn">{t.noteOf}: {event.note}</p>}
        <p className="mt-2.5 flex flex-wrap gap-2">
          {event.replay_of && <Link href={`/events?event=${event.replay_of}`} className={buttonLook('plain', 'small')}><Inbox size={15} aria-hidden />{t.openSource}</Link>}
          {event.run && <Link href={`/runs/${event.run}`} className={buttonLook('plain', 'small')}><ListChecks size={15} aria-hidden />{t.openRun}</Link>}
          <Link href={`/flows/${event.flow}`} className={buttonLook('plain', 'small')}><Workflow size={15} aria-hidden />{t.openFlow}</Link>
        </p>
      </div>
      <Part title={t.body} copy={body}>{body === undefined || body === null ? <p className="text-text-2">{event.erased ? <ErasedLine at={event.erased_at} /> : t.noBody}</p> : <JSONView value={body} />}</Part>
      <Pairs title={t.query} of={trigger['query']} />
      <Pairs title={t.headers} of={trigger['headers']} />
      <Part title={t.other}><dl className="text-secondary">{facts.map(([name, value]) => value !== undefined && value !== '' && <Pair key={name} name={name} value={String(value)} />)}</dl></Part>
    </div>
  )
}

const bodyOf = (event: Event): unknown => event.trigger?.['body'] ?? event.raw ?? event.raw_base64

function Part({ title, copy, children }: { title: string; copy?: unknown; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 flex min-h-8 items-center justify-between font-semibold">{title}{copy !== undefined && copy !== null && <CopyShown value={copy} />}</h3>
      {children}
    </section>
  )
}

function Pairs({ title, of }: { title: string; of: unknown }) {
  if (typeof of !== 'object' || of === null || Object.keys(of).length === 0) return null
  return <Part title={title}><dl className="text-secondary">{Object.entries(of).map(([name, value]) => <Pair key={name} name={name} value={typeof value === 'string' ? value : JSON.stringify(value)} />)}</dl></Part>
}

function Pair({ name, value }: { name: string; value: string }) {
  return <div className="grid grid-cols-[minmax(0,11rem)_minmax(0,1fr)] gap-3 border-b border-line py-1"><dt className="break-words text-text-2">{name}</dt><dd className="min-w-0 break-words"><code className="text-meta">{value}</code></dd></div>
}

/** Deeds are what may be done with an event whose body was kept. */
function Deeds({ event }: { event: Event }) {
  const t = useWords()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const { whole } = useFormat()
  const letIn = useMutation({
    mutationFn: () => take(api.POST('/events/{id}/accept', { params: { path: { id: event.id } } })),
    onSuccess: async () => {
      toast(t.letInDone)
      await queries.invalidateQueries({ queryKey: ['events'] })
      await queries.invalidateQueries({ queryKey: ['event', event.id] })
    },
    onError: (error) => toast(error.message, 'fail'),
  })
  const keep = useMutation({
    mutationFn: () => saveTest(event, fill(t.testName, { when: whole(event.at) })),
    onSuccess: (view) => {
      queries.setQueryData(['flow', event.flow], view)
      toast(t.testSaved)
    },
    onError: (error) => toast(error.message, 'fail'),
  })
  return (
    <div className={`grid w-full grid-cols-2 gap-2 ${event.trigger && event.status !== 'rejected' ? 'max-sm:*:last:col-span-2 sm:grid-cols-3' : ''}`}>
      {event.status === 'rejected' && <Button look="primary" busy={letIn.isPending} onClick={() => letIn.mutate()}><LogIn size={16} aria-hidden />{t.letIn}</Button>}
      {event.trigger && <Button busy={keep.isPending} onClick={() => keep.mutate()}><FlaskConical size={16} aria-hidden />{t.saveTest}</Button>}
      {event.trigger && <Button onClick={() => { pinSample(event.flow, event.id); toast(t.sampleKept); go(`/flows/${event.flow}`) }}><Pin size={16} aria-hidden />{t.sample}</Button>}
      {event.trigger && <Button onClick={() => go(`/flows/${event.flow}?event=${event.id}&test=`)}><Play size={16} aria-hidden />{t.runDraft}</Button>}
    </div>
  )
}

/** saveTest adds a test to the draft: this event, with the status that it had. */
async function saveTest(event: Event, name: string) {
  const path = { path: { id: event.flow } }
  const view = await take(api.GET('/flows/{id}', { params: path }))
  const flow = documentOf(view)
  const { keptEvent } = await import('../editor/savedTest')
  const status = event.status === 'filtered' ? 'filtered' : event.run ? (await take(api.GET('/runs/{id}', { params: { path: { id: event.run } } }))).status : 'succeeded'
  const test = { name, event: keptEvent(event.trigger ?? {}), expect: { status } }
  return take(api.PUT('/flows/{id}', { params: { ...path, header: { 'If-Match': String(view.draft_rev) } }, body: { ...flow, tests: [...(flow.tests ?? []), test] } }))
}
