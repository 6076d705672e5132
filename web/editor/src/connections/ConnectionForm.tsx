import { type FormEvent, useRef, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { api, Refused, type Schemas, take } from '../api/client'
import { useNamedConnections } from '../api/hooks'
import { Button } from '../ui/Button'
import { CopyField } from '../ui/Copy'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { PasswordInput } from '../ui/PasswordInput'
import { Select } from '../ui/Select'
import { Problem, sentence } from '../ui/states'
import { useSay } from '../words'
import { fill } from '../words/phrase'
import { freshName, nameOfHost } from './names'
import { movesSecrets, wasSet } from './secrets'
import { useSignIn } from './useSignIn'
import { useWords } from './words'

type Tried = Schemas['TestConnectionOutputBody']
type FormProps = {
  kinds: Schemas['KindView'][]; /** what is to be changed */ before?: Schemas['ConnectionView']; /** fields that are needed here, though not everywhere */ needs?: string[]; name?: string
  start?: { fields: Record<string, string>; hosts: string[] }; /** where it will be used */ host?: string; className?: string; close: () => void; /** goesOn is how many runs stood until this was mended */ made: (name: string, tried?: Tried, goesOn?: number) => void
}

/** ConnectionForm makes a connection, or changes one, and stays while its test fails. What is secret goes in and never comes out. */
export function ConnectionForm({ kinds, before, needs = [], name: wanted, start, host, className = '', close, made }: FormProps) {
  const t = useWords()
  const say = useSay()
  const queries = useQueryClient()
  const connections = useNamedConnections()
  const [kindName, setKind] = useState(before?.kind ?? '')
  const [fields, setFields] = useState<Record<string, string>>(() => start?.fields ?? plainFields(before))
  const [hosts, setHosts] = useState((start ?? before)?.hosts.join(', ') ?? host ?? '')
  const [typedName, setName] = useState<string | null>(before?.name ?? wanted ?? null)
  const kind = kinds.find((k) => k.kind === kindName) ?? kinds.find((k) => k.kind === 'http_bearer') ?? kinds[0]
  const listed = hosts.split(',').map((h) => h.trim()).filter(Boolean)
  const name = typedName ?? freshName((kind?.needs_hosts && nameOfHost(listed[0])) || (kind?.kind.split(':')[0] ?? ''), (connections.data?.items ?? []).map((c) => c.name))
  const signIn = useSignIn(name, () => made(name))
  const [saved, setSaved] = useState(before !== undefined)
  const [failed, setFailed] = useState<{ why: string; refused: boolean; /** what it speaks of, and what stood there */ of: string[]; was: Record<string, string> }>() // it is saved, but its test did not succeed
  const standing = useRef(0)
  const save = useMutation({
    mutationFn: async () => {
      const body = { kind: kind?.kind, fields: Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== '')), hosts: kind?.needs_hosts ? listed : undefined }
      const put = async () => {
        if (saved) await take(api.PUT('/connections/{name}', { params: { path: { name } }, body }))
        else await take(api.POST('/connections', { body: { ...body, name } }))
        setSaved(true)
      }
      if (kind?.sign_in) return signIn.open(put)
      standing.current = before?.state === 'broken' ? await stoodFor(name) : 0
      await put()
      return kind?.testable ? take(api.POST('/connections/{name}/test', { params: { path: { name } } })).catch((e: Error) => e) : undefined
    },
    onSuccess: async (tried) => {
      await queries.invalidateQueries({ queryKey: ['connections'] })
      void queries.invalidateQueries({ queryKey: ['flows'] })
      if (kind?.sign_in) return
      if (tried instanceof Error) return setFailed({ why: tried.message, refused: false, of: [], was: fields })
      if (tried?.works === false) return setFailed({ why: tried.detail, refused: tried.state === 'broken', of: tried.fields, was: fields })
      made(name, tried ?? undefined, standing.current)
    },
  })
  const submit = (e: FormEvent) => {
    e.preventDefault()
    setName(name) // the name that is free now is taken in a moment, by this one
    save.mutate()
  }
  if (!kind) return null
  const problems = (save.error instanceof Refused && save.error.problem.problems) || []
  const problemOf = (path: string) => { const found = problems.find((p) => p.path === path); return found && sentence(found.message) }
  const marked = problems.length > 0 && problems.every((p) => p.path === '/hosts' ? kind.needs_hosts : kind.fields.some((f) => p.path === `/fields/${f.id}`))
  const moved = before !== undefined && movesSecrets(kind, before, (id) => fields[id] ?? '', hosts)
  const all = kind.fields.map((f) => {
    if (wasSet(before, f)) return { ...f, required: moved, help: both(moved ? t.secretAgain : t.secretSet) }
    return needs.includes(f.id) ? { ...f, required: true, advanced: false } : f
  })
  const suspect = (id: string) => (failed?.of.includes(id) && !save.isPending && (fields[id] ?? '') === (failed.was[id] ?? '') ? (!failed.refused ? t.unreachedField : failed.of.length > 1 ? t.refusedTogether : t.refusedField) : undefined)
  const refused = !failed && before?.state === 'broken' ? all.find((f) => f.secret && !f.advanced)?.id : undefined
  const rest = all.filter((f) => f.advanced)
  const [service = ''] = say(kind.title).split(': ') // and behind it what signs in there
  const draw = (f: Schemas['ConnectionField'], i: number) => <One key={f.id} field={f} first={refused ? f.id === refused : i === 0 && !f.advanced} value={fields[f.id] ?? ''} set={(v) => setFields({ ...fields, [f.id]: v })} problem={problemOf(`/fields/${f.id}`) ?? suspect(f.id) ?? (f.id === refused && !fields[f.id] ? t.refusedField : undefined)} />
  return (
    <form ref={start ? undefined : focusFirst} onSubmit={submit} className={`space-y-4 [&_:is(input,button,textarea)]:scroll-mb-32 ${className}`}>
      {before?.state === 'broken' && before.problem && !failed && <p className="rounded-lg bg-fail-soft p-3 break-words text-fail">{sentence(before.problem)}</p>}
      {kinds.length > 1 && !before && <Field label={t.kind}><select className={inputLook} value={kind.kind} onChange={(e) => { setKind(e.target.value); setFields({}) }}>{kinds.map((k) => <option key={k.kind} value={k.kind}>{say(k.title).replace(`${service}: `, '')}</option>)}</select></Field>}
      {kind.help && <p className="text-secondary text-text-2">{say(kind.help)}</p>}
      {kind.docs && <a href={kind.docs} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1 text-meta text-accent underline"><ExternalLink size={13} aria-hidden />{t.docs}</a>}
      {kind.callback && <div><p className="mb-1 text-meta text-text-2">{t.callback}</p><CopyField text={kind.callback} /></div>}
      {all.filter((f) => !f.advanced).map(draw)}
      {kind.needs_hosts && <Field label={t.hosts} aside={t.required} help={t.hostsHelp} problem={problemOf('/hosts')}><input className={inputLook} required spellCheck={false} value={hosts} onChange={(e) => setHosts(e.target.value)} /></Field>}
      {rest.length > 0 && <details open={rest.some((f) => suspect(f.id) !== undefined || !wasSet(before, f) && (fields[f.id] ?? '') !== '' && fields[f.id] !== f.default)}><summary className="w-fit font-medium text-text-2">{fill(t.moreFields, { n: rest.length })}</summary><div className="mt-3 space-y-4">{rest.map(draw)}</div></details>}
      {!before && <Field label={t.connectionName} help={t.connectionNameHelp}><input className={inputLook} required pattern="[a-z0-9][a-z0-9_\-]*" readOnly={saved} value={name} onChange={(e) => setName(e.target.value)} /></Field>}
      <p className="text-meta text-text-3">{t.sealed}</p>
      <div className="sticky bottom-[calc(var(--pin,0px)*-1)] z-10 mx-[calc(var(--side,0px)*-1)] mb-[calc(var(--foot,0px)*-1)] space-y-3 rounded-b-[inherit] border-t border-line bg-inherit px-[var(--side,0px)] py-3">
        {marked ? <p className="rounded-lg bg-fail-soft px-3 py-2 text-fail">{t.seeMarked}</p> : save.error && <Problem error={save.error} className="my-0" />}
        {failed && !save.isPending && <div className="flex flex-wrap items-center gap-2 rounded-lg bg-fail-soft px-3 py-2"><p role="alert" className="min-w-0 flex-1 basis-48 break-words text-fail">{fill(t.testFailed, { why: failed.why })}</p><Button size="small" onClick={() => made(name)}>{t.useAnyhow}</Button></div>}
        {signIn.waiting && <p role="status" className="text-secondary text-text-2">{fill(t.waitingOf, { name: service })}{signIn.link && <> <a href={signIn.link} target="_blank" rel="noreferrer" className="text-accent underline underline-offset-2">{t.signIn}</a></>}</p>}
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="primary" busy={save.isPending}>{kind.sign_in ? fill(t.signInAt, { name: service }) : kind.testable ? t.saveTest : t.save}</Button>
          <Button look="quiet" onClick={close}>{t.cancel}</Button>
        </div>
      </div>
    </form>
  )
}

