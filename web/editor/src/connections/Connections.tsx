import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { Cable, Plus } from 'lucide-react'
import { useConnections, useFlows, useKinds, useSession } from '../api/hooks'
import type { Schemas } from '../api/client'
import { NotYours } from '../shell/NotYours'
import { Button } from '../ui/Button'
import { SearchInput } from '../ui/Input'
import { Card, Page } from '../ui/Page'
import { Empty, Problem, Skeleton } from '../ui/states'
import { plainText } from '../words/format'
import { fill } from '../words/phrase'
import { ConnectionDialog } from './ConnectionDialog'
import { ConnectionRow } from './ConnectionRow'
import { useWords } from './words'

export type Connection = Schemas['ConnectionView']
type Editing = { connection?: Connection; name?: string; kinds?: string[] }

export function Connections() {
  return useSession().data?.role === 'viewer' ? <NotYours /> : <All />
}

function All() {
  const t = useWords()
  const { data, error, refetch } = useConnections()
  const kinds = useKinds()
  const [q, setQ] = useState('')
  const [editing, setEditing] = useState<Editing | null>(null)
  const [params, setParams] = useSearchParams()
  const asked = params.get('name')
  useEffect(() => {
    if (!asked || !data) return
    const there = data.items.find((c) => c.name === asked)
    setEditing(there ? { connection: there } : { name: asked })
    setParams({}, { replace: true })
  }, [asked, data, setParams])
  const flows = useFlows('')
  const settled = data !== undefined && flows.isFetched
  const list = settled ? data.items : undefined
  const shown = list?.filter((c) => plainText(`${c.name} ${c.kind} ${c.account ?? ''} ${c.hosts.join(' ')}`).includes(plainText(q)))
  const wanted = settled ? wantedBy(flows.data?.items ?? [], data.items) : []
  const create = (name: string, of: string[]) => setEditing({ name, kinds: of })
  const fresh = <Button look="primary" onClick={() => setEditing({})}><Plus size={16} aria-hidden />{t.newConnection}</Button>
  return (
    <Page title={t.connections} wide aside={list && list.length > 0 && <>{list.length > 5 && <SearchInput label={t.findConnection} value={q} set={setQ} className="w-full sm:w-64" />}{fresh}</>}>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {!settled && !error && <Skeleton />}
      <Needed wanted={wanted.filter(([, w]) => !w.example)} create={create} />
      {list?.length === 0 && <Empty icon={<Cable aria-hidden />} title={t.noConnections} help={t.noConnectionsHelp}>{fresh}</Empty>}
      {list && list.length > 0 && shown?.length === 0 && <Empty title={t.filtered} />}
      {shown && shown.length > 0 && (
        <Card><ul className="divide-y divide-line">
          {shown.map((c) => <ConnectionRow key={c.name} connection={c} kind={kinds.data?.items.find((k) => k.kind === c.kind)} edit={() => setEditing({ connection: c })} />)}
        </ul></Card>
      )}
      <Needed quiet wanted={wanted.filter(([, w]) => w.example)} create={create} />
      {editing && kinds.data && <ConnectionDialog before={editing.connection} name={editing.name} wanted={editing.kinds} kinds={kinds.data.items} close={() => setEditing(null)} />}
    </Page>
  )
}

type Wanted = { kinds: string[]; flows: string[]; example: boolean }

/** wantedBy are the connections that flows name and that are not there, with who wants them. */
export function wantedBy(flows: Schemas['FlowItem'][], have: Connection[]): [string, Wanted][] {
  const missing = new Map<string, Wanted>()
  for (const f of flows) {
    for (const p of f.problems) {
      const name = /["“]([\w-]+)["”]/.exec(p.message)?.[1]
      if (p.code !== 'no_connection_yet' || !p.path.endsWith('/connection') || !name || have.some((c) => c.name === name)) continue
      const found = missing.get(name) ?? { kinds: [...`${p.message} ${p.hint}`.matchAll(/[\w]+:[\w*]+|\bsmtp\b|\bhttp_\w+|\boauth2\b/g)].map(([k]) => k), flows: [], example: true }
      missing.set(name, { ...found, flows: [...new Set([...found.flows, f.name || f.id])], example: found.example && f.tags.includes('example') })
    }
  }
  return [...missing].sort()
}

/** Needed says which connections are missing, and for which flows. */
function Needed({ wanted, quiet = false, create }: { wanted: [string, Wanted][]; quiet?: boolean; create: (name: string, kinds: string[]) => void }) {
  const t = useWords()
  if (wanted.length === 0) return null
  return (
    <section className={quiet ? 'mt-8' : 'mb-5 rounded-xl bg-wait-soft p-4'}>
      <h2 className={quiet ? 'text-title font-semibold' : 'font-semibold'}>{quiet ? t.neededByExamples : t.needed}</h2>
      <p className="text-text-2">{quiet ? t.neededByExamplesHelp : t.neededHelp}</p>
      <ul className="mt-3 flex flex-col gap-2">{wanted.map(([name, { kinds, flows }]) => (
        <li key={name} className="flex flex-wrap items-center gap-x-3 gap-y-1"><Button size="small" onClick={() => create(name, kinds)}><Plus size={14} aria-hidden />{fill(t.createIt, { name })}</Button><span className="min-w-0 text-secondary break-words text-text-2">{fill(t.neededFor, { flows: flows.join(', ') })}</span></li>
      ))}</ul>
    </section>
  )
}
