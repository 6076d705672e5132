import { Check, RotateCw, X } from 'lucide-react'
import type { Schemas } from '../api/client'
import { useHidden } from '../data/useHidden'
import { Button, Loading, Problem } from '../ui/basics'
import { useStatusWord } from '../ui/Status'
import { find, type Flow } from '../flow'
import { useStepName } from '../tree/useStepName'
import { fill, usePlural } from '../words/phrase'
import { Head } from './Head'
import type { DraftHook } from './useDraft'
import { useOwnTests } from './useOwnTests'
import { useWords } from './publishWords'
import { Ticked } from '../ui/Ticked'
import { ticked } from '../words/told'

/** testsPart is where the tests of a flow stand in the panel. */
export const testsPart = 'own-tests'

/** OwnTests runs the tests that travel with the flow; nothing leaves the machine. */
export function OwnTests({ draft, auto = false }: { draft: DraftHook; auto?: boolean }) {
  const t = useWords()
  const plural = usePlural()
  const { flow } = draft
  const count = flow.tests?.length ?? 0
  const tests = useOwnTests(draft, auto)
  const data = useHidden(tests.data)
  if (count === 0) return auto ? null : <p className="text-text-2">{t.noTests}</p>
  return (
    <section id={testsPart} tabIndex={-1} aria-labelledby={`${testsPart}-head`} className="rounded-lg">
      <Head id={`${testsPart}-head`} aside={<Button size="small" look="quiet" busy={tests.isFetching} onClick={() => void tests.refetch()}><RotateCw size={14} aria-hidden />{t.runTests}</Button>}>
        {!data ? t.ownTests : data.failed > 0 ? plural(t, 'testsFail', data.failed) : plural(t, 'testsPass', data.passed)}
      </Head>
      {tests.isLoading && <Loading />}
      {tests.error && <Problem error={tests.error} />}
      <ul className="space-y-1.5">{data?.tests.map((test, i) => <TestRow key={i} test={test} flow={flow} />)}</ul>
    </section>
  )
}

function TestRow({ test, flow }: { test: Schemas['TestView']; flow: Flow }) {
  const t = useWords()
  const word = useStatusWord()
  const ok = test.status === 'passed'
  const Icon = ok ? Check : X
  return (
    <li className="flex items-start gap-2">
      <Icon size={16} aria-hidden className={`mt-0.5 shrink-0 ${ok ? 'text-ok' : 'text-fail'}`} />
      <div className="min-w-0 flex-1">
        <span className="break-words">{test.name}<span className="sr-only"> {ok ? t.passed : word('failed')}</span></span>
        {test.run?.error && !ok && <p className="mt-1 text-secondary break-words">{test.run.error.step_name && `${test.run.error.step_name}: `}<Ticked text={ticked(test.run.error.message)} /></p>}
        <Differences list={test.differences} flow={flow} left={t.expected} right={t.got} />
      </div>
    </li>
  )
}

/** Place says where in a run something differs: in what became of it, in its answer, or in a step. */
function Place({ path, flow }: { path: string; flow: Flow }) {
  const t = useWords()
  const name = useStepName()
  const [first = '', ...rest] = path.split('/')
  const step = find(flow, first.split('.').at(-1) ?? first)
  const parts: Record<string, string> = { output: t.partOutput, with: t.partWith, request: t.partRequest, error: t.partError, reason: t.partReason }
  const [part = '', ...within] = rest.filter((x) => x !== 'status')
  const whole = step ? name(step) : first === 'status' ? t.partRun : first === 'answer' ? t.partAnswer : first
  return <p className="break-words">{[whole, step ? parts[part] ?? part : part, ...within].filter(Boolean).join(' › ')}</p>
}

/** Differences shows what was wanted and what came, by path. */
function Differences({ list, flow, left, right }: { list: Schemas['Difference'][]; flow: Flow; left: string; right: string }) {
  const t = useWords()
  const word = useStatusWord()
  const told = (path: string, value: unknown) => {
    if (value === undefined || value === null) return t.nothing
    if (typeof value !== 'string') return <code className="text-meta">{JSON.stringify(value)}</code>
    if (path === 'status') return word(value)
    if (!path.endsWith('/status')) return fill(t.quoted, { name: value })
    return { succeeded: t.stepSucceeded, filtered: t.stepFiltered }[value] ?? word(value)
  }
  if (list.length === 0) return null
  return (
    <ul className="mt-1.5 space-y-2">
      {list.map((d, i) => (
        <li key={i} className="rounded-lg bg-sunken p-2.5 text-secondary">
          <Place path={d.path} flow={flow} />
          <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5">
            <dt className="text-text-2">{left}</dt><dd className="min-w-0 break-words">{told(d.path, d.want)}</dd>
            <dt className="text-text-2">{right}</dt><dd className="min-w-0 break-words">{told(d.path, d.got)}</dd>
          </dl>
        </li>
      ))}
    </ul>
  )
}
