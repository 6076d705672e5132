import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CheckCircle2, CircleDashed, KeyRound, Pencil, PlugZap, Trash2, TriangleAlert } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { Badge } from '../ui/Badge'
import { Button } from '../ui/Button'
import { Menu } from '../ui/Menu'
import { sentence } from '../ui/states'
import { later, toast } from '../ui/Toast'
import { useSay } from '../words'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import { DeleteUsed } from './DeleteUsed'
import { Flows } from './Flows'
import { Tile } from './Tile'
import { useSignIn } from './useSignIn'
import { useWords } from './words'

type RowProps = { connection: Schemas['ConnectionView']; kind: Schemas['KindView'] | undefined; edit: () => void }

export function ConnectionRow({ connection: c, kind, edit }: RowProps) {
  const t = useWords()
  const say = useSay()
  const queries = useQueryClient()
  const title = kind ? say(kind.title) : c.kind
  const path = { params: { path: { name: c.name } } }
  const test = useMutation({
    mutationFn: () => take(api.POST('/connections/{name}/test', path)),
    onSuccess: (r) => toast([c.name, r.detail || t.testOk, r.account].filter(Boolean).join(' · '), r.works ? undefined : 'fail'),
    onError: (error) => toast(error.message, 'fail'),
    onSettled: () => queries.invalidateQueries({ queryKey: ['connections'] }),
  })
  const remove = () => {
    later(fill(t.deleted, { name: c.name }), async () => {
      await take(api.DELETE('/connections/{name}', { ...path, keepalive: true })).catch((error: Error) => toast(error.message, 'fail'))
      await queries.invalidateQueries({ queryKey: ['connections'], refetchType: 'all' })
    }, () => undefined, `connection ${c.name}`)
  }
  const [asking, ask] = useState(false)
  const signIn = useSignIn(c.name)
  return (
    <li className="row flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 max-sm:items-start">
      <Tile kind={c.kind} mark={kind?.mark} />
      <div className="min-w-0 flex-1 basis-44">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1"><button type="button" className="row-link text-left font-medium break-all hover:underline" onClick={edit}>{c.name}</button><State of={c} testable={kind?.testable !== false} /></p>
        <p className="text-secondary break-words text-text-2">{title}{c.account && ` · ${c.account}`}{c.hosts.length > 0 && ` · ${c.hosts.join(', ')}`}</p>
        {test.data && !test.data.works && !c.problem && <p className="text-secondary break-words text-fail">{sentence(test.data.detail)}</p>}
        {c.problem && <p className="text-secondary break-words text-fail">{sentence(c.problem)}</p>}
        {signIn.link && <p><a href={signIn.link} target="_blank" rel="noreferrer" className="text-accent underline underline-offset-2">{t.signIn}</a></p>}
        <UsedBy flows={c.used_by} />
      </div>
      <div className="flex flex-wrap gap-2 empty:hidden max-sm:order-last max-sm:w-full max-sm:pl-13">
        {c.sign_in && <Button size="small" look={c.signed_in ? 'plain' : 'primary'} busy={signIn.waiting} data-tip={t.signInHelp} onClick={() => void signIn.open().catch((e: Error) => toast(e.message, 'fail'))}><KeyRound size={15} aria-hidden />{c.signed_in ? t.reconnect : t.signIn}</Button>}
        {kind?.testable !== false && <Button size="small" busy={test.isPending} onClick={() => test.mutate()}><PlugZap size={15} aria-hidden />{t.test}</Button>}
        {c.state === 'broken' && !c.sign_in && <Button size="small" look="primary" onClick={edit}>{t.reconnect}</Button>}
      </div>
      <Menu size="small" label={fill(t.moreOf, { name: c.name })} items={[
        { id: 'edit', label: t.change, icon: Pencil, run: edit },
        'line',
        { id: 'delete', label: t.delete, icon: Trash2, danger: true, run: c.used_by.length > 0 ? () => ask(true) : remove },
      ]} />
      {asking && <DeleteUsed connection={c} close={() => ask(false)} />}
    </li>
  )
}

function State({ of: c, testable }: { of: Schemas['ConnectionView']; testable: boolean }) {
  const t = useWords()
  const { ago, whole } = useFormat()
  if (c.sign_in && !c.signed_in) return <Badge tone="warn"><KeyRound size={12} aria-hidden />{t.signInNeeded}</Badge>
  if (c.state === 'broken') return <Badge tone="fail"><TriangleAlert size={12} aria-hidden />{t.broken}</Badge>
  if (c.ends) return <Badge tone="warn">{fill(t.expires, { when: ago(c.ends) })}</Badge>
  if (c.problem) return <Badge tone="warn"><TriangleAlert size={12} aria-hidden />{t.notReached}</Badge>
  if (c.used && c.state !== 'ok') return <Badge tone="ok" tip={fill(t.usedAt, { when: whole(c.used) })}><CheckCircle2 size={12} aria-hidden />{fill(t.usedAt, { when: ago(c.used) })}</Badge>
  if (c.state !== 'ok' && !testable) return null
  return c.state === 'ok' ? <Badge tone="ok"><CheckCircle2 size={12} aria-hidden />{t.works}</Badge> : <Badge><CircleDashed size={12} aria-hidden />{t.untested}</Badge>
}

function UsedBy({ flows }: { flows: string[] }) {
  const t = useWords()
  const plural = usePlural()
  if (flows.length === 0) return <p className="text-secondary text-text-3">{t.unused}</p>
  return (
    <details className="text-secondary text-text-2">
      <summary className="w-fit rounded hover:text-text">{plural(t, 'usedBy', flows.length)}</summary>
      <Flows ids={flows} className="mt-1" />
    </details>
  )
}
