import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { api, take } from '../api/client'
import { useNamedFlows } from '../api/hooks'
import { useUsers } from '../api/users'
import { More } from '../history/More'
import { Problem, Skeleton } from '../ui/states'
import { useFormat } from '../words/format'
import { usePlural } from '../words/phrase'
import { type Changed, changesOf, type Deed, deedsOf, madeIn, targetOf } from './auditing'
import { useAuditWords } from './auditWords'
import { Part } from './Part'
import { useWords } from './words'

/** Audit is who changed what, with each value as it was and as it became. */
export function Audit() {
  const t = useWords()
  const { day } = useFormat()
  const audit = useInfiniteQuery({ queryKey: ['audit'], queryFn: ({ pageParam }) => take(api.GET('/audit', { params: { query: { cursor: pageParam } } })), initialPageParam: '', getNextPageParam: (page) => page.next ?? undefined })
  const rows = deedsOf(audit.data?.pages.flatMap((p) => p.items) ?? [])
  const names = useNames()
  const days = new Map<string, Deed[]>()
  for (const a of rows) days.set(day(a.at), [...(days.get(day(a.at)) ?? []), a])
  return (
    <Part title={t.audit} help={t.auditHelp}>
      {audit.error && <Problem error={audit.error} retry={() => void audit.refetch()} />}
      {audit.isPending && <Skeleton rows={6} />}
      {audit.isSuccess && rows.length === 0 && <p className="text-text-2">{t.noAudit}</p>}
      {[...days].map(([name, list]) => (
        <section key={name} className="mb-5 last:mb-0">
          <h3 className="mb-1 text-secondary font-medium text-text-2">{name}</h3>
          <ul className="divide-y divide-line border-y border-line">{list.map((a) => <Row key={a.id} entry={a} names={names} />)}</ul>
        </section>
      ))}
      <More query={audit} />
    </Part>
  )
}

type Names = { users: ReadonlyMap<string, string>; flows: ReadonlyMap<string, string> }

/** useNames gives what people call a user or a flow, by the address and the id that the audit keeps. A name that several users chose, or that is another's address, comes with its address. */
function useNames(): Names {
  const users = useUsers().data?.items ?? []
  const flows = useNamedFlows().data?.items ?? []
  const alone = (name: string) => users.filter((u) => u.name.trim().toLowerCase() === name.trim().toLowerCase() || u.email === name).length === 1
  return {
    users: new Map(users.filter((u) => u.name !== '').map((u) => [u.email, alone(u.name) ? u.name : `${u.name} (${u.email})`])),
    flows: new Map(flows.filter((f) => f.name !== '').map((f) => [f.id, f.name])),
  }
}

function Row({ entry: a, names }: { entry: Deed; names: Names }) {
  const words = useAuditWords()
  const plural = usePlural()
  const { clock, whole } = useFormat()
  const ofRuns = a.action === 'replay-runs' || a.action === 'resolve-runs'
  const changed = ofRuns ? [] : changesOf(a.before, a.after)
  const target = targetOf(a.target)
  const { href } = target
  const name = target.name || (/^(create|add|invite)-/.test(a.action) ? madeIn(a.before, a.after) : '')
  const again = ofRuns && a.after ? a.after as { runs?: number; flows?: string[] } : undefined
  const known = target.kind === 'flows' ? names.flows.get(name) : names.users.get(name)
  const deed = words[a.action as keyof typeof words] ?? a.action
  const head = (
    <>
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]"><b className="font-medium" data-tip={names.users.has(a.who) ? a.who : undefined}>{names.users.get(a.who) ?? (a.who || words.somebody)}</b> <span className="text-text-2">{deed}</span> {name && <span data-tip={known ? name : undefined}>{known ?? name}</span>}{again?.runs !== undefined && `${plural(words, 'runsOf', again.runs)} ${(again.flows ?? []).map((id) => names.flows.get(id) ?? id).join(', ')}`}{a.times > 1 && <span className="text-text-3"> ×{a.times}</span>}</span>
      {changed.length > 0 && <span className="text-secondary whitespace-nowrap text-text-3 max-sm:hidden">{plural(words, 'changes', changed.length)}</span>}
      <time dateTime={a.at} data-tip={whole(a.at)} className="text-secondary whitespace-nowrap text-text-2">{clock(a.at)}</time>
    </>
  )
  if (changed.length === 0) return <li className="flex items-baseline gap-3 py-2 pl-5.5">{head}</li>
  return (
    <li>
      <details>
        <summary className="py-2 hover:bg-sunken">
          <span className="flex min-w-0 flex-1 items-baseline gap-3">{head}</span>
        </summary>
        <div className="space-y-3 pb-4 pl-5.5">
          {changed.map((c) => <Change key={c.name} change={c} />)}
          {href && <Link href={href} className="inline-block text-secondary text-accent underline underline-offset-2">{words.openIt}</Link>}
        </div>
      </details>
    </li>
  )
}

function Change({ change: c }: { change: Changed }) {
  const words = useAuditWords()
  const box = 'min-w-0 rounded-lg px-3 py-2 text-meta break-words whitespace-pre-wrap font-mono max-h-60 overflow-auto'
  return (
    <div>
      <p className="mb-1 text-secondary font-medium break-words">{c.name}</p>
      <div className={`grid gap-2 ${c.before !== undefined && c.after !== undefined ? 'sm:grid-cols-2' : ''}`}>
        {c.before !== undefined && <div className="min-w-0"><span className="sr-only">{words.before}: </span><pre tabIndex={0} className={`${box} bg-fail-soft text-fail`}>{c.before}</pre></div>}
        {c.after !== undefined && <div className="min-w-0"><span className="sr-only">{words.after}: </span><pre tabIndex={0} className={`${box} bg-ok-soft text-ok`}>{c.after}</pre></div>}
      </div>
    </div>
  )
}
