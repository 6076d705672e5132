import { Suspense, useMemo, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Cable, Check, CircleDashed, Eye, Globe } from 'lucide-react'
import { useLocation } from 'wouter'
import { api, Refused, type Schemas, take } from '../../api/client'
import { Badge } from '../../ui/Badge'
import { Button } from '../../ui/Button'
import { Loading, Problem, sentence } from '../../ui/states'
import { soon } from '../../ui/soon'
import { Switch } from '../../ui/Switch'
import { toast } from '../../ui/Toast'
import { fill, usePlural } from '../../words/phrase'
import { noted, type Taken, textAt } from './foreign'
import { useWords } from './words'
import { type Bundle, countSteps, needs, stepAt } from './read'

const Sentences = soon(() => import('../../tree/Sentences').then((m) => m.Sentences))

const send = (bundle: Bundle, dry: boolean, replace: boolean) =>
  take(api.POST('/import', { params: { query: { dry_run: dry, on_conflict: replace ? 'replace' : 'skip' } }, body: { gancho: bundle.gancho, flows: bundle.flows } }))

/** Report says what an import would do, before it does it. */
export function Report({ bundle: read, back }: { bundle: Bundle; back: () => void }) {
  const t = useWords()
  const bundle = useMemo(() => ({ ...read, flows: read.flows.map((f) => noted(f, read.taken ?? [], (what) => fill(t.lookNote, { from: read.from ?? '', what }))) }), [read, t])
  const plural = usePlural()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [replace, setReplace] = useState(false)
  const trial = useQuery({ queryKey: ['import', bundle, replace], queryFn: () => send(bundle, true, replace), retry: false })
  const make = useMutation({
    mutationFn: () => send(bundle, false, replace),
    onSuccess: async ({ flows }) => {
      if (bundle.own) await Promise.all(flows.map(({ id }) => take(api.POST('/flows/{id}/resume', { params: { path: { id } } })))).catch((e: Error) => toast(e.message, 'fail')) // it records from the first second, as any new flow does
      await queries.invalidateQueries({ queryKey: ['flows'] })
      if (!bundle.own) toast(t.imported)
      go(flows.length === 1 && flows[0] ? `/flows/${flows[0].id}` : '/')
      back()
    },
  })
  const rows = trial.data?.flows ?? []
  const fresh = rows.filter((r) => r.action === 'created' || r.action === 'replaced').length
  const { connections, hosts } = needs(bundle.flows)
  return (
    <section className="pb-3">
      <h3 className="text-title font-semibold">{bundle.from ? fill(t.importFrom, { from: bundle.from }) : bundle.own ? t.ownTitle : t.importTitle}</h3>
      <p className="mb-3 text-text-2">{bundle.from ? t.importFromHelp : bundle.own ? t.ownHelp : t.importHelp}</p>
      {bundle.taken && <Parts taken={bundle.taken} />}
      {trial.isPending && <Loading />}
      {trial.error && <Unread error={trial.error} bundle={bundle} />}
      {rows.length > 0 && <ul className="divide-y divide-line rounded-xl border border-line">{rows.map((r) => <Row key={r.id} result={r} bundle={bundle} />)}</ul>}
      {rows.some((r) => r.action === 'skipped' || r.action === 'replaced') && <p className="mt-3 flex items-center gap-3"><Switch on={replace} label={t.replaceThem} set={setReplace} />{t.replaceThem}</p>}
      {!trial.error && <dl className="mt-4 grid gap-3 sm:grid-cols-2">
        <Need icon={<Cable size={15} aria-hidden />} title={t.needsConnections} list={connections} />
        <Need icon={<Globe size={15} aria-hidden />} title={t.callsHosts} list={hosts} />
      </dl>}
      {make.error && !(make.error instanceof Refused && make.error.status === 412) && <Problem error={make.error} />}
      <div className="mt-5 flex gap-2">
        {!trial.error && <Button look="primary" busy={make.isPending} disabled={fresh === 0} onClick={() => make.mutate()}>{bundle.own ? t.makeOwn : plural(t, 'doImport', fresh)}</Button>}
        <Button look={trial.error ? 'primary' : 'quiet'} onClick={back}>{trial.error ? t.backToText : t.cancel}</Button>
      </div>
    </section>
  )
}

