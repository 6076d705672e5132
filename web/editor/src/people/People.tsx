import { type FormEvent, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Download, Eraser, FileText, UserRound } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { useAbout, useSession } from '../api/hooks'
import { useHidden } from '../data/useHidden'
import { useSearched } from '../data/useSearched'
import { VeilEye } from '../data/VeilEye'
import { NotYours } from '../shell/NotYours'
import { Badge } from '../ui/Badge'
import { Button, buttonLook } from '../ui/Button'
import { CopyButton } from '../ui/Copy'
import { Dialog } from '../ui/Dialog'
import { Field } from '../ui/Field'
import { inputLook, SearchInput } from '../ui/Input'
import { JSONView, Page } from '../ui/Page'
import { saveFile } from '../ui/saveFile'
import { Empty, Problem, Skeleton } from '../ui/states'
import { offsetOf, ownZone, placeOf } from '../ui/zones'
import { fill, usePlural } from '../words/phrase'
import { Stays } from './Stays'
import { TimeLine } from './TimeLine'
import { useWords } from './words'

/** People shows all that concerned one person, and takes it out. */
export function People() {
  return useSession().data?.role === 'viewer' ? <NotYours /> : <Look />
}

const anyone = () => true

function Look() {
  const t = useWords()
  const [params, setParams] = useSearched('key', anyone)
  const key = params.get('key') ?? ''
  const [typed, setTyped] = useState(key)
  const submit = (e: FormEvent) => {
    e.preventDefault()
    setParams(() => new URLSearchParams(typed.trim() ? { key: typed.trim() } : {}), false)
  }
  return (
    <Page title={t.people} help={t.help} wide>
      <form onSubmit={submit} className="mb-5 flex gap-2" role="search">
        <SearchInput label={t.key} value={typed} set={setTyped} className="min-w-0 flex-1 sm:max-w-96" />
        <Button type="submit" look="primary" className="pointer-coarse:h-11" disabled={!typed.trim()}>{t.find}</Button>
      </form>
      {key ? <Person key={key} of={key} /> : <Empty icon={<UserRound aria-hidden />} title={t.howTitle} help={t.howHelp} />}
    </Page>
  )
}

function Person({ of: key }: { of: string }) {
  const t = useWords()
  const plural = usePlural()
  const as = { email: t.asEmail, phone: t.asPhone, cpf: t.asCPF, text: t.asText }
  const [erasing, setErasing] = useState(false)
  const path = { params: { path: { key } } }
  const { data: found, error, refetch } = useQuery({ queryKey: ['person', key], queryFn: () => take(api.GET('/people/{key}', path)), staleTime: 0 })
  const data = useHidden(found, key)
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Skeleton />
  if (data.items.length + data.state.length + data.flows.length === 0) return <Empty icon={<UserRound aria-hidden />} title={data.as === 'text' ? fill(t.notFound, { key }) : fill(t.none, { key })} help={data.as === 'text' ? t.notByName : t.noneHelp} />
  const acted = data.items.reduce((n, m) => n + m.effects.filter((e) => e.status === 'succeeded' || e.status === 'unknown').length, 0)
  return (
    <section>
      <div className="mb-6 flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="text-title font-semibold break-words">{key} <Badge>{as[data.as]}</Badge></h2>
          <p className="text-text-2">{plural(t, 'received', data.items.filter((m) => m.event).length)}{acted > 0 && ` · ${plural(t, 'acted', acted)}`}</p>
        </div>
        <div className="flex flex-wrap gap-2">
          <VeilEye />
          <HandOver of={key} />
          <a href={`/api/v1/people/${encodeURIComponent(key)}/export`} download className={buttonLook('plain')}><Download size={16} aria-hidden />{t.export}</a>
          {data.as !== 'text' && <Button look="danger" onClick={() => setErasing(true)}><Eraser size={16} aria-hidden />{t.erase}</Button>}
        </div>
      </div>
      {data.as === 'text' && <p className="mb-3 text-text-2">{t.eraseWhole}</p>}
      {data.more && <p className="mb-3 text-warn">{t.more}</p>}
      <Zones />
      <TimeLine moments={data.items} />
      <Stays flows={data.flows} />
      {data.state.length > 0 && <KeptOf entries={data.state} />}
      {erasing && <Erase of={key} flows={data.flows} close={() => setErasing(false)} />}
    </section>
  )
}

