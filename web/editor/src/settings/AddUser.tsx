import { type FormEvent, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take } from '../api/client'
import { Button } from '../ui/Button'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { PasswordInput } from '../ui/PasswordInput'
import { Problem } from '../ui/states'
import { toast } from '../ui/Toast'
import { fill } from '../words/phrase'
import { type Invited, InviteLink } from './InviteLink'
import { MakePassword } from './MakePassword'
import { Part } from './Part'
import { type Role, RoleChoice } from './RoleChoice'
import { useWords } from './words'

const none = { name: '', email: '', role: 'editor' as Role }

/** AddUser invites a person by a link, or makes a user with a password that is handed over. */
export function AddUser() {
  const t = useWords()
  const queries = useQueryClient()
  const [fresh, setFresh] = useState(none)
  const [password, setPassword] = useState<string>() // undefined: they choose it
  const [link, setLink] = useState<Invited>()
  const add = useMutation({
    mutationFn: async () => {
      if (password === undefined) setLink(await take(api.POST('/users/invite', { body: fresh })))
      else {
        await take(api.POST('/users', { body: { ...fresh, password } }))
        toast(fill(t.userAdded, { name: fresh.name || fresh.email }))
      }
    },
    onSuccess: () => {
      setFresh(none)
      setPassword((old) => (old === undefined ? old : ''))
      return queries.invalidateQueries({ queryKey: ['users'] })
    },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    add.mutate()
  }
  return (
    <Part title={t.addUser} help={password === undefined ? t.inviteHelp : t.addUserHelp}>
      <form onSubmit={submit} className="grid items-start gap-4 sm:grid-cols-2">
        <Field label={t.name}><input className={inputLook} autoComplete="off" value={fresh.name} onChange={(e) => setFresh({ ...fresh, name: e.target.value })} /></Field>
        <Field label={t.email}><input className={inputLook} type="email" autoComplete="off" required value={fresh.email} onChange={(e) => setFresh({ ...fresh, email: e.target.value })} /></Field>
        <div><p className="mb-1 font-medium">{t.role}</p><RoleChoice role={fresh.role} set={(role) => setFresh({ ...fresh, role })} /></div>
        {password !== undefined && <Field label={t.password}><PasswordInput autoComplete="new-password" minLength={12} required value={password} onChange={(e) => setPassword(e.target.value)} /></Field>}
        {add.error && <div className="sm:col-span-2"><Problem error={add.error} /></div>}
        <div className="flex flex-wrap gap-2 sm:col-span-2">
          <Button type="submit" look="primary" busy={add.isPending}>{password === undefined ? t.invite : t.addUser}</Button>
          {password !== undefined && <MakePassword set={setPassword} />}
          <Button look="quiet" onClick={() => setPassword(password === undefined ? '' : undefined)}>{password === undefined ? t.withPassword : t.withLink}</Button>
        </div>
      </form>
      {link && <InviteLink invited={link} close={() => setLink(undefined)} />}
    </Part>
  )
}
