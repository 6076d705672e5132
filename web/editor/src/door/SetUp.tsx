import { type FormEvent, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { api, take } from '../api/client'
import { Button } from '../ui/Button'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { PasswordInput } from '../ui/PasswordInput'
import { ZoneSelect } from '../ui/ZoneSelect'
import { ownZone, placeOf } from '../ui/zones'
import { Problem } from '../ui/states'
import { useLang } from '../words'
import { Front } from './Front'
import { least } from './least'
import { useWords } from './words'

/** local says that the server is reached on this very machine: no address for the internet, and no reason to keep it. */
const local = /^(localhost|127\.|\[::1\])/.test(location.hostname)

/** SetUp makes the first user, by the link that the server printed. */
export function SetUp() {
  const t = useWords()
  const { lang } = useLang()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [person, setPerson] = useState({ name: '', email: '', password: '' })
  const [instance, setInstance] = useState({ timezone: lang === 'pt-BR' && /UTC/.test(ownZone()) ? 'America/Sao_Paulo' : ownZone(), public_url: location.origin })
  const token = location.hash.slice(1)
  const make = useMutation({
    mutationFn: () => take(api.POST('/setup', { body: { ...person, token, instance: { ...instance, public_url: instance.public_url === location.origin && local ? '' : instance.public_url } } })),
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
        <details>
          <summary className="w-fit font-medium text-text-2"><span>{t.place}<span className="block text-meta font-normal text-text-3">{placeOf(instance.timezone)} · {instance.public_url}</span></span></summary>
          <div className="mt-3 space-y-4">
            <div><p className="mb-1 font-medium">{t.zone}</p><ZoneSelect label={t.zone} value={instance.timezone} set={(timezone) => setInstance({ ...instance, timezone })} /></div>
            <Field label={t.address} help={local ? t.addressLocal : t.addressHelp}><input className={inputLook} type="url" required spellCheck={false} value={instance.public_url} onChange={(e) => setInstance({ ...instance, public_url: e.target.value })} /></Field>
          </div>
        </details>
        {!token && <p role="alert" className="text-fail">{t.badLink}</p>}
        {make.error && <Problem error={make.error} />}
        <Button type="submit" look="primary" className="w-full" busy={make.isPending} disabled={!token}>{t.start}</Button>
        <p className="text-center text-meta text-text-3">{t.setupOnce}</p>
      </form>
    </Front>
  )
}