function Row({ result: r, bundle }: { result: Schemas['ImportView']; bundle: Bundle }) {
  const t = useWords()
  const flow = bundle.flows.find((f) => textAt(f, 'id') === r.id)
  const word = { created: t.willCreate, replaced: t.willReplace, skipped: t.willSkip, unchanged: t.willKeep }[r.action]
  const tone = { created: 'ok', replaced: 'warn', skipped: 'none', unchanged: 'none' } as const
  return (
    <li className="px-4 py-2.5">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1"><span className="font-medium">{textAt(flow, 'name') || r.id}</span><Badge tone={tone[r.action]}>{word}</Badge>{flow !== undefined && <span className="text-secondary text-text-2">{fill(t.steps, { n: countSteps(flow) })}</span>}</p>
      {r.sentences && r.sentences.length > 0 && (
        <div className="mt-2 text-secondary">
          <p className="mb-1 text-text-2">{r.action === 'skipped' ? t.wouldChange : t.changes}</p>
          <Suspense fallback={<Loading />}><Sentences list={r.sentences} /></Suspense>
        </div>
      )}
      {r.problems.map((p, i) => <p key={i} className={`mt-1 text-secondary ${p.severity === 'error' ? 'text-fail' : 'text-warn'}`}><Where flow={flow} path={p.path} />{p.message}</p>)}
    </li>
  )
}

/** Unread says what keeps a text from being read, and where in it. */
function Unread({ error, bundle }: { error: Error; bundle: Bundle }) {
  const t = useWords()
  const problems = error instanceof Refused ? error.problem.problems ?? [] : []
  if (problems.length === 0) return <Problem error={error} />
  return (
    <ul role="alert" className="space-y-1 rounded-xl bg-fail-soft p-4 text-fail">
      {problems.map((p, i) => {
        const [, n, path = ''] = /^\/flows\/(\d+)(.*)$/.exec(p.path) ?? []
        if (n === undefined) return <li key={i}>{p.path && p.path !== '/gancho' && <code className="text-meta break-all">{p.path} </code>}{sentence(p.message)}</li>
        const flow = bundle.flows[Number(n)]
        return <li key={i}>{bundle.flows.length > 1 && `${textAt(flow, 'name') || fill(t.flowN, { n: Number(n) + 1 })} · `}<Where flow={flow} path={path} whole />{p.message}</li>
      })}
    </ul>
  )
}

/** Where names the step that a problem is of, or the trigger; elsewhere the file has the place. The whole of it names the member of the step too. */
function Where({ flow, path, whole = false }: { flow: unknown; path: string; whole?: boolean }) {
  const t = useWords()
  const step = stepAt(flow, path)
  const [first, ...more] = path.split('/').slice(1)
  const name = step ? step.name || fill(t.stepN, { n: step.n }) : first === 'trigger' && t.trigger
  const rest = (name && !whole ? [] : step ? step.rest : name ? more : path.split('/').slice(1)).join(' › ')
  return <>{name && <span className="font-medium">{name}</span>}{name && rest && ' · '}{rest && <code className="text-meta break-all">{rest}</code>}{(name || rest) && ': '}</>
}

const marks = { done: [Check, 'text-ok'], look: [Eye, 'text-warn'], missing: [CircleDashed, 'text-fail'] } as const

/** Parts says of each part of a foreign flow what became of it. */
function Parts({ taken }: { taken: Taken[] }) {
  const t = useWords()
  const plural = usePlural()
  const words = { done: t.partDone, look: t.partLook, missing: t.partMissing }
  const count = (as: Taken['as']) => taken.filter((x) => x.as === as).length
  return (
    <div className="mb-4">
      <p className="mb-2 flex flex-wrap gap-1.5">
        {count('done') > 0 && <Badge tone="ok">{plural(t, 'partsDone', count('done'))}</Badge>}
        {count('look') > 0 && <Badge tone="warn">{plural(t, 'partsLook', count('look'))}</Badge>}
        {count('missing') > 0 && <Badge tone="fail">{plural(t, 'partsMissing', count('missing'))}</Badge>}
      </p>
      <ul aria-label={t.parts} tabIndex={0} className="max-h-72 divide-y divide-line overflow-y-auto rounded-xl border border-line">
        {taken.map((x, i) => {
          const [Icon, tone] = marks[x.as]
          return <li key={i} className="grid grid-cols-[16px_minmax(0,1fr)] items-start gap-x-3 px-4 py-2"><Icon size={16} aria-hidden className={`mt-0.5 ${tone}`} /><span className="min-w-0 break-words"><b className="font-medium">{x.name}</b> <code className="text-meta text-text-3">{x.what}</code><span className={x.as === 'done' ? 'sr-only' : 'block text-secondary text-text-2'}>{words[x.as]}</span></span></li>
        })}
      </ul>
    </div>
  )
}

function Need({ icon, title, list }: { icon: React.ReactNode; title: string; list: string[] }) {
  const t = useWords()
  return (
    <div>
      <dt className="mb-1 flex items-center gap-2 text-secondary text-text-2">{icon}{title}</dt>
      <dd className="flex flex-wrap gap-1">{list.length === 0 ? t.nothingElse : list.map((x) => <Badge key={x}>{x}</Badge>)}</dd>
    </div>
  )
}
