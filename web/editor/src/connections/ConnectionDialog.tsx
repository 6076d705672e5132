import { type FormEvent, useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronLeft } from 'lucide-react'
import { api, Refused, type Schemas, take } from '../api/client'
import { idOf } from '../flow'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Field, inputLook, SearchInput } from '../ui/Field'
import { PasswordInput } from '../ui/PasswordInput'
import { Select } from '../ui/Select'
import { Problem, sentence } from '../ui/states'
import { toast } from '../ui/Toast'
import { useSay } from '../words'
import { plainText } from '../words/format'
import { movesSecrets, wasSet } from './secrets'
import { markOf, Tile } from './Tile'
import { useWords } from './words'

type Kind = Schemas['KindView']
type Connection = Schemas['ConnectionView']
type DialogProps = { before?: Connection; name?: string; wanted?: string[]; kinds: Kind[]; close: () => void }

/** ConnectionDialog chooses a service and takes what signs in there. */
export function ConnectionDialog({ before, name, wanted, kinds, close }: DialogProps) {
  const t = useWords()
  const say = useSay()
  const fits = (k: Kind) => !wanted || wanted.length === 0 || wanted.some((w) => w === k.kind || (w.endsWith(':*') && k.kind.startsWith(w.slice(0, -1))))
  const offered = kinds.filter(fits)
  const only = offered.length === 1 ? offered[0] : undefined
  const [chosen, choose] = useState<Kind | undefined>(before ? kinds.find((k) => k.kind === before.kind) : only)
  if (!chosen) return <Dialog title={t.which} close={close}><Kinds kinds={offered.length > 0 ? offered : kinds} choose={choose} /></Dialog>
  return (
    <Dialog title={before ? before.name : say(chosen.title)} help={before ? say(chosen.title) : undefined} close={close}>
      {!before && !only && <Button size="small" look="quiet" className="mb-3 -ml-2" onClick={() => choose(undefined)}><ChevronLeft size={15} aria-hidden />{t.others}</Button>}
      <Form key={chosen.kind} before={before} name={name ?? idOf(say(chosen.title))} kind={chosen} close={close} />
    </Dialog>
  )
}

