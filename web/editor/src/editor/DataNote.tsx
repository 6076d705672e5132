import { useQuery } from '@tanstack/react-query'
import { Database, X } from 'lucide-react'
import { Link } from 'wouter'
import { api, take } from '../api/client'
import { IconButton } from '../ui/basics'
import { useTimes } from '../words'
import { fill } from '../words/phrase'
import { useWords } from './words'

/** DataNote says that previews show an event that was chosen elsewhere, until one goes back to the newest. */
export function DataNote({ event, leave }: { event: string; leave: () => void }) {
  const t = useWords()
  const times = useTimes()
  const { data } = useQuery({ queryKey: ['event', event], queryFn: () => take(api.GET('/events/{id}', { params: { path: { id: event } } })) })
  if (!data) return null
  return (
    <p className="mx-auto mb-5 flex max-w-[680px] flex-wrap items-center gap-x-3 gap-y-1 rounded-xl bg-accent-soft px-4 py-2.5 text-accent">
      <Database size={16} strokeWidth={1.75} aria-hidden className="shrink-0" />
      <span className="min-w-40 flex-1">{fill(t.dataOfEvent, { time: times(data.at) })}</span>
      {data.run && <Link href={`/runs/${data.run}`} className="font-medium underline underline-offset-2">{t.itsRun}</Link>}
      <IconButton label={t.dataNewest} size="small" onClick={leave}><X size={16} aria-hidden /></IconButton>
    </p>
  )
}
