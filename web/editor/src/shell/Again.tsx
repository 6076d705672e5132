import { type FormEvent, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take } from '../api/client'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { PasswordInput } from '../ui/PasswordInput'
import { Problem } from '../ui/states'
import { useWords } from './overWords'

/** Again signs in over the page when the session has ended, so that nothing typed is lost. */
export function Again({ done, leave }: { done: () => void; leave: () => void }) {
  const t = useWords()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const enter = useMutation({
    mutationFn: () => take(api.POST('/session', { body: { email, password } })),
    onSuccess: (session) => {
      const other = queries.getQueryData<{ name: string }>(['session'])?.name !== session.name
      queries.setQueryData(['session'], session)
      if (other) { // what stands on the page is the other's
        sessionStorage.clear()
        location.reload()
      }
      done()
      return queries.invalidateQueries()
    },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    enter.mutate()
  }
  return (
    <Dialog title={t.ended} help={t.endedHelp} size="small" close={leave}>
      <form onSubmit={submit} className="space-y-4 pb-2">
        <Field label={t.email}><input className={inputLook} type="email" autoComplete="username" required value={email} onChange={(e) => setEmail(e.target.value)} /></Field>
        <Field label={t.password}><PasswordInput autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.target.value)} /></Field>
        {enter.error && <Problem error={enter.error} />}
        <Button type="submit" look="primary" className="w-full" busy={enter.isPending}>{t.signIn}</Button>
      </form>
    </Dialog>
  )
}
