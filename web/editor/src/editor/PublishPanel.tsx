import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, KeyRound, Plus, TriangleAlert } from 'lucide-react'
import { Refused, type Schemas } from '../api/client'
import { useActions } from '../api/hooks'
import { Fixes } from '../fields/Fixes'
import { find, type Flow, splitPointer } from '../flow'
import { useStepName } from '../tree/useStepName'
import { Button, inputLook, Labeled, Problem } from '../ui/basics'
import { Ticked } from '../ui/Ticked'
import { toast } from '../ui/Toast'
import { useSay } from '../words'
import { fill, usePlural } from '../words/phrase'
import { toldShort } from '../words/told'
import { Backtest } from './Backtest'
import { useDoubts } from './doubts'
import type { Open } from './open'
import { Panel } from './Panel'
import { isWarning, weight } from './problems'
import { Shadow } from './Shadow'
import { Head } from './Head'
import { OwnTests } from './OwnTests'
import { Stopped } from './Stopped'
import { useOwnTests } from './useOwnTests'
import { usePublish } from './usePublish'
import { WhatChanges } from './WhatChanges'
import type { DraftHook } from './useDraft'
import { useWords } from './publishWords'

/** PublishPanel shows before anything acts: what changes, what is wrong, the flow's tests and what past events would do. */
export function PublishPanel({ draft, close, setOpen }: { draft: DraftHook; close: () => void; setOpen: (open: Open) => void }) {
  const t = useWords()
  const queries = useQueryClient()
  const { view, flow } = draft
  const [name, setName] = useState('')
  const put = usePublish(draft)
  const publish = useMutation({
    mutationFn: (force: boolean) => put({ force, name: name || undefined }),
    onSuccess: (next) => {
      void queries.invalidateQueries({ queryKey: ['revisions', flow.id] })
      if (next) toast(fill(t.published, { n: next.published_rev }))
      close()
    },
  })
  const tests = useOwnTests(draft)
  const refused = publish.error instanceof Refused && publish.error.problem.code === 'tests_failed'
  const failing = refused || (tests.data?.failed ?? 0) > 0
  const problems = [...view.problems, ...useDoubts(flow)]
  const errors = problems.filter((p) => p.severity === 'error').length
  const nothing = !view.changed && view.state !== 'new' && view.state !== 'off'
  const footer = (
    <>
      {failing && !nothing && <Stopped tests={tests.data?.tests} />}
      {publish.error && !refused && <Problem error={publish.error} className="mt-0 mb-3 max-h-[35dvh] overflow-y-auto" />}
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" busy={publish.isPending} disabled={nothing || errors > 0} onClick={() => publish.mutate(false)}>{fill(t.publishRev, { n: view.published_rev + (view.changed ? 1 : 0) })}</Button>
        {failing && !nothing && errors === 0 && <Button disabled={publish.isPending} onClick={() => publish.mutate(true)}>{t.publishAnyway}</Button>}
      </div>
    </>
  )
  return (
    <Panel title={t.publish} close={close} footer={footer}>
      <div className="space-y-7 pt-1">
        <WhatChanges draft={draft} />
        <Problems flow={flow} problems={problems} show={(p) => setOpen(openAt(draft, p))} set={draft.draft.edit} />
        <OwnTests draft={draft} auto />
        <Backtest draft={draft} />
        <Shadow draft={draft} />
        {!nothing && <Labeled label={t.revisionName} help={t.revisionNameHelp}><input className={inputLook} maxLength={200} value={name} onChange={(e) => setName(e.target.value)} /></Labeled>}
      </div>
    </Panel>
  )
}

function openAt({ flow }: DraftHook, problem: Schemas['ProblemView']): Open {
  const { step, rest } = splitPointer(flow, problem.path)
  if (step) return { what: 'step', id: step, ...(problem.code === 'never_tested' ? { tab: 'test' } : { field: rest }), at: Date.now() }
  return problem.path.startsWith('/trigger') ? { what: 'trigger', field: problem.path.slice('/trigger'.length) } : { what: 'settings' }
}

