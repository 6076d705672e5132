import { type FormEvent, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { api, type Schemas, take } from '../api/client'
import { useFlows, useLive } from '../api/hooks'
import { idOf } from '../flow'
import { Badge, Button, Card, CopyButton, Empty, inputLook, Labeled, Loading, Page, Problem } from '../ui/basics'
import { useWords } from './words'

export function FlowList() {
  const t = useWords()
  const [q, setQ] = useState('')
  const [making, setMaking] = useState(false)
  const { data, error, refetch } = useFlows(q)
  useLive(['flows'])
  const fresh = <Button look="primary" onClick={() => setMaking(true)}><Plus size={16} aria-hidden />{t.newFlow}</Button>
  return (
    <Page title={t.flows} aside={<><input aria-label={t.search} placeholder={t.search} className={`${inputLook} max-w-56`} value={q} onChange={(e) => setQ(e.target.value)} />{fresh}</>}>
      {making && <NewFlow close={() => setMaking(false)} />}
      {error && <Problem error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data?.items.length === 0 && !making && (q ? <Empty title={t.noMatch} /> : <Empty title={t.noFlows} help={t.noFlowsHelp}>{fresh}</Empty>)}
      {data && data.items.length > 0 && (
        <Card><ul className="divide-y divide-line">{data.items.map((flow) => <FlowRow key={flow.id} flow={flow} />)}</ul></Card>
      )}
    </Page>
  )
}

const tones = { new: 'accent', on: 'ok', paused: 'wait', off: 'none' } as const

function FlowRow({ flow }: { flow: Schemas['FlowItem'] }) {
  const t = useWords()
  const word = { new: t.stateNew, on: t.stateOn, paused: t.statePaused, off: t.stateOff }[flow.state]
  const errors = flow.problems.filter((p) => p.severity === 'error').length
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="w-20"><Badge tone={tones[flow.state]}>{word}</Badge></div>
      <div className="min-w-48 flex-1">
        <Link href={`/flows/${flow.id}`} className="font-medium hover:underline">{flow.name || flow.id}</Link>
        {flow.description && <p className="line-clamp-1 text-[13px] text-text-2">{flow.description}</p>}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        {errors > 0 && <Badge tone="fail">{t.problems}: {errors}</Badge>}
        {flow.changed && flow.published_rev > 0 && <Badge tone="warn">{t.changedDraft}</Badge>}
        {flow.tags.map((tag) => <Badge key={tag}>{tag}</Badge>)}
        {flow.url ? <CopyButton text={flow.url} /> : <span className="w-9 text-xs text-text-3">{flow.trigger}</span>}
      </div>
    </li>
  )
}

function NewFlow({ close }: { close: () => void }) {
  const t = useWords()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [name, setName] = useState('')
  const make = useMutation({
    mutationFn: () => take(api.POST('/flows', { body: { id: idOf(name), name, trigger: { kind: 'webhook' }, steps: [] } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['flows'] })
      go(`/flows/${idOf(name)}`)
    },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    make.mutate()
  }
  return (
    <Card className="mb-4 p-4">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <div className="min-w-60 flex-1"><Labeled label={t.flowName}><input className={inputLook} autoFocus required value={name} onChange={(e) => setName(e.target.value)} /></Labeled></div>
        <Button type="submit" look="primary" disabled={make.isPending}>{t.create}</Button>
        <Button look="quiet" onClick={close}>{t.cancel}</Button>
      </form>
      {make.error && <Problem error={make.error} />}
    </Card>
  )
}
