import { type FormEvent, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { api, take } from '../api/client'
import { Button } from '../ui/Button'
import { Field, inputLook } from '../ui/Field'
import { PasswordInput } from '../ui/PasswordInput'
import { Problem } from '../ui/states'
import { Front } from './Front'
import { useWords } from './words'

const least = 12

/** SetUp makes the first user, by the link that the server printed. */
export function SetUp() {
  const t = useWords()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [person, setPerson] = useState({ name: '', email: '', password: '' })
  const token = location.hash.slice(1)
  const make = useMutation({
    mutationFn: () => take(api.POST('/setup', { body: { ...person, token } })),
    onSuccess: () => {
      go('/')
      return queries.resetQueries()
    },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    make.mutate()
  }
  const missing = least - person.password.length
  return (
    <Front title={t.welcome} help={t.setupHelp}>
      <form onSubmit={submit} className="space-y-4">
        <Field label={t.yourName}><input className={inputLook} autoComplete="name" autoFocus value={person.name} onChange={(e) => setPerson({ ...person, name: e.target.value })} /></Field>
        <Field label={t.email}><input className={inputLook} type="email" autoComplete="username" required value={person.email} onChange={(e) => setPerson({ ...person, email: e.target.value })} /></Field>
        <Field label={t.password} help={person.password && missing > 0 ? t.short.replace('{n}', String(missing)) : t.passwordHelp}>
          <PasswordInput autoComplete="new-password" minLength={least} required value={person.password} onChange={(e) => setPerson({ ...person, password: e.target.value })} />
        </Field>
        {!token && <p role="alert" className="text-fail">{t.badLink}</p>}
        {make.error && <Problem error={make.error} />}
        <Button type="submit" look="primary" className="w-full" busy={make.isPending} disabled={!token}>{t.start}</Button>
        <p className="text-center text-meta text-text-3">{t.setupOnce}</p>
      </form>
    </Front>
  )
}
