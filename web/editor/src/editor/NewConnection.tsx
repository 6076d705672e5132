import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronDown, ExternalLink } from 'lucide-react'
import { api, Refused, type Schemas, take } from '../api/client'
import { useConnections, useKinds } from '../api/hooks'
import { Button, Problem } from '../ui/basics'
import { CopyField } from '../ui/Copy'
import { Field, inputLook } from '../ui/Field'
import { PasswordInput } from '../ui/PasswordInput'
import { toast } from '../ui/Toast'
import { useSay } from '../words'
import { fill } from '../words/phrase'
import { movesSecrets, wasSet } from '../connections/secrets'
import { fitsKind } from './kinds'
import { useWords } from './panelWords'

type NewProps = { kinds: string[]; /** what is to be changed */ before?: Schemas['ConnectionView']; /** fields that are needed here, though not everywhere */ needs?: string[]; name?: string; start?: { fields: Record<string, string>; hosts: string[] }; close: () => void; made: (name: string) => void }

/** NewConnection makes a connection where it is needed, or changes one. What is secret goes in and never comes out. */
export function NewConnection({ kinds, before, needs = [], name: wanted, start, close, made }: NewProps) {
  const t = useWords()
  const say = useSay()
  const queries = useQueryClient()
  const known = useKinds()
  const connections = useConnections()
  const offered = (known.data?.items ?? []).filter((k) => fitsKind(kinds, k.kind))
  const [kindName, setKind] = useState(before?.kind ?? '')
  const [fields, setFields] = useState<Record<string, string>>(() => start?.fields ?? plainFields(before))
  const [hosts, setHosts] = useState((start ?? before)?.hosts.join(', ') ?? '')
  const [typedName, setName] = useState<string | null>(before?.name ?? wanted ?? null)
  const [more, setMore] = useState(false)
  const kind = offered.find((k) => k.kind === kindName) ?? offered[0]
  const name = typedName ?? freshName(nameOfHost(start?.hosts[0]) || (kind?.kind.split(':')[0] ?? ''), (connections.data?.items ?? []).map((c) => c.name))
  const signIn = useSignInWindow(name, made)
  const [failed, setFailed] = useState<string>() // it is saved, but the provider refused it
  const save = useMutation({
    mutationFn: async () => {
      const body = { kind: kind?.kind, fields: Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== '')), hosts: kind?.needs_hosts ? hosts.split(',').map((h) => h.trim()).filter(Boolean) : undefined }
      if (before || signIn.saved || failed !== undefined) await take(api.PUT('/connections/{name}', { params: { path: { name } }, body }))
      else await take(api.POST('/connections', { body: { ...body, name } }))
      if (kind?.sign_in) return signIn.open()
      if (!kind?.testable) return
      const tried = await take(api.POST('/connections/{name}/test', { params: { path: { name } } })).catch(() => null)
      if (tried?.state === 'untested') toast(fill(t.connectionFailed, { why: tried.detail }), 'fail')
      return tried?.state === 'broken' ? tried.detail : undefined
    },
    onSuccess: async (fault) => {
      await queries.invalidateQueries({ queryKey: ['connections'] })
      if (typeof fault === 'string') return setFailed(fault)
      if (!kind?.sign_in) made(name)
    },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    setName(name) // the name that is free now is taken in a moment, by this one
    save.mutate()
  }
  const problems = save.error instanceof Refused ? (save.error.problem.problems ?? []) : []
  if (!kind) return null
  const moved = before !== undefined && movesSecrets(kind, before, (id) => fields[id] ?? '', hosts)
  const all = kind.fields.map((f) => {
    if (wasSet(before, f)) return moved ? { ...f, required: true, help: { en: t.secretAgain, 'pt-BR': t.secretAgain } } : { ...f, required: false, help: { en: t.secretKept, 'pt-BR': t.secretKept } }
    return needs.includes(f.id) ? { ...f, required: true, advanced: false } : f
  })
  const plain = all.filter((f) => !f.advanced)
  const rest = all.filter((f) => f.advanced)
  const draw = (f: Schemas['ConnectionField']) => <OneField key={f.id} field={f} value={fields[f.id] ?? ''} set={(v) => setFields({ ...fields, [f.id]: v })} problem={problems.find((p) => p.path.endsWith(`/${f.id}`))?.message} />
  return (
    <form ref={start ? undefined : focusFirst} onSubmit={submit} className="mt-2 space-y-3 rounded-xl border border-line bg-bg p-3">
      {offered.length > 1 && !before && (
        <Field label={t.connectionKind}><select className={inputLook} value={kind.kind} onChange={(e) => { setKind(e.target.value); setFields({}) }}>{offered.map((k) => <option key={k.kind} value={k.kind}>{say(k.title)}</option>)}</select></Field>
      )}
      {kind.help && <p className="text-secondary text-text-2">{say(kind.help)}</p>}
      {kind.docs && <a href={kind.docs} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1 text-meta text-accent underline"><ExternalLink size={13} aria-hidden />{t.connectionDocs}</a>}
      {kind.callback && <div><p className="mb-1 text-meta text-text-2">{t.connectionCallback}</p><CopyField text={kind.callback} /></div>}
      {plain.map(draw)}
      {kind.needs_hosts && <Field label={t.connectionHosts} help={t.connectionHostsHelp} problem={problems.find((p) => p.path.startsWith('/hosts'))?.message}><input className={inputLook} required value={hosts} onChange={(e) => setHosts(e.target.value)} /></Field>}
      {rest.length > 0 && <Button look="quiet" size="small" className="-ml-2.5" aria-expanded={more} onClick={() => setMore(!more)}><ChevronDown size={15} aria-hidden className={more ? 'rotate-180' : ''} />{fill(t.moreFields, { n: rest.length })}</Button>}
      {more && rest.map(draw)}
      {!before && <Field label={t.connectionName}><input className={inputLook} required pattern="[a-z0-9][a-z0-9_\-]*" readOnly={failed !== undefined} value={name} onChange={(e) => setName(e.target.value)} /></Field>}
      {(save.error ?? signIn.error) && <Problem error={save.error ?? signIn.error ?? new Error()} />}
      {failed !== undefined && <p role="alert" className="rounded-lg bg-fail-soft p-3 break-words text-fail">{fill(t.connectionFailed, { why: failed })}</p>}
      <p className="text-meta text-text-3">{t.connectionSealed}</p>
      {signIn.waiting && <p role="status" className="text-secondary text-text-2">{fill(t.connectionWaiting, { name: say(kind.title) })}</p>}
      <div className="flex flex-wrap gap-2"><Button type="submit" look="primary" busy={save.isPending}>{kind.sign_in ? fill(t.connectionSignIn, { name: say(kind.title) }) : kind.testable ? t.connectionSave : t.save}</Button>{failed === undefined ? <Button look="quiet" onClick={close}>{t.cancel}</Button> : <Button look="quiet" onClick={() => made(name)}>{t.connectionUseAnyhow}</Button>}</div>
    </form>
  )
}