/** stoodFor counts the runs that stand until a refused connection is mended; where it cannot be asked, nothing is said of them. */
async function stoodFor(name: string): Promise<number> {
  const { data } = await api.GET('/failures')
  return (data?.retrying ?? []).reduce((sum, g) => sum + (g.connection === name ? g.count : 0), 0)
}

const both = (text: string) => ({ en: text, 'pt-BR': text })

/** focusFirst begins with the first thing to fill in. */
function focusFirst(form: HTMLFormElement | null) {
  const first = form?.querySelector<HTMLElement>('input[type=password][data-first]') ?? [...(form?.querySelectorAll<HTMLElement>('input, select, textarea') ?? [])].find((x) => !x.matches('[readonly], [type=hidden]'))
  first?.focus()
}

const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** plainFields are the values of a connection that may be shown. */
const plainFields = (of: Schemas['ConnectionView'] | undefined) => Object.fromEntries(Object.entries(of?.fields ?? {}).map(([id, v]) => [id, textOf(v)]))

function One({ field: f, first, value, set, problem }: { field: Schemas['ConnectionField']; first: boolean; value: string; set: (value: string) => void; problem?: string }) {
  const t = useWords()
  const say = useSay()
  const label = say(f.label)
  const props = { required: f.required, value, placeholder: f.placeholder ?? f.default, 'aria-invalid': problem !== undefined, autoComplete: 'off', spellCheck: false, ...(first && { 'data-first': '' }) }
  const named = (i: number, o: string) => { const words = f.option_labels?.[i]; return words ? say(words) : o }
  return (
    <Field label={label} aside={f.required ? t.required : undefined} problem={problem} help={f.help && say(f.help)}>
      {f.options && f.options.length > 0
        ? <Select label={label} value={value || (f.default ?? '')} set={set} options={f.options.map((o, i) => ({ value: o, label: named(i, o) }))} />
        : f.long ? <textarea {...props} rows={5} className={`${inputLook} code text-meta`} onChange={(e) => set(e.target.value)} />
          : f.secret ? <PasswordInput {...props} autoComplete="new-password" onChange={(e) => set(e.target.value)} />
            : <input {...props} className={inputLook} onChange={(e) => set(e.target.value)} />}
    </Field>
  )
}