/** Zones says whose clock the times are of, where the document to hand over has another than this screen. */
function Zones() {
  const t = useWords()
  const there = useAbout().data?.timezone
  if (!there || offsetOf(there) === offsetOf(ownZone())) return null
  return <p className="mb-3 text-secondary text-text-2">{fill(t.zones, { here: placeOf(ownZone()), there: placeOf(there) })}</p>
}

/** KeptOf lists what flows keep of a person under keys of their own. */
function KeptOf({ entries }: { entries: Schemas['Kept'][] }) {
  const t = useWords()
  return (
    <section className="mt-8">
      <h3 className="mb-2 font-semibold">{t.kept}</h3>
      <dl className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface shadow-card">
        {entries.map((k) => (
          <div key={k.key} className="grid gap-1 px-4 py-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,2fr)]">
            <dt className="font-mono text-secondary break-all">{k.key}</dt>
            <dd className="font-mono text-secondary break-all text-text-2">{JSON.stringify(k.value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

/** HandOver saves what a person who asks for their data can read, in the language of who hands it over. */
function HandOver({ of: key }: { of: string }) {
  const t = useWords()
  const save = useMutation({
    mutationFn: () => take(api.GET('/people/{key}/export', { params: { path: { key }, query: { as: 'html' } }, parseAs: 'text' })),
    onSuccess: (page) => saveFile('person.html', 'text/html', String(page)),
  })
  return <><Button busy={save.isPending} onClick={() => save.mutate()}><FileText size={16} aria-hidden />{t.handOver}</Button>{save.error && <Problem error={save.error} />}</>
}

function Erase({ of: key, flows, close }: { of: string; flows: Schemas['FlowHolding'][]; close: () => void }) {
  const t = useWords()
  const plural = usePlural()
  const queries = useQueryClient()
  const [typed, setTyped] = useState('')
  const erase = useMutation({ mutationFn: (cancel: boolean) => take(api.DELETE('/people/{key}', { params: { path: { key }, query: { cancel } } })), onSuccess: () => Promise.all([['runs'], ['events']].map((queryKey) => queries.invalidateQueries({ queryKey }))) })
  const done = erase.data
  const told = ({ erased, events, state, shadows }: Schemas['Erasure']) => [
    (erased.length > 0 || events.length === 0) && plural(t, 'erased', erased.length), events.length > 0 && plural(t, 'eventsErased', events.length),
    state.length > 0 && plural(t, 'keptErased', state.length), shadows.length > 0 && plural(t, 'shadowsEnded', shadows.length),
  ].filter(Boolean).join(' ')
  const shut = () => {
    if (done) void queries.invalidateQueries({ queryKey: ['person', key] })
    close()
  }
  return (
    <Dialog title={done ? t.erasedTitle : t.eraseTitle} help={done ? undefined : t.eraseHelp} close={shut} footer={done ? <Button look="primary" onClick={shut}>{t.close}</Button> : (
      <><Button look="quiet" onClick={shut}>{t.cancel}</Button><Button look="destroy" disabled={typed.trim() !== key} busy={erase.isPending} onClick={() => erase.mutate(false)}>{t.eraseNow}</Button></>
    )}>
      {!done && <Field label={fill(t.typeIt, { key })}><input data-first className={inputLook} autoComplete="off" spellCheck={false} value={typed} onChange={(e) => setTyped(e.target.value)} /></Field>}
      {done && <p role="status" className="mb-3 font-medium">{told(done)}</p>}
      <Stays flows={done?.flows ?? flows} />
      <p className="my-3 text-text-2">{t.backups}</p>
      {erase.error && <Problem error={erase.error} />}
      {done && (
        <div className="space-y-3">
          {done.open.length > 0 && (
            <div className="flex flex-wrap items-center gap-3"><p className="text-warn">{plural(t, 'stillOpen', done.open.length)}</p><Button look="destroy" busy={erase.isPending} onClick={() => erase.mutate(true)}>{t.cancelAndErase}</Button></div>
          )}
          <h3 className="flex items-center justify-between font-semibold">{t.receipt}<CopyButton size="small" text={JSON.stringify(done, null, 2)} /></h3>
          <p className="text-text-2">{t.receiptHelp}</p>
          <JSONView value={done} />
        </div>
      )}
    </Dialog>
  )
}
