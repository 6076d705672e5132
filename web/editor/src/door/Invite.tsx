import { type FormEvent, useEffect, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useLocation } from 'wouter'
import { api, Refused, take } from '../api/client'
import { useSession } from '../api/hooks'
import { Button, buttonLook } from '../ui/Button'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { PasswordInput } from '../ui/PasswordInput'
import { Loading, Problem } from '../ui/states'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { Front } from './Front'
import { least } from './least'
import { useWords } from './words'

/** Invite lets a person choose a password, by the link that an admin sent, and in. */
export function Invite() {
  const t = useWords()
  const { moment } = useFormat()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const token = location.hash.slice(1)
  const session = useSession().data
  const [name, setName] = useState<string>()
  const [password, setPassword] = useState('')
  const link = useQuery({ queryKey: ['invite', token], staleTime: Infinity, retry: false, queryFn: () => take(api.POST('/invite/look', { body: { token } })) })
  const choose = useMutation({
    mutationFn: () => take(api.POST('/invite', { body: { token, password, ...(name !== undefined && { name }) } })),
    onSuccess: () => {
      go('/')
      return queries.resetQueries({ predicate: (q) => q.queryKey[0] !== 'invite' })
    },
  })
  useEffect(() => sessionStorage.clear(), []) // what the one before tested is not for the next
  const submit = (e: FormEvent) => {
    e.preventDefault()
    choose.mutate()
  }
  const over = link.error instanceof Refused && link.error.status === 403
  if (link.error) return <Front title={over ? t.badInvite : t.welcome}><Problem className="mt-0" error={link.error} retry={over ? undefined : () => void link.refetch()} /><Link href="/" className={`${buttonLook()} w-full`}>{session?.role ? t.toFlows : t.signIn}</Link></Front>
  if (!link.data) return <Loading />
  const { email, joined, until } = link.data
  const missing = least - password.length
  return (
    <Front title={joined ? t.newPassword : t.welcome} help={joined ? t.newPasswordHelp : t.inviteHelp}>
      <form onSubmit={submit} className="space-y-4">
        {session?.role && session.name !== email && <p role="status" className="rounded-xl bg-warn-soft p-3 text-secondary text-warn">{fill(t.otherHere, { name: session.called ?? session.name })}</p>}
        <Field label={t.email}><input className={inputLook} type="email" autoComplete="username" readOnly value={email} /></Field>
        {!joined && <Field label={t.yourName}><input className={inputLook} autoComplete="name" value={name ?? link.data.name} onChange={(e) => setName(e.target.value)} /></Field>}
        <Field label={joined ? t.newPassword : t.password} help={password && missing > 0 ? t.short.replace('{n}', String(missing)) : t.passwordHelp}>
          <PasswordInput autoComplete="new-password" autoFocus minLength={least} required value={password} onChange={(e) => setPassword(e.target.value)} />
        </Field>
        {choose.error && <Problem error={choose.error} />}
        <Button type="submit" look="primary" className="w-full" busy={choose.isPending}>{t.saveAndEnter}</Button>
        {until && <p className="text-center text-meta text-text-3">{fill(t.inviteOnce, { until: moment(until) })}</p>}
      </form>
    </Front>
  )
}
