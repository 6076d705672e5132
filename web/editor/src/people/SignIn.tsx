import { type FormEvent, type ReactNode, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { api, take } from '../api/client'
import { Button, Card, inputLook, Labeled, Problem } from '../ui/basics'
import { useLang } from '../words'
import { useWords } from './words'

function Front({ title, help, children }: { title: string; help?: string; children: ReactNode }) {
  const { lang, setLang } = useLang()
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <Card className="w-full max-w-sm p-6">
        <h1 className="text-xl/7 font-semibold">{title}</h1>
        {help && <p className="mt-1 text-text-2">{help}</p>}
        <div className="mt-5">{children}</div>
        <p className="mt-5 flex gap-3 text-xs">
          {(['en', 'pt-BR'] as const).map((l) => (
            <button key={l} type="button" onClick={() => setLang(l)} aria-pressed={lang === l} className={lang === l ? 'font-semibold' : 'text-text-2 underline'}>{l === 'en' ? 'English' : 'Português'}</button>
          ))}
        </p>
      </Card>
    </main>
  )
}

export function SignIn({ setup }: { setup: boolean }) {
  const t = useWords()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const enter = useMutation({ mutationFn: () => take(api.POST('/session', { body: { email, password } })), onSuccess: () => queries.resetQueries() })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    enter.mutate()
  }
  return (
    <Front title={t.signIn} help={setup ? 'gancho user add' : undefined}>
      <form onSubmit={submit} className="space-y-4">
        <Labeled label={t.email}><input className={inputLook} type="email" autoComplete="username" required value={email} onChange={(e) => setEmail(e.target.value)} /></Labeled>
        <Labeled label={t.password}><input className={inputLook} type="password" autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.target.value)} /></Labeled>
        {enter.error && <Problem error={enter.error} />}
        <Button type="submit" look="primary" className="w-full justify-center" disabled={enter.isPending}>{t.signIn}</Button>
      </form>
    </Front>
  )
}

export function SetUp() {
  const t = useWords()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [person, setPerson] = useState({ name: '', email: '', password: '' })
  const make = useMutation({
    mutationFn: () => take(api.POST('/setup', { body: { ...person, token: location.hash.slice(1) } })),
    onSuccess: () => {
      go('/')
      return queries.resetQueries()
    },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    make.mutate()
  }
  return (
    <Front title={t.setupTitle} help={t.setupHelp}>
      <form onSubmit={submit} className="space-y-4">
        <Labeled label={t.name}><input className={inputLook} autoComplete="name" value={person.name} onChange={(e) => setPerson({ ...person, name: e.target.value })} /></Labeled>
        <Labeled label={t.email}><input className={inputLook} type="email" autoComplete="username" required value={person.email} onChange={(e) => setPerson({ ...person, email: e.target.value })} /></Labeled>
        <Labeled label={t.password}><input className={inputLook} type="password" autoComplete="new-password" minLength={12} required value={person.password} onChange={(e) => setPerson({ ...person, password: e.target.value })} /></Labeled>
        {make.error && <Problem error={make.error} />}
        <Button type="submit" look="primary" className="w-full justify-center" disabled={make.isPending}>{t.create}</Button>
      </form>
    </Front>
  )
}