function Kinds({ kinds, choose }: { kinds: Kind[]; choose: (kind: Kind) => void }) {
  const t = useWords()
  const say = useSay()
  const [q, setQ] = useState('')
  const found = kinds.filter((k) => plainText(`${k.title.en} ${k.title['pt-BR']} ${k.kind}`).includes(plainText(q))).sort((a, b) => say(a.title).localeCompare(say(b.title)))
  return (
    <div className="pb-2">
      <SearchInput label={t.findKind} value={q} set={setQ} data-first="" className="mb-3 w-full" />
      <ul className="grid gap-1 sm:grid-cols-2">
        {found.map((k) => (
          <li key={k.kind}>
            <button type="button" onClick={() => choose(k)} className="flex w-full items-center gap-3 rounded-xl border border-transparent p-2 text-left transition-colors duration-120 hover:border-line hover:bg-sunken">
              <Tile title={say(k.title)} mark={markOf(k, kinds)} /><KindName title={say(k.title)} />
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="p-3 text-text-2">{t.noMatch}</p>}
    </div>
  )
}

/** KindName is a service, and below it what signs in there: "Asaas: API key" on two lines. */
function KindName({ title }: { title: string }) {
  const [service = '', ...how] = title.split(': ')
  return <span className="min-w-0"><span className="block font-medium break-words">{service}</span>{how.length > 0 && <span className="block text-secondary break-words text-text-2">{sentence(how.join(': '))}</span>}</span>
}

function Form({ before, name: first, kind, close }: { before?: Connection; name: string; kind: Kind; close: () => void }) {
  const t = useWords()
  const queries = useQueryClient()
  const [name, setName] = useState(before?.name ?? first)
  const [hosts, setHosts] = useState(before?.hosts.join(', ') ?? '')
  const [typed, setTyped] = useState<Record<string, string>>({})
  const valueOf = (f: Schemas['ConnectionField']) => typed[f.id] ?? (f.secret ? '' : textOf(before?.fields[f.id]))
  const save = useMutation({
    mutationFn: () => {
      const fields: Record<string, unknown> = Object.fromEntries(kind.fields.map((f) => [f.id, valueOf(f)]).filter(([, v]) => v !== ''))
      const body = { kind: kind.kind, fields, hosts: kind.needs_hosts ? hosts.split(',').map((h) => h.trim()).filter(Boolean) : undefined }
      return before ? take(api.PUT('/connections/{name}', { params: { path: { name } }, body })) : take(api.POST('/connections', { body: { ...body, name } }))
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['connections'] })
      void queries.invalidateQueries({ queryKey: ['flows'] })
      close()
      if (kind.testable && !kind.sign_in) void tryIt()
    },
  })
  const tryIt = async () => {
    const tried = await take(api.POST('/connections/{name}/test', { params: { path: { name } } })).catch((error: Error) => ({ works: false, detail: error.message, account: undefined }))
    toast([name, tried.detail, tried.account].filter(Boolean).join(' · '), tried.works ? undefined : 'fail')
    await queries.invalidateQueries({ queryKey: ['connections'] })
  }
  const problemOf = (id: string) => (save.error instanceof Refused ? save.error.problem.problems?.find((p) => p.path.endsWith(`/${id}`))?.message : undefined)
  const submit = (e: FormEvent) => {
    e.preventDefault()
    save.mutate()
  }
  const moved = before !== undefined && movesSecrets(kind, before, (id) => { const f = kind.fields.find((x) => x.id === id); return f ? valueOf(f) : '' }, hosts)
  const stands = (f: Schemas['ConnectionField']) => (wasSet(before, f) ? (moved ? 'again' : 'set') : undefined)
  const draw = (f: Schemas['ConnectionField']) => <One key={f.id} field={f} first={f === kind.fields.find((x) => !x.advanced)} value={valueOf(f)} secret={stands(f)} problem={problemOf(f.id)} set={(v) => setTyped({ ...typed, [f.id]: v })} />
  const more = kind.fields.filter((f) => f.advanced)
  return (
    <form onSubmit={submit} className="space-y-4 pb-2">
      {!before && <Field label={t.connectionName} help={t.connectionNameHelp}><input className={inputLook} required pattern="[a-z0-9][a-z0-9_\-]*" value={name} onChange={(e) => setName(e.target.value)} /></Field>}
      {kind.fields.filter((f) => !f.advanced).map(draw)}
      {kind.needs_hosts && <Field label={t.hosts} help={t.hostsHelp} aside={t.required}><input className={inputLook} required value={hosts} onChange={(e) => setHosts(e.target.value)} /></Field>}
      {more.length > 0 && <details open={more.some((f) => !f.secret && before?.fields[f.id] !== undefined && textOf(before.fields[f.id]) !== (f.default ?? ''))}><summary className="w-fit font-medium text-text-2">{t.advanced}</summary><div className="mt-3 space-y-4">{more.map(draw)}</div></details>}
      {save.error && <Problem error={save.error} />}
      <div className="flex justify-end gap-2"><Button look="quiet" onClick={close}>{t.cancel}</Button><Button type="submit" look="primary" busy={save.isPending}>{t.save}</Button></div>
    </form>
  )
}

function labelOf(f: Schemas['ConnectionField'], i: number, say: (w: Schemas['Words']) => string) {
  const label = f.option_labels?.[i]
  return label && say(label)
}

const textOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

function One({ field: f, first, value, secret, problem, set }: { field: Schemas['ConnectionField']; first: boolean; value: string; /** it is set, or was and must be given again */ secret?: 'set' | 'again'; problem?: string; set: (value: string) => void }) {
  const t = useWords()
  const say = useSay()
  const required = secret === 'again' || (f.required === true && secret === undefined)
  const props = { required, value, placeholder: f.placeholder ?? f.default, 'aria-invalid': problem !== undefined, autoComplete: 'off', spellCheck: false, ...(first && { autoFocus: true, 'data-first': '' }) }
  return (
    <Field label={say(f.label)} aside={required ? t.required : undefined} problem={problem} help={secret === 'again' ? t.secretAgain : secret ? t.secretSet : f.help && say(f.help)}>
      {f.options && f.options.length > 0
        ? <Select label={say(f.label)} value={value || (f.default ?? '')} set={set} options={f.options.map((o, i) => ({ value: o, label: labelOf(f, i, say) ?? o }))} />
        : f.long ? <textarea {...props} rows={5} className={`${inputLook} code text-meta`} onChange={(e) => set(e.target.value)} />
          : f.secret ? <PasswordInput {...props} autoComplete="new-password" onChange={(e) => set(e.target.value)} />
            : <input {...props} className={inputLook} onChange={(e) => set(e.target.value)} />}
    </Field>
  )
}
