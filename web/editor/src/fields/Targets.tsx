import { useId, useState } from 'react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Cable, Mail, Send, X } from 'lucide-react'
import { api, take } from '../api/client'
import { askOptions } from '../api/expression'
import { useConnections, useSession } from '../api/hooks'
import { useUsers } from '../api/users'
import { Button, IconButton, Problem } from '../ui/basics'
import { fill } from '../words/phrase'
import { Combo } from './Combo'
import { useWords } from './targetWords'

/** carriers are the kinds of connection that carry an alert; those with an action need a place, which it lists. */
const carriers: Record<string, { action: string; field: string } | null> = {
  'slack:bot': { action: 'slack.post_message', field: 'channel' }, 'telegram:bot': { action: 'telegram.send_message', field: 'chat_id' },
  'slack:incoming': null, 'discord:incoming': null, 'teams:incoming': null,
}

type TargetsProps = { label: string; help?: string; problem?: string; value: string[]; set: (to: string[]) => void }

/** Targets are those who are told of alerts: chosen from the people and connections that there are, or typed. */
export function Targets({ label, help, problem, value, set }: TargetsProps) {
  const t = useWords()
  const id = useId()
  const [half, setHalf] = useState<string | null>(null) // a connection that still needs a channel
  const admin = useSession().data?.role === 'admin'
  const users = useUsers(admin)
  const connections = useConnections().data?.items ?? []
  const kinds = new Map(connections.map((c) => [c.name, c.kind]))
  const add = (to: string) => {
    if (to && carriers[kinds.get(to) ?? '']) return setHalf(to)
    setHalf(null)
    if (to && !value.includes(to)) set([...value, to])
  }
  const options = [
    ...(users.data?.items ?? []).map((u) => ({ value: u.email, label: u.name || u.email, hint: u.name ? u.email : undefined })),
    ...connections.filter((c) => c.kind in carriers).map((c) => ({ value: c.name, label: c.name, hint: c.kind.split(':')[0] })),
  ].filter((o) => !value.includes(o.value))
  return (
    <div>
      <p id={`${id}-label`} className="mb-1 font-medium">{label}</p>
      <ul aria-labelledby={`${id}-label`} className="mb-2 flex flex-wrap gap-1.5 empty:hidden">
        {value.map((to) => (
          <li key={to} className="inline-flex max-w-full min-w-0 items-center gap-1.5 rounded-full border border-line bg-sunken py-0.5 pr-0.5 pl-2.5">
            {to.includes('@') ? <Mail size={14} aria-hidden className="shrink-0 text-text-2" /> : <Cable size={14} aria-hidden className="shrink-0 text-text-2" />}
            <span className="min-w-0 truncate">{to}</span>
            <IconButton size="small" label={fill(t.remove, { to })} className="size-6! rounded-full" onClick={() => set(value.filter((x) => x !== to))}><X size={14} aria-hidden /></IconButton>
          </li>
        ))}
      </ul>
      {half === null
        ? <Combo id={id} labelledBy={`${id}-label`} options={options} value="" set={add} custom invalid={problem !== undefined} placeholder={t.add} none={t.typeOne} />
        : <Place connection={half} carrier={carriers[kinds.get(half) ?? ''] ?? null} pick={(place) => add(place ? `${half}#${place.replace(/^#/, '')}` : '')} close={() => setHalf(null)} />}
      {(problem ?? help) && <p role={problem ? 'alert' : undefined} className={`mt-1 text-meta ${problem ? 'text-fail' : 'text-text-3'}`}>{problem ?? help}</p>}
    </div>
  )
}

type PlaceProps = { connection: string; carrier: { action: string; field: string } | null; pick: (place: string) => void; close: () => void }

/** Place asks in which channel of a bot's connection. */
function Place({ connection, carrier, pick, close }: PlaceProps) {
  const t = useWords()
  const id = useId()
  const list = useQuery({
    queryKey: ['options', carrier?.action, carrier?.field, connection, ''], enabled: carrier !== null, staleTime: 300_000, retry: false,
    queryFn: ({ signal }) => askOptions(carrier?.action ?? '', carrier?.field ?? '', { connection, input: {} }, signal),
  })
  const options = (list.data?.items ?? []).map((o) => ({ value: o.value, label: o.label || o.value }))
  return (
    <div className="flex items-center gap-1">
      <div className="min-w-0 flex-1"><Combo id={id} label={fill(t.where, { connection })} lead={`${connection} #`} options={options} value="" set={(place) => { if (place) pick(place) }} custom placeholder={t.channel} none={list.isFetching ? t.reading : t.typeChannel} /></div>
      <IconButton label={t.giveUp} onClick={close}><X size={16} aria-hidden /></IconButton>
    </div>
  )
}

/** TryTargets sends a trial message, and says of each whether it went out. */
export function TryTargets({ to, smtp, lang }: { to: string[]; smtp?: string; lang?: 'en' | 'pt-BR' }) {
  const t = useWords()
  const trial = useMutation({ mutationFn: () => take(api.POST('/alerts/test', { body: { to, smtp, lang } })) })
  return (
    <div className="space-y-2">
      <Button busy={trial.isPending} disabled={to.length === 0} onClick={() => trial.mutate()}><Send size={15} aria-hidden />{t.trial}</Button>
      {trial.error && <Problem error={trial.error} />}
      {trial.data && <ul role="status">{trial.data.told.map((x) => <li key={x.to} className={`break-words ${x.error ? 'text-fail' : 'text-ok'}`}>{x.error ? fill(t.trialFailed, { to: x.to, why: x.error }) : fill(t.trialSent, { to: x.to })}</li>)}</ul>}
    </div>
  )
}
