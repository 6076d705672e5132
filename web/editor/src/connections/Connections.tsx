import { type FormEvent, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { Link } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useConnections, useKinds } from '../api/hooks'
import { Badge, Button, Card, Empty, inputLook, Labeled, Loading, Page, Problem } from '../ui/basics'
import { useSay } from '../words'
import { useWords } from './words'

type Connection = Schemas['ConnectionView']

export function Connections() {
  const t = useWords()
  const { data, error, refetch } = useConnections()
  const [editing, setEditing] = useState<Connection | 'new' | null>(null)
  const fresh = <Button look="primary" onClick={() => setEditing('new')}><Plus size={16} aria-hidden />{t.newConnection}</Button>
  return (
    <Page title={t.connections} aside={fresh}>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {editing && <ConnectionForm key={editing === 'new' ? '' : editing.name} before={editing === 'new' ? undefined : editing} close={() => setEditing(null)} />}
      {data?.items.length === 0 && !editing && <Empty title={t.noConnections} help={t.noConnectionsHelp}>{fresh}</Empty>}
      {data && data.items.length > 0 && <Card><ul className="divide-y divide-line">{data.items.map((c) => <Row key={c.name} connection={c} edit={() => setEditing(c)} />)}</ul></Card>}
    </Page>
  )
}

function Row({ connection: c, edit }: { connection: Connection; edit: () => void }) {
  const t = useWords()
  const queries = useQueryClient()
  const path = { params: { path: { name: c.name } } }
  const refresh = () => queries.invalidateQueries({ queryKey: ['connections'] })
  const test = useMutation({ mutationFn: () => take(api.POST('/connections/{name}/test', path)), onSuccess: refresh })
  const drop = useMutation({ mutationFn: () => take(api.DELETE('/connections/{name}', path)), onSuccess: refresh })
  const tone = c.state === 'ok' ? 'ok' : c.state === 'broken' ? 'fail' : 'none'
  return (
    <li className="flex flex-wrap items-center gap-3 px-4 py-3">
      <Badge tone={tone}>{c.state === 'ok' ? t.works : c.state === 'broken' ? t.broken : t.untested}</Badge>
      <div className="min-w-40 flex-1">
        <button type="button" className="font-medium hover:underline" onClick={edit}>{c.name}</button>
        <p className="text-[13px] text-text-2">{c.kind} · {c.hosts.join(', ')}</p>
        {c.used_by.length > 0 && <p className="text-[13px] text-text-2">{t.usedBy} {c.used_by.map((id, i) => <span key={id}>{i > 0 && ', '}<Link className="underline" href={`/flows/${id}`}>{id}</Link></span>)}</p>}
        {test.data && <p role="status" className="text-[13px]">{test.data.detail} {test.data.account}</p>}
      </div>
      <Button onClick={() => test.mutate()} disabled={test.isPending}>{t.test}</Button>
      <Button look="danger" onClick={() => drop.mutate()} disabled={c.used_by.length > 0}>{t.delete}</Button>
      {(test.error ?? drop.error) && <Problem error={(test.error ?? drop.error) as Error} />}
    </li>
  )
}

function ConnectionForm({ before, close }: { before?: Connection; close: () => void }) {
  const t = useWords()
  const say = useSay()
  const queries = useQueryClient()
  const kinds = useKinds()
  const [name, setName] = useState(before?.name ?? '')
  const [kindName, setKind] = useState(before?.kind ?? 'http_bearer')
  const [hosts, setHosts] = useState(before?.hosts.join(', ') ?? '')
  const [fields, setFields] = useState<Record<string, string>>({})
  const kind = kinds.data?.items.find((k) => k.kind === kindName)
  const kept = (id: string) => {
    const value = before?.kind === kindName ? before.fields[id] : undefined
    return typeof value === 'string' ? value : ''
  }
  const save = useMutation({
    mutationFn: () => {
      const all: Record<string, unknown> = {}
      for (const f of kind?.fields ?? []) {
        const value = fields[f.id] ?? (f.secret ? '' : kept(f.id))
        if (value !== '') all[f.id] = value
      }
      const body = { kind: kindName, fields: all, hosts: kind?.needs_hosts ? hosts.split(',').map((h) => h.trim()).filter(Boolean) : undefined }
      return before ? take(api.PUT('/connections/{name}', { params: { path: { name } }, body })) : take(api.POST('/connections', { body: { ...body, name } }))
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['connections'] })
      close()
    },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    save.mutate()
  }
  return (
    <Card className="mb-5 p-5">
      <form onSubmit={submit} className="grid gap-4 sm:grid-cols-2">
        <Labeled label={t.kind}>
          <select className={inputLook} value={kindName} disabled={before !== undefined} onChange={(e) => { setKind(e.target.value); setFields({}) }}>
            {kinds.data?.items.map((k) => <option key={k.kind} value={k.kind}>{say(k.title)}</option>)}
          </select>
        </Labeled>
        <Labeled label={t.connectionName}><input className={inputLook} required pattern="[a-z0-9][a-z0-9_\-]*" disabled={before !== undefined} value={name} onChange={(e) => setName(e.target.value)} /></Labeled>
        {kind?.fields.map((f) => {
          const set = before?.kind === kindName && (before.fields[f.id] as { set?: boolean } | undefined)?.set === true
          const value = fields[f.id] ?? (f.secret ? '' : kept(f.id))
          const keep = (text: string) => setFields({ ...fields, [f.id]: text })
          return (
            <Labeled key={f.id} label={say(f.label)} aside={f.required && !set ? t.required : undefined} help={set ? t.secretSet : undefined}>
              {f.options && f.options.length > 0
                ? <select className={inputLook} value={value || f.default} onChange={(e) => keep(e.target.value)}>{f.options.map((o) => <option key={o}>{o}</option>)}</select>
                : <input className={inputLook} type={f.secret ? 'password' : 'text'} autoComplete="off" required={f.required && !set} value={value} onChange={(e) => keep(e.target.value)} />}
            </Labeled>
          )
        })}
        {kind?.needs_hosts && <Labeled label={t.hosts} help={t.hostsHelp}><input className={inputLook} required value={hosts} onChange={(e) => setHosts(e.target.value)} /></Labeled>}
        <div className="flex gap-2 sm:col-span-2"><Button type="submit" look="primary" disabled={save.isPending}>{t.save}</Button><Button look="quiet" onClick={close}>{t.cancel}</Button></div>
      </form>
      {save.error && <Problem error={save.error} />}
    </Card>
  )
}
