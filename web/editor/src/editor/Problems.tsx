import { CircleAlert, CircleCheck, KeyRound, Plus, TriangleAlert } from 'lucide-react'
import type { Schemas } from '../api/client'
import { useActions } from '../api/hooks'
import { Fixes } from '../fields/Fixes'
import { find, type Flow, splitPointer } from '../flow'
import { Button } from '../ui/basics'
import { Ticked } from '../ui/Ticked'
import { useSay } from '../words'
import { usePlural } from '../words/phrase'
import { toldShort } from '../words/told'
import { Head } from './Head'
import { isWarning, weight } from './problems'
import { useNamesIn } from './useNamesIn'
import { useWords } from './publishWords'

/** useWhere names the step and the field that a pointer leads to. */
function useWhere(flow: Flow) {
  const t = useWords()
  const words = useSay()
  const nameOf = useNamesIn(flow)
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

/** Problems are what is wrong with a draft, the same of several places once; each leads to where it is. */
export function Problems({ flow, problems, show, set }: { flow: Flow; problems: Schemas['ProblemView'][]; show: (problem: Schemas['ProblemView']) => void; set: (next: Flow) => void }) {
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