/** useWhere names the step and the field that a pointer leads to. */
function useWhere(flow: Flow) {
  const t = useWords()
  const words = useSay()
  const nameOf = useStepName()
  const actions = useActions()
  return (path: string) => {
    const { step: id, rest } = splitPointer(flow, path)
    const step = id ? find(flow, id) : undefined
    if (!step) return path.startsWith('/trigger') ? t.trigger : flow.name
    const action = actions.data?.items.find((a) => a.kind === step.action)
    const field = rest.startsWith('/with/') ? action?.fields.find((f) => f.id === rest.split('/')[2]) : undefined
    return [nameOf(step), field && words(field.label)].filter(Boolean).join(' › ')
  }
}

/** alike puts what is said of several places in the same words together, the worst first. */
function alike(problems: Schemas['ProblemView'][]): Schemas['ProblemView'][][] {
  const groups = new Map<string, Schemas['ProblemView'][]>()
  for (const p of [...problems].sort((a, b) => weight(a) - weight(b))) {
    const key = `${p.severity} ${p.code} ${p.message}`
    groups.set(key, [...(groups.get(key) ?? []), p])
  }
  return [...groups.values()]
}

type AlikeProps = { flow: Flow; same: Schemas['ProblemView'][]; where: (path: string) => string; show: (problem: Schemas['ProblemView']) => void; set: (next: Flow) => void }

/** Alike is one thing that is wrong, with each place where it is. */
function Alike({ flow, same, where, show, set }: AlikeProps) {
  const t = useWords()
  const [p] = same
  if (!p) return null
  const Sign = isWarning(p) ? TriangleAlert : CircleAlert
  const sign = <Sign size={16} aria-hidden className={`mt-0.5 shrink-0 ${p.severity === 'error' ? 'text-fail' : 'text-warn'}`} />
  const message = p.code === 'never_tested' && same.length > 1 ? t.neverTestedAll : p.message
  const words = <span className="text-text-2"><Ticked text={toldShort({ ...p, message, ...(p.code === 'no_connection_yet' && { hint: '' }) })} /></span>
  if (same.length > 1) {
    return (
      <div className="flex items-start gap-2 px-2 py-1.5">
        {sign}
        <div className="min-w-0 break-words">
          {words}
          <ul className="flex flex-wrap gap-x-3">{same.map((x) => <li key={x.path}><button type="button" onClick={() => show(x)} className="min-h-6 text-left font-medium hover:underline">{where(x.path)}</button></li>)}</ul>
        </div>
      </div>
    )
  }
  return (
    <>
      <button type="button" onClick={() => show(p)} className="flex w-full items-start gap-2 rounded-lg px-2 py-1.5 text-left hover:bg-sunken">
        {sign}<span className="min-w-0 break-words"><span className="block font-medium">{where(p.path)}</span>{words}</span>
      </button>
      <div className="mb-1 pl-3 empty:hidden"><Fixes problem={p} value={flow} pointer={p.path} set={(next) => set(next as Flow)} /></div>
      {p.code === 'no_connection_yet' && <Button size="small" className="mb-1 ml-8" onClick={() => show(p)}><Plus size={15} aria-hidden />{t.createConnection}</Button>}
      {p.code === 'secret_left_out' && <Button size="small" className="mb-1 ml-8" onClick={() => show(p)}><KeyRound size={15} aria-hidden />{t.saveSecret}</Button>}
    </>
  )
}

function Problems({ flow, problems, show, set }: { flow: Flow; problems: Schemas['ProblemView'][]; show: (problem: Schemas['ProblemView']) => void; set: (next: Flow) => void }) {
  const t = useWords()
  const plural = usePlural()
  const where = useWhere(flow)
  const errors = problems.filter((p) => p.severity === 'error').length
  const warnings = problems.filter(isWarning).length
  const hints = problems.length - errors - warnings
  if (problems.length === 0) return <p className="flex items-center gap-2 text-ok"><CircleCheck size={16} aria-hidden />{t.noProblems}</p>
  return (
    <section>
      <Head>{errors > 0 ? plural(t, 'errorsStop', errors) : [warnings > 0 && plural(t, 'warnings', warnings), hints > 0 && plural(t, 'hints', hints)].filter(Boolean).join(' · ')}</Head>
      <ul className="space-y-1">{alike(problems).map((same) => <li key={same.map((p) => p.path).join(' ')}><Alike {...{ flow, same, where, show, set }} /></li>)}</ul>
    </section>
  )
}
