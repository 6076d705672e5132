import { type FormEvent, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Dices, KeyRound, LogOut, Trash2 } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { useSession } from '../api/hooks'
import { Badge } from '../ui/Badge'
import { Button } from '../ui/Button'
import { copyText } from '../ui/Copy'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { PasswordInput } from '../ui/PasswordInput'
import { Menu } from '../ui/Menu'
import { Problem, Skeleton } from '../ui/states'
import { later, toast } from '../ui/Toast'
import { fill } from '../words/phrase'
import { Part } from './Part'
import { type Role, RoleChoice } from './RoleChoice'
import { useWords } from './words'

export function Users() {
  const t = useWords()
  const users = useQuery({ queryKey: ['users'], queryFn: () => take(api.GET('/users', { params: { query: { limit: 200 } } })) })
  const [gone, setGone] = useState<string[]>([])
  const shown = users.data?.items.filter((u) => !gone.includes(u.email))
  return (
    <>
      <Part title={t.users}>
        {users.error && <Problem error={users.error} />}
        {!shown && !users.error && <Skeleton rows={2} />}
        <ul className="divide-y divide-line">{shown?.map((u) => <Row key={u.email} user={u} vanish={(on) => setGone((old) => (on ? [...old, u.email] : old.filter((e) => e !== u.email)))} />)}</ul>
      </Part>
      {!users.isPending && <Part title={t.addUser}><Add /></Part>}
    </>
  )
}

function Row({ user, vanish }: { user: Schemas['UserView']; vanish: (on: boolean) => void }) {
  const t = useWords()
  const queries = useQueryClient()
  const me = useSession().data?.name === user.email
  const [resetting, setResetting] = useState(false)
  const path = { params: { path: { email: user.email } } }
  const refresh = () => queries.invalidateQueries({ queryKey: ['users'] })
  const change = useMutation({
    mutationFn: (body: { role?: Role; sign_out?: boolean }) => take(api.PUT('/users/{email}', { ...path, body })),
    onSuccess: (_, body) => { if (body.sign_out) toast(fill(t.signedOut, { name: user.email })) },
    onError: (error) => toast(error.message, 'fail'),
    onSettled: refresh,
  })
  const remove = () => {
    vanish(true)
    later(fill(t.userDeleted, { name: user.email }), async () => {
      await take(api.DELETE('/users/{email}', { ...path, keepalive: true })).catch((error: Error) => toast(error.message, 'fail'))
      await refresh()
      vanish(false)
    }, () => vanish(false))
  }
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5">
      <div className="min-w-40 flex-1 max-sm:basis-full"><p className="font-medium break-words">{user.name || user.email} {me && <Badge tone="accent">{t.you}</Badge>}</p>{user.name && <p className="text-secondary break-words text-text-2">{user.email}</p>}</div>
      <div className="w-36 max-sm:flex-1"><RoleChoice role={user.role} set={(role) => change.mutate({ role })} /></div>
      <Menu label={fill(t.moreOf, { name: user.email })} items={[
        me ? { id: 'reset', label: t.changePassword, icon: KeyRound, href: '/settings/profile' } : { id: 'reset', label: t.resetPassword, icon: KeyRound, run: () => setResetting(true) },
        { id: 'out', label: t.signOutUser, icon: LogOut, run: () => change.mutate({ sign_out: true }) },
        'line',
        { id: 'delete', label: t.delete, icon: Trash2, danger: true, disabled: me, run: remove },
      ]} />
      {resetting && <Reset email={user.email} close={() => setResetting(false)} />}
    </li>
  )
}

/** Make fills in a password that nobody had to invent, and copies it for whoever it is for. */
function Make({ set }: { set: (password: string) => void }) {
  const t = useWords()
  const [toGive, setToGive] = useState('') // where it could not be copied
  const make = () => {
    const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
    const text = [...crypto.getRandomValues(new Uint8Array(20))].map((n) => letters.charAt(n % letters.length)).join('').replace(/.{5}(?=.)/g, '$&-')
    set(text)
    void copyText(text).then((copied) => {
      setToGive(copied ? '' : text)
      if (copied) toast(t.passwordMade)
    })
  }
  return (
    <>
      <Button look="quiet" onClick={make}><Dices size={16} aria-hidden />{t.makePassword}</Button>
      {toGive && <p role="status" className="self-center text-secondary text-text-2">{t.passwordShown} <code className="text-text select-all">{toGive}</code></p>}
    </>
  )
}

function Reset({ email, close }: { email: string; close: () => void }) {
  const t = useWords()
  const [password, setPassword] = useState('')
  const save = useMutation({ mutationFn: () => take(api.PUT('/users/{email}', { params: { path: { email } }, body: { password } })), onSuccess: () => { toast(t.done); close() } })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    save.mutate()
  }
  return (
    <Dialog title={t.resetPassword} help={email} size="small" close={close}>
      <form onSubmit={submit} className="space-y-4 pb-2">
        <Field label={t.newPassword} help={t.newPasswordHelp}><PasswordInput autoComplete="new-password" required minLength={12} value={password} onChange={(e) => setPassword(e.target.value)} /></Field>
        <Make set={setPassword} />
        {save.error && <Problem error={save.error} />}
        <Button type="submit" look="primary" busy={save.isPending}>{t.save}</Button>
      </form>
    </Dialog>
  )
}

function Add() {
  const t = useWords()
  const queries = useQueryClient()
  const none = { name: '', email: '', password: '', role: 'editor' as Role }
  const [fresh, setFresh] = useState(none)
  const add = useMutation({ mutationFn: () => take(api.POST('/users', { body: fresh })), onSuccess: () => { setFresh(none); return queries.invalidateQueries({ queryKey: ['users'] }) } })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    add.mutate()
  }
  return (
    <form onSubmit={submit} className="grid items-start gap-4 sm:grid-cols-2">
      <Field label={t.name}><input className={inputLook} autoComplete="off" value={fresh.name} onChange={(e) => setFresh({ ...fresh, name: e.target.value })} /></Field>
      <Field label={t.email}><input className={inputLook} type="email" autoComplete="off" required value={fresh.email} onChange={(e) => setFresh({ ...fresh, email: e.target.value })} /></Field>
      <Field label={t.password}><PasswordInput autoComplete="new-password" minLength={12} required value={fresh.password} onChange={(e) => setFresh({ ...fresh, password: e.target.value })} /></Field>
      <div><p className="mb-1 font-medium">{t.role}</p><RoleChoice role={fresh.role} set={(role) => setFresh({ ...fresh, role })} /></div>
      {add.error && <div className="sm:col-span-2"><Problem error={add.error} /></div>}
      <div className="flex flex-wrap gap-2 sm:col-span-2"><Button type="submit" look="primary" busy={add.isPending}>{t.addUser}</Button><Make set={(password) => setFresh({ ...fresh, password })} /></div>
    </form>
  )
}
