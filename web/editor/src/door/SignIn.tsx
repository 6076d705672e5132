import { type FormEvent, useEffect, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take } from '../api/client'
import { Button } from '../ui/Button'
import { CopyField } from '../ui/Copy'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { PasswordInput } from '../ui/PasswordInput'
import { Problem } from '../ui/states'
import { Front } from './Front'
import { useWords } from './words'

export function SignIn({ setup }: { setup: boolean }) {
  const t = useWords()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [lost] = useState(() => sessionStorage.getItem('left') === null && (queries.getQueryState(['session'])?.dataUpdateCount ?? 0) > 1)
  const enter = useMutation({ mutationFn: () => take(api.POST('/session', { body: { email, password } })), onSuccess: () => queries.resetQueries() })
  useEffect(() => sessionStorage.clear(), []) // what the one before tested is not for the next
  const submit = (e: FormEvent) => {
    e.preventDefault()
    enter.mutate()
  }
  if (setup) return <Front title={t.welcome} help={t.noUser}><CopyField text="gancho user add you@example.com --role admin" /></Front>
  return (
    <Front title={t.signIn} help={lost ? t.lost : undefined}>
      <form onSubmit={submit} className="space-y-4">
        <Field label={t.email}><input className={inputLook} type="email" autoComplete="username" autoFocus required value={email} onChange={(e) => setEmail(e.target.value)} /></Field>
        <Field label={t.password}><PasswordInput autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.target.value)} /></Field>
        {enter.error && <Problem error={enter.error} />}
        <Button type="submit" look="primary" className="w-full" busy={enter.isPending}>{t.signIn}</Button>
        <details className="text-secondary text-text-2">
          <summary className="mx-auto w-fit rounded-lg px-2 py-1 hover:text-text">{t.forgot}</summary>
          <p className="mt-2 text-pretty">{t.forgotHelp}</p>
          <CopyField className="mt-2" text="gancho user password you@example.com" />
        </details>
      </form>
    </Front>
  )
}
