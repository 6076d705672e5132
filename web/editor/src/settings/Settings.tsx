import { type FormEvent, type ReactNode, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, take } from '../api/client'
import { chooseTheme, keptTheme, type Theme } from '../ui/theme'
import { Button, Card, CopyButton, inputLook, Labeled, Page, Problem } from '../ui/basics'
import { type Lang, useLang, useTimes } from '../words'
import { useWords } from './words'

export function Settings({ role }: { role: string; part: string }) {
  const t = useWords()
  return (
    <Page title={t.settings}>
      <div className="space-y-5">
        <Looks />
        {role === 'admin' && <><Users /><Tokens /><Backup /><Audit /></>}
      </div>
    </Page>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return <Card className="p-5"><h2 className="mb-4 text-base font-semibold">{title}</h2>{children}</Card>
}

function Looks() {
  const t = useWords()
  const { lang, setLang } = useLang()
  const [theme, setTheme] = useState<Theme>(keptTheme())
  return (
    <Part title={`${t.language}, ${t.theme}`}>
      <div className="grid max-w-md grid-cols-2 gap-4">
        <Labeled label={t.language}><select className={inputLook} value={lang} onChange={(e) => setLang(e.target.value as Lang)}><option value="en">English</option><option value="pt-BR">Português</option></select></Labeled>
        <Labeled label={t.theme}>
          <select className={inputLook} value={theme} onChange={(e) => { setTheme(e.target.value as Theme); chooseTheme(e.target.value as Theme) }}>
            <option value="system">{t.system}</option><option value="light">{t.light}</option><option value="dark">{t.dark}</option>
          </select>
        </Labeled>
      </div>
    </Part>
  )
}

type Role = 'viewer' | 'editor' | 'admin'

function RoleChoice({ role, set }: { role: Role; set: (role: Role) => void }) {
  const t = useWords()
  return <Labeled label={t.role}><select className={inputLook} value={role} onChange={(e) => set(e.target.value as Role)}><option value="viewer">{t.viewer}</option><option value="editor">{t.editor}</option><option value="admin">{t.admin}</option></select></Labeled>
}

function Users() {
  const t = useWords()
  const queries = useQueryClient()
  const users = useQuery({ queryKey: ['users'], queryFn: () => take(api.GET('/users')) })
  const [fresh, setFresh] = useState<{ email: string; password: string; role: Role }>({ email: '', password: '', role: 'editor' })
  const refresh = () => queries.invalidateQueries({ queryKey: ['users'] })
  const add = useMutation({ mutationFn: () => take(api.POST('/users', { body: fresh })), onSuccess: () => { setFresh({ email: '', password: '', role: 'editor' }); return refresh() } })
  const drop = useMutation({ mutationFn: (email: string) => take(api.DELETE('/users/{email}', { params: { path: { email } } })), onSuccess: refresh })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    add.mutate()
  }
  return (
    <Part title={t.users}>
      <ul className="mb-4 divide-y divide-line">{users.data?.items.map((u) => <li key={u.email} className="flex items-center gap-3 py-2"><span className="flex-1">{u.email}</span><span className="text-text-2">{t[u.role]}</span><Button look="danger" onClick={() => drop.mutate(u.email)}>{t.delete}</Button></li>)}</ul>
      <form onSubmit={submit} className="grid items-end gap-3 sm:grid-cols-4">
        <Labeled label={t.email}><input className={inputLook} type="email" required value={fresh.email} onChange={(e) => setFresh({ ...fresh, email: e.target.value })} /></Labeled>
        <Labeled label={t.password}><input className={inputLook} type="password" autoComplete="new-password" minLength={12} required value={fresh.password} onChange={(e) => setFresh({ ...fresh, password: e.target.value })} /></Labeled>
        <RoleChoice role={fresh.role} set={(role) => setFresh({ ...fresh, role })} />
        <Button type="submit">{t.addUser}</Button>
      </form>
      {(add.error ?? drop.error) && <Problem error={(add.error ?? drop.error) as Error} />}
    </Part>
  )
}

function Tokens() {
  const t = useWords()
  const queries = useQueryClient()
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: () => take(api.GET('/tokens')) })
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('editor')
  const refresh = () => queries.invalidateQueries({ queryKey: ['tokens'] })
  const add = useMutation({ mutationFn: () => take(api.POST('/tokens', { body: { name, role } })), onSuccess: refresh })
  const drop = useMutation({ mutationFn: (id: string) => take(api.DELETE('/tokens/{id}', { params: { path: { id } } })), onSuccess: refresh })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    add.mutate()
  }
  return (
    <Part title={t.tokens}>
      <ul className="mb-4 divide-y divide-line">{tokens.data?.items.map((k) => <li key={k.id} className="flex items-center gap-3 py-2"><span className="flex-1">{k.name}</span><span className="text-text-2">{t[k.role]}</span><Button look="danger" onClick={() => drop.mutate(k.id)}>{t.revoke}</Button></li>)}</ul>
      <form onSubmit={submit} className="grid items-end gap-3 sm:grid-cols-3">
        <Labeled label={t.name}><input className={inputLook} required value={name} onChange={(e) => setName(e.target.value)} /></Labeled>
        <RoleChoice role={role} set={setRole} />
        <Button type="submit">{t.addToken}</Button>
      </form>
      {add.data && <div className="mt-3 rounded-xl bg-accent-soft p-3"><p>{t.tokenOnce}</p><div className="flex items-center gap-2"><code className="min-w-0 flex-1 truncate text-xs">{add.data.token}</code><CopyButton text={add.data.token} /></div></div>}
      {(add.error ?? drop.error) && <Problem error={(add.error ?? drop.error) as Error} />}
    </Part>
  )
}

function Backup() {
  const t = useWords()
  const make = useMutation({ mutationFn: () => take(api.POST('/backup')) })
  return (
    <Part title={t.backup}>
      <Button onClick={() => make.mutate()} disabled={make.isPending}>{t.backup}</Button>
      {make.data && <p role="status" className="mt-2 text-text-2">{t.backedUp} <code>{make.data.path}</code></p>}
      {make.error && <Problem error={make.error} />}
    </Part>
  )
}

function Audit() {
  const t = useWords()
  const times = useTimes()
  const audit = useQuery({ queryKey: ['audit'], queryFn: () => take(api.GET('/audit')) })
  return (
    <Part title={t.audit}>
      <ul className="divide-y divide-line text-[13px]">{audit.data?.items.map((a) => <li key={a.id} className="flex flex-wrap gap-x-4 py-1.5"><span className="text-text-2">{times(a.at)}</span><span className="font-medium">{a.who}</span><span>{a.action}</span><code className="text-text-3">{a.target}</code></li>)}</ul>
    </Part>
  )
}
