import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useSearchParams } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useEvents, useLive } from '../api/hooks'
import { Filters } from '../runs/RunList'
import { Button, Card, Empty, JSONView, Loading, Page, Problem, Status } from '../ui/basics'
import { useTimes } from '../words'
import { useWords } from './words'

const statuses = ['accepted', 'filtered', 'duplicate', 'rejected', 'captured'] as const

export function EventList() {
  const t = useWords()
  const [params, setParams] = useSearchParams()
  const query = { flow: params.get('flow') ?? '', status: params.get('status') ?? '', q: params.get('q') ?? '' }
  const events = useEvents(query)
  useLive(['events'])
  const list = events.data?.pages.flatMap((p) => p.items)
  const set = (name: string, value: string) =>
    setParams((old) => {
      const next = new URLSearchParams(old)
      if (value) next.set(name, value)
      else next.delete(name)
      return next
    }, { replace: true })
  return (
    <Page title={t.events} aside={<Filters query={query} statuses={statuses} set={set} />}>
      {events.error && <Problem error={events.error} retry={() => void events.refetch()} />}
      {events.isPending && <Loading />}
      {list?.length === 0 && <Empty title={query.flow || query.status || query.q ? t.noMatch : t.noEvents} />}
      {list && list.length > 0 && <Card><ul className="divide-y divide-line">{list.map((e) => <EventRow key={e.id} event={e} open={params.get('event') === e.id} toggle={(on) => set('event', on ? e.id : '')} />)}</ul></Card>}
      {events.hasNextPage && <Button className="mx-auto mt-4 flex" onClick={() => void events.fetchNextPage()}>{t.more2}</Button>}
    </Page>
  )
}

function EventRow({ event, open, toggle }: { event: Schemas['EventView']; open: boolean; toggle: (on: boolean) => void }) {
  const times = useTimes()
  return (
    <li>
      <button type="button" aria-expanded={open} onClick={() => toggle(!open)} className="flex w-full flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-left hover:bg-sunken">
        <span className="w-32"><Status of={event.status} /></span>
        <span className="min-w-40 flex-1 truncate font-medium">{event.title || event.event || event.flow}</span>
        {event.reason && <span className="text-[13px] text-text-2">{event.reason}</span>}
        <span className="text-[13px] text-text-2">{times(event.at)}</span>
      </button>
      {open && <EventDetail id={event.id} />}
    </li>
  )
}

function EventDetail({ id }: { id: string }) {
  const t = useWords()
  const queries = useQueryClient()
  const { data, error } = useQuery({ queryKey: ['event', id], queryFn: () => take(api.GET('/events/{id}', { params: { path: { id } } })) })
  const letIn = useMutation({ mutationFn: () => take(api.POST('/events/{id}/accept', { params: { path: { id } } })), onSuccess: () => queries.invalidateQueries({ queryKey: ['events'] }) })
  if (error) return <Problem error={error} />
  if (!data) return <Loading />
  return (
    <div className="space-y-3 px-4 pb-4">
      {letIn.error && <Problem error={letIn.error} />}
      <div className="flex gap-2">
        {data.run && <Link href={`/runs/${data.run}`} className="underline">{t.run}</Link>}
        {data.status === 'rejected' && <Button onClick={() => letIn.mutate()}>{t.letIn}</Button>}
      </div>
      <JSONView value={data.trigger ?? data.raw} />
    </div>
  )
}
