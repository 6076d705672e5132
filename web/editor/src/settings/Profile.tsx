import { type FormEvent, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take } from '../api/client'
import { useSession } from '../api/hooks'
import { Button } from '../ui/Button'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { PasswordInput } from '../ui/PasswordInput'
import { Problem } from '../ui/states'
import { toast } from '../ui/Toast'
import { Part } from './Part'
import { useWords } from './words'

type Change = { name?: string; password?: string; sign_out?: boolean }

/** Profile is who is signed in; each change wants the password. */
export function Profile() {
  const t = useWords()
  const { data } = useSession()
  const [fresh, setFresh] = useState('')
  const [name, setName] = useState(data?.called ?? '')
  const help = { viewer: t.viewerHelp, editor: t.editorHelp, admin: t.adminHelp }
  const role = data?.role as keyof typeof help | undefined
  return (
    <>
      <Part title={t.profile}>
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1">
          {data?.called && <><dt className="text-text-2">{t.yourName}</dt><dd className="break-words">{data.called}</dd></>}
          <dt className="text-text-2">{t.email}</dt><dd className="break-words">{data?.name}</dd>
          <dt className="text-text-2">{t.role}</dt><dd>{role && `${t[role]}: ${help[role]}`}</dd>
        </dl>
      </Part>
      <Part title={t.changeName}>
        <Guarded button={t.save} same={name.trim() === '' || name.trim() === (data?.called ?? '')} change={() => ({ name: name.trim() })}>
          <Field label={t.yourName}><input className={inputLook} autoComplete="name" required value={name} onChange={(e) => setName(e.target.value)} /></Field>
        </Guarded>
      </Part>
      <Part title={t.changePassword} help={t.newPasswordHelp}>
        <Guarded button={t.changePassword} same={fresh === ''} change={() => ({ password: fresh })} done={() => setFresh('')}>
          <Field label={t.newPassword}><PasswordInput autoComplete="new-password" required minLength={12} value={fresh} onChange={(e) => setFresh(e.target.value)} /></Field>
        </Guarded>
      </Part>
      <Part title={t.signOutAll} help={t.signOutAllHelp}><Guarded button={t.signOutAll} change={() => ({ sign_out: true })} /></Part>
    </>
  )
}

type GuardedProps = { button: string; same?: boolean; change: () => Change; done?: () => void; children?: React.ReactNode }

/** Guarded asks for the password only once something differs. */
function Guarded({ button, same = false, change, done, children }: GuardedProps) {
  const t = useWords()
  const queries = useQueryClient()
  const [current, setCurrent] = useState('')
  const save = useMutation({
    mutationFn: () => take(api.PUT('/session', { body: { current_password: current, ...change() } })),
    onSuccess: (session) => {
      queries.setQueryData(['session'], session)
      setCurrent('')
      done?.()
      toast(t.done)
    },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className="max-w-md space-y-4">
      {children}
      {!same && <Field label={t.currentPassword}><PasswordInput autoComplete="current-password" required value={current} onChange={(e) => setCurrent(e.target.value)} /></Field>}
      {save.error && <Problem error={save.error} />}
      <Button type="submit" busy={save.isPending} disabled={same}>{button}</Button>
    </form>
  )
}
