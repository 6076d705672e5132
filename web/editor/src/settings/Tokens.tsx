import { type FormEvent, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import { whole } from '../api/whole'
import { Button } from '../ui/Button'
import { CopyField } from '../ui/Copy'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { Problem, Skeleton } from '../ui/states'
import { Select } from '../ui/Select'
import { toast } from '../ui/Toast'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { AskFirst } from './AskFirst'
import { Part } from './Part'
import { type Role, RoleChoice } from './RoleChoice'
import { useWords } from './words'

export function Tokens() {
  const t = useWords()
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: () => whole((query) => take(api.GET('/tokens', { params: { query } }))) })
  const shown = tokens.data?.items
  return (
    <>
      <Part title={t.tokens} help={t.tokenHelp}>
        {tokens.error && <Problem error={tokens.error} />}
        {!shown && !tokens.error && <Skeleton rows={2} />}
        {shown?.length === 0 && <p className="text-text-2">{t.noTokens}</p>}
        <ul className="divide-y divide-line">{shown?.map((k) => <Row key={k.id} token={k} />)}</ul>
      </Part>
      {!tokens.isPending && <Part title={t.addToken}><Add tokens={shown} /></Part>}
    </>
  )
}

function Row({ token: k }: { token: Schemas['TokenView'] }) {
  const t = useWords()
  const { ago, day } = useFormat()
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const revoke = async () => {
    await take(api.DELETE('/tokens/{id}', { params: { path: { id: k.id } } }))
    toast(fill(t.revoked, { name: k.name }))
    await queries.invalidateQueries({ queryKey: ['tokens'] })
  }
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2.5">
      <div className="min-w-40 flex-1"><p className="font-medium break-words">{k.name}</p><p className="text-secondary text-text-2">{t[k.role]} · {k.last_used ? fill(t.lastUsed, { when: ago(k.last_used) }) : t.notUsed}{k.expires && ` · ${fill(t.endsOn, { when: day(k.expires) })}`}</p></div>
      <Button size="small" look="danger" onClick={() => setAsking(true)}>{t.revoke}</Button>
      {asking && <AskFirst title={fill(t.revokeAsk, { name: k.name })} help={t.revokeHelp} deed={t.revoke} act={revoke} close={() => setAsking(false)} />}
    </li>
  )
}

/** Add makes a token and shows its secret once, as long as it is in force. */
function Add({ tokens }: { tokens?: Schemas['TokenView'][] }) {
  const t = useWords()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('editor')
  const [days, setDays] = useState('90')
  const add = useMutation({
    mutationFn: () => take(api.POST('/tokens', { body: { name, role, ...(days && { expires: new Date(Date.now() + Number(days) * 86_400_000).toISOString() }) } })),
    onSuccess: () => { setName(''); return queries.invalidateQueries({ queryKey: ['tokens'] }) },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    add.mutate()
  }
  return (
    <form onSubmit={submit} className="grid items-end gap-4 sm:grid-cols-3">
      <Field label={t.tokenName}><input className={inputLook} required value={name} onChange={(e) => setName(e.target.value)} /></Field>
      <div><p className="mb-1 font-medium">{t.role}</p><RoleChoice role={role} set={setRole} /></div>
      <div><p className="mb-1 font-medium">{t.expires}</p><Select label={t.expires} value={days} set={setDays} options={[...['30', '90', '365'].map((n) => ({ value: n, label: fill(t.days, { n }) })), { value: '', label: t.never }]} /></div>
      {add.error && <div className="sm:col-span-3"><Problem error={add.error} /></div>}
      <div><Button type="submit" look="primary" busy={add.isPending}>{t.addToken}</Button></div>
      {add.data && tokens?.some((k) => k.id === add.data.id) && <div role="status" className="rounded-xl bg-accent-soft p-3 sm:col-span-3"><p className="mb-2 font-medium">{t.tokenOnce}</p><CopyField text={add.data.token} className="bg-surface" /></div>}
    </form>
  )
}
