import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { Cable, Plus } from 'lucide-react'
import { useConnections, useFlows, useKinds, useSession } from '../api/hooks'
import type { Schemas } from '../api/client'
import { NotYours } from '../shell/NotYours'
import { Button } from '../ui/Button'
import { SearchInput } from '../ui/Field'
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
  const [gone, setGone] = useState<string[]>([])
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
  const list = settled ? data.items.filter((c) => !gone.includes(c.name)) : undefined
  const shown = list?.filter((c) => plainText(`${c.name} ${c.kind} ${c.account ?? ''} ${c.hosts.join(' ')}`).includes(plainText(q)))
  const fresh = <Button look="primary" onClick={() => setEditing({})}><Plus size={16} aria-hidden />{t.newConnection}</Button>
  return (
    <Page title={t.connections} wide aside={list && list.length > 0 && <>{list.length > 5 && <SearchInput label={t.findConnection} value={q} set={setQ} className="w-full sm:w-64" />}{fresh}</>}>
      {error && <Problem error={error} retry={() => void refetch()} />}
      {!settled && !error && <Skeleton />}
      {settled && <Needed have={data.items} create={(name, of) => setEditing({ name, kinds: of })} />}
      {list?.length === 0 && <Empty icon={<Cable aria-hidden />} title={t.noConnections} help={t.noConnectionsHelp}>{fresh}</Empty>}
      {list && list.length > 0 && shown?.length === 0 && <Empty title={t.filtered} />}
      {shown && shown.length > 0 && (
        <Card><ul className="divide-y divide-line">
          {shown.map((c) => <ConnectionRow key={c.name} connection={c} kind={kinds.data?.items.find((k) => k.kind === c.kind)} edit={() => setEditing({ connection: c })} vanish={(on) => setGone((old) => (on ? [...old, c.name] : old.filter((n) => n !== c.name)))} />)}
        </ul></Card>
      )}
      {editing && kinds.data && <ConnectionDialog before={editing.connection} name={editing.name} wanted={editing.kinds} kinds={kinds.data.items} close={() => setEditing(null)} />}
    </Page>
  )
}

/** Needed are the connections that flows name and that are not there. */
function Needed({ have, create }: { have: Connection[]; create: (name: string, kinds: string[]) => void }) {
  const t = useWords()
  const flows = useFlows('')
  const missing = new Map<string, string[]>()
  for (const p of flows.data?.items.flatMap((f) => f.problems) ?? []) {
    const name = /["“]([\w-]+)["”]/.exec(p.message)?.[1]
    if (!p.path.endsWith('/connection') || !name || have.some((c) => c.name === name)) continue
    missing.set(name, [...p.message.matchAll(/[\w]+:[\w*]+|\bsmtp\b|\bhttp_\w+|\boauth2\b/g)].map(([k]) => k))
  }
  if (missing.size === 0) return null
  return (
    <section className="mb-5 rounded-xl bg-wait-soft p-4">
      <h2 className="font-semibold">{t.needed}</h2>
      <p className="text-text-2">{t.neededHelp}</p>
      <p className="mt-3 flex flex-wrap gap-2">{[...missing].sort().map(([name, kinds]) => <Button key={name} size="small" onClick={() => create(name, kinds)}><Plus size={14} aria-hidden />{fill(t.createIt, { name })}</Button>)}</p>
    </section>
  )
}
