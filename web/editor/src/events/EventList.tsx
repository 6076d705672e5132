import { Inbox } from 'lucide-react'
import type { Schemas } from '../api/client'
import { type DeliveryStatus, useEvents } from '../api/history'
import { useNamedFlows } from '../api/hooks'
import { useHidden } from '../data/useHidden'
import { VeilEye } from '../data/VeilEye'
import { Days } from '../history/Days'
import { Filters } from '../history/Filters'
import { More } from '../history/More'
import { Unread } from '../history/Unread'
import { useFilter } from '../history/useFilter'
import { CopyField } from '../ui/Copy'
import { Card, Page } from '../ui/Page'
import { Empty, Problem, Skeleton } from '../ui/states'
import { Ticked } from '../ui/Ticked'
import { Tight } from '../ui/Tight'
import { useBytes } from '../words/bytes'
import { useFormat } from '../words/format'
import { ErasedLine } from './ErasedLine'
import { EventExport } from './EventExport'
import { EventSheet } from './EventSheet'
import { EventStatus } from './EventStatus'
import { whyOf } from './why'
import { useWords } from './words'

const statuses = ['accepted', 'filtered', 'duplicate', 'rejected', 'captured'] as const

/** EventList is every delivery, and what became of it. */
export function EventList({ role }: { role: string }) {
  const t = useWords()
  const filter = useFilter<DeliveryStatus>()
  const events = useEvents(filter.query)
  const flows = useNamedFlows()
  const list = useHidden(events.data, filter.at('q'))?.pages.flatMap((p) => p.items) ?? []
  const names = new Map(flows.data?.items.map((f) => [f.id, f.name || f.id]))
  const open = filter.params.get('event')
  const url = flows.data?.items.find((f) => f.url && (!filter.at('flow') || f.id === filter.at('flow')))?.url
  return (
    <Page title={t.events} wide aside={<><VeilEye />{list.length > 0 && <EventExport query={filter.query} names={names} />}</>}>
      <Filters events filter={filter} statuses={statuses} busy={events.isPlaceholderData} />
      <Unread pages={events.data?.pages} />
      {events.error && <Problem error={events.error} retry={() => void events.refetch()} />}
      {(events.isPending || (list.length === 0 && events.hasNextPage)) && <Skeleton rows={8} />}
      {events.isSuccess && list.length === 0 && !events.hasNextPage && (filter.filtered && !(filter.at('flow') && filter.params.size === 1)
        ? <Empty icon={<Inbox aria-hidden />} title={t.noneHere} help={t.noneHereHelp} />
        : <Empty icon={<Inbox aria-hidden />} title={t.noEvents} help={t.noEventsHelp}>{url && <CopyField className="w-full text-left" text={`curl -H 'Content-Type: application/json' -d '{"id": 1}' ${url}`} />}</Empty>)}
      {list.length > 0 && <Card className={events.isPlaceholderData ? 'opacity-60 transition-opacity duration-120' : ''}><Days items={list} row={(e) => <EventRow key={e.id} event={e} flow={names.get(e.flow) ?? e.flow} open={() => filter.set({ event: e.id })} />} /></Card>}
      <More query={events} />
      {open && <EventSheet id={open} searched={filter.at('q')} names={names} may={role !== 'viewer'} close={() => filter.set({ event: '' })} />}
    </Page>
  )
}

function EventRow({ event, flow, open }: { event: Schemas['EventView']; flow: string; open: () => void }) {
  const t = useWords()
  const { clock, whole } = useFormat()
  const bytes = useBytes()
  const title = event.title || event.event || flow
  return (
    <li>
      <button type="button" aria-haspopup="dialog" onClick={open} className="grid w-full min-w-0 grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 gap-y-1 px-4 py-2.5 text-left transition-colors duration-120 hover:bg-sunken sm:items-center sm:grid-cols-[8.5rem_minmax(0,1fr)_auto]">
        <span className="order-2 col-start-1 sm:order-none sm:col-start-auto"><EventStatus event={event} /></span>
        <span className="min-w-0">
          <span className="flex min-w-0 items-baseline gap-x-2 max-sm:flex-col"><span className="max-w-full font-medium break-words sm:truncate"><Tight text={title} /></span>{title !== flow && <span className="max-w-full min-w-12 shrink-[4] truncate text-secondary text-text-2">{flow}</span>}</span>
          {(event.status !== 'accepted' || event.replay_of || event.erased) && <span className="line-clamp-2 text-secondary break-words text-text-2">{event.erased ? <ErasedLine at={event.erased_at} /> : event.status === 'filtered' && event.reason ? <Ticked text={event.reason} /> : t[whyOf(event)]}</span>}
        </span>
        <span className="text-right text-secondary whitespace-nowrap text-text-2"><time dateTime={event.at} data-tip={whole(event.at)} className="block">{clock(event.at)}</time><span className="block text-text-3">{bytes(event.size)}</span></span>
      </button>
    </li>
  )
}
