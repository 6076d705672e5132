import { useState } from 'react'
import { CircleHelp, Inbox, Send, TriangleAlert } from 'lucide-react'
import { Link } from 'wouter'
import type { Schemas } from '../api/client'
import { More } from '../history/More'
import { Outgoing } from '../ui/Outgoing'
import { standOf, Status } from '../ui/Status'
import { Tight } from '../ui/Tight'
import { useFormat } from '../words/format'
import { useWords } from './words'

type Moment = Schemas['Moment']
type Effect = Schemas['EffectView']

const step = 50 // drawn at once; more as they come into sight

/** TimeLine is what was received about a person and done for them, a day at a time. */
export function TimeLine({ moments }: { moments: Moment[] }) {
  const t = useWords()
  const { day } = useFormat()
  const [most, setMost] = useState(step)
  const days = new Map<string, Moment[]>()
  for (const m of moments.slice(0, most)) days.set(day(m.at), [...(days.get(day(m.at)) ?? []), m])
  return (
    <div aria-label={t.timeLine} role="group" className="space-y-6">
      {[...days].map(([name, list]) => (
        <section key={name}>
          <h3 className="mb-3 text-secondary font-medium text-text-2">{name}</h3>
          <ol className="space-y-4">{list.map((m, i) => <One key={m.run?.id ?? m.event?.id ?? i} moment={m} />)}</ol>
        </section>
      ))}
      <More query={{ hasNextPage: most < moments.length, isFetchingNextPage: false, isError: false, fetchNextPage: () => setMost((n) => n + step) }} />
    </div>
  )
}

/** One is an event, with what came of it hanging from it. */
function One({ moment: m }: { moment: Moment }) {
  const t = useWords()
  const { clock, whole } = useFormat()
  const title = m.run?.title || m.event?.title || m.flow_name || m.flow
  const href = m.run ? `/runs/${m.run.id}` : m.event ? `/events?event=${m.event.id}` : undefined
  return (
    <li className="rounded-xl border border-line bg-surface px-4 py-3 shadow-card">
      <div className="row flex items-start gap-3">
        <span className="grid size-8 shrink-0 place-items-center rounded-lg bg-accent-soft text-accent"><Inbox size={16} strokeWidth={1.75} aria-hidden /></span>
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">{href ? <Link href={href} className="row-link font-medium break-words hover:underline"><Tight text={title} /></Link> : <span className="font-medium"><Tight text={title} /></span>}{m.run ? <Status of={standOf(m.run)} /> : m.event && <Status event of={m.event.status} />}</p>
          <p className="text-secondary text-text-2">{[m.event ? t.came : t.again, title !== m.flow_name && m.flow_name].filter(Boolean).join(' · ')}</p>
        </div>
        <time dateTime={m.at} data-tip={whole(m.at)} className="shrink-0 text-secondary text-text-2">{clock(m.at)}</time>
      </div>
      <ol className="mt-2 ml-4 border-l-2 border-accent pl-5 empty:hidden">{m.effects.map((e, i) => <Done key={`${e.path} ${i}`} effect={e} run={m.run?.id} />)}</ol>
      {m.effects.length === 0 && <p className="mt-1 ml-11 text-secondary text-text-3">{t.nothingDone}</p>}
    </li>
  )
}

function Done({ effect: e, run }: { effect: Effect; run?: string }) {
  const t = useWords()
  const { clock } = useFormat()
  const [Icon, tone] = e.status === 'failed' ? [TriangleAlert, 'text-fail'] : e.status === 'unknown' ? [CircleHelp, 'text-warn'] : [Send, 'text-ok']
  return (
    <li>
      <details>
        <summary className="min-h-9 py-2">
          <Icon size={14} aria-hidden className={`mt-[3px] shrink-0 ${tone}`} />
          <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 gap-y-0.5">
            <span className="font-medium break-words">{e.name || e.path}</span>
            <span className="min-w-0 break-all text-secondary text-text-2">{toWhom(e.request)}</span>
            {e.status !== 'succeeded' && <Status of={e.status} />}
          </span>
          {e.at && <time dateTime={e.at} className="shrink-0 text-secondary text-text-3">{clock(e.at)}</time>}
        </summary>
        <div className="pt-1 pb-3">
          {e.request !== undefined && <Outgoing value={e.request} />}
          {run && <Link href={`/runs/${run}?step=${encodeURIComponent(e.path)}`} className="mt-2 inline-block text-secondary text-accent underline underline-offset-2">{t.openRun}</Link>}
        </div>
      </details>
    </li>
  )
}

/** toWhom says in a few words where an effect went. */
function toWhom(request: unknown): string {
  if (typeof request !== 'object' || request === null) return ''
  const r = request as Record<string, unknown>
  const to = r['to'] ?? r['phone'] ?? r['email'] ?? r['channel']
  if (typeof to === 'string') return to
  if (Array.isArray(to)) return to.join(', ')
  return typeof r['url'] === 'string' ? `${typeof r['method'] === 'string' ? r['method'] : 'GET'} ${r['url']}` : ''
}