/** focusFirst begins with the first thing to fill in. */
function focusFirst(form: HTMLFormElement | null) {
  const first = [...(form?.querySelectorAll<HTMLElement>('input, select, textarea') ?? [])].find((x) => !x.matches('[readonly], [type=hidden]'))
  first?.focus()
}

/** useSignInWindow opens the provider's own page, and waits until the person has signed in there. */
function useSignInWindow(name: string, made: (name: string) => void) {
  const queries = useQueryClient()
  const [waiting, setWaiting] = useState(false)
  const [saved, setSaved] = useState(false)
  const [error, setError] = useState<Error>()
  const done = useRef(made)
  done.current = made
  useEffect(() => {
    if (!waiting) return
    const timer = setInterval(() => void take(api.GET('/connections/{name}', { params: { path: { name } } })).then(async (c) => {
      if (!c.signed_in) return
      setWaiting(false)
      await queries.invalidateQueries({ queryKey: ['connections'] })
      done.current(name)
    }, () => undefined), 1500)
    return () => clearInterval(timer)
  }, [waiting, name, queries])
  const open = async () => {
    setSaved(true)
    setError(undefined)
    try {
      const { url } = await take(api.POST('/connections/{name}/authorize', { params: { path: { name } } }))
      window.open(url, 'gancho-sign-in', 'popup,width=640,height=760')
      setWaiting(true)
    } catch (e) {
      setError(e instanceof Error ? e : new Error(String(e)))
    }
  }
  return { open, waiting, saved, error }
}

/** plainFields are the values of a connection that may be shown. */
const plainFields = (of: Schemas['ConnectionView'] | undefined) => Object.fromEntries(Object.entries(of?.fields ?? {}).filter(([, v]) => typeof v === 'string' || typeof v === 'number').map(([id, v]) => [id, String(v)]))

/** nameOfHost is what people call a service by its address: api.shop.example.com is shop-example. */
const nameOfHost = (host = '') => host.toLowerCase().replace(/:.*|^(api|www)\./g, '').replace(/\.\w+$/, '').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')

function freshName(base: string, taken: string[]): string {
  const start = base || 'connection'
  let name = start
  for (let n = 2; taken.includes(name); n++) name = `${start}-${n}`
  return name
}

function OneField({ field: f, value, set, problem }: { field: Schemas['ConnectionField']; value: string; set: (value: string) => void; problem?: string }) {
  const t = useWords()
  const say = useSay()
  const common = { required: f.required, placeholder: f.placeholder ?? f.default, value, autoComplete: 'off' }
  return (
    <Field label={say(f.label)} aside={f.required ? t.required : undefined} help={f.help && say(f.help)} problem={problem}>
      {f.options && f.options.length > 0
        ? <select className={inputLook} value={value || f.default} onChange={(e) => set(e.target.value)}>{f.options.map((o, i) => { const label = f.option_labels?.[i]; return <option key={o} value={o}>{label ? say(label) : o}</option> })}</select>
        : f.long
          ? <textarea className={`${inputLook} code text-meta`} rows={4} required={f.required} placeholder={f.placeholder} value={value} onChange={(e) => set(e.target.value)} />
          : f.secret ? <PasswordInput {...common} onChange={(e) => set(e.target.value)} /> : <input className={inputLook} {...common} onChange={(e) => set(e.target.value)} />}
    </Field>
  )
}
