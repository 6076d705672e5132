import { type FormEvent, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Link2, LogOut, Trash2 } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { useSession } from '../api/hooks'
import { useUsers } from '../api/users'
import { Badge } from '../ui/Badge'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { PasswordInput } from '../ui/PasswordInput'
import { Menu } from '../ui/Menu'
import { Problem, Skeleton } from '../ui/states'
import { toast } from '../ui/Toast'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { AddUser } from './AddUser'
import { AskFirst } from './AskFirst'
import { type Invited, InviteLink } from './InviteLink'
import { MakePassword } from './MakePassword'
import { Part } from './Part'
import { type Role, RoleChoice } from './RoleChoice'
import { useWords } from './words'

export function Users() {
  const t = useWords()
  const users = useUsers()
  const shown = users.data?.items
  return (
    <>
      <Part title={t.users}>
        {users.error && <Problem error={users.error} />}
        {!shown && !users.error && <Skeleton rows={2} />}
        <ul className="divide-y divide-line">{shown?.map((u) => <Row key={u.email} user={u} />)}</ul>
      </Part>
      {!users.isPending && <AddUser />}
    </>
  )
}

function Row({ user }: { user: Schemas['UserView'] }) {
  const t = useWords()
  const queries = useQueryClient()
  const me = useSession().data?.name === user.email
  const [asks, setAsks] = useState<'password' | 'delete'>()
  const [link, setLink] = useState<Invited>()
  const path = { params: { path: { email: user.email } } }
  const refresh = () => queries.invalidateQueries({ queryKey: ['users'] })
  const change = useMutation({
    mutationFn: (body: { role?: Role; sign_out?: boolean }) => take(api.PUT('/users/{email}', { ...path, body })),
    onSuccess: (_, body) => { toast(body.sign_out ? fill(t.signedOut, { name: user.email }) : t.done) },
    onError: (error) => toast(error.message, 'fail'),
    onSettled: refresh,
  })
  const renew = useMutation({
    mutationFn: () => take(api.POST('/users/{email}/invite', path)),
    onSuccess: setLink,
    onError: (error) => toast(error.message, 'fail'),
    onSettled: refresh,
  })
  const remove = async () => {
    await take(api.DELETE('/users/{email}', path))
    toast(fill(t.userDeleted, { name: user.email }))
    await refresh()
  }
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5">
      <div className="min-w-40 flex-1 max-sm:basis-full"><p className="font-medium break-words">{user.name || user.email} {me && <Badge tone="accent">{t.you}</Badge>}</p>{user.name && <p className="text-secondary break-words text-text-2">{user.email}</p>}<Standing user={user} /></div>
      <div className="w-36 max-sm:flex-1"><RoleChoice role={user.role} set={(role) => change.mutate({ role })} /></div>
      <Menu label={fill(t.moreOf, { name: user.email })} items={[
        ...(me ? [{ id: 'reset', label: t.changePassword, icon: KeyRound, href: '/settings/profile' }] : [
          { id: 'link', label: user.joined ? t.passwordLink : t.inviteAgain, icon: Link2, run: () => renew.mutate() },
          { id: 'reset', label: t.resetPassword, icon: KeyRound, run: () => setAsks('password') },
        ]),
        { id: 'out', disabled: !user.joined, label: t.signOutUser, icon: LogOut, run: () => change.mutate({ sign_out: true }) },
        'line',
        { id: 'delete', label: t.delete, icon: Trash2, danger: true, disabled: me, run: () => setAsks('delete') },
      ]} />
      {asks === 'password' && <Reset email={user.email} close={() => setAsks(undefined)} />}
      {asks === 'delete' && <AskFirst title={fill(t.deleteUserAsk, { name: user.email })} help={t.deleteUserHelp} deed={t.delete} act={remove} close={() => setAsks(undefined)} />}
      {link && <InviteLink invited={link} close={() => setLink(undefined)} />}
    </li>
  )
}

/** Standing says of a user who was sent a link how that stands. */
function Standing({ user: { joined, link_until: until } }: { user: Schemas['UserView'] }) {
  const t = useWords()
  const { moment } = useFormat()
  if (joined && !until) return null
  return <p className={`text-secondary ${until ? 'text-wait' : 'text-warn'}`}>{until ? fill(joined ? t.linkOpen : t.invited, { when: moment(until) }) : t.inviteOver}</p>
}

function Reset({ email, close }: { email: string; close: () => void }) {
  const t = useWords()
  const [password, setPassword] = useState('')
  const save = useMutation({ mutationFn: () => take(api.PUT('/users/{email}', { params: { path: { email } }, body: { password } })), onSuccess: () => { toast(fill(t.passwordSet, { name: email })); close() } })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    save.mutate()
  }
  return (
    <Dialog title={t.resetPassword} help={email} size="small" close={close}>
      <form onSubmit={submit} className="space-y-4 pb-2">
        <Field label={t.newPassword} help={t.newPasswordHelp}><PasswordInput autoComplete="new-password" required minLength={12} value={password} onChange={(e) => setPassword(e.target.value)} /></Field>
        <MakePassword set={setPassword} />
        {save.error && <Problem error={save.error} />}
        <Button type="submit" look="primary" busy={save.isPending}>{t.save}</Button>
      </form>
    </Dialog>
  )
}
