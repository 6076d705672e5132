import { useState } from 'react'
import { Pencil, RotateCw, Terminal } from 'lucide-react'
import { Link } from 'wouter'
import type { Schemas } from '../api/client'
import { VeilEye } from '../data/VeilEye'
import { useWords as useVeilWords } from '../data/eyeWords'
import { Panel, Tabs } from '../editor/Panel'
import type { Flow, Step } from '../flow'
import { ResultBadge } from '../tree/ResultBadge'
import { attemptsOf, resultOf } from '../tree/results'
import { Button } from '../ui/basics'
import { buttonLook } from '../ui/Button'
import { copyText } from '../ui/Copy'
import { toast } from '../ui/Toast'
import { useAnswer } from '../history/answer'
import { isLetter } from '../ui/Outgoing'
import { Ticked } from '../ui/Ticked'
import { useSay } from '../words'
import { curlOf, erased, troubleOf } from './paths'
import { Attempts } from './Attempts'
import { Part } from './RunEvent'
import { useWords } from './runWords'
import { Settle } from './Settle'
import { StepCounts } from './StepCounts'

type StepView = Schemas['StepView']
type RunStepProps = { run: Schemas['RunView']; flow: Flow; step: Step; action?: Schemas['ActionView']; title: string; path: string; result?: StepView; may: boolean; close: () => void; replay: () => void }

type Tab = 'input' | 'sent' | 'answer' | 'output' | 'attempts'

/** firstTab is what a person opens a step for: what went wrong, what an e-mail said, else what it gave. */
const firstTab = (s?: StepView): Tab => (isLetter(s?.request) ? 'sent' : s?.status === 'failed' || s?.status === 'unknown' ? (s.request !== undefined ? 'sent' : 'input') : s?.output !== undefined ? 'output' : 'input')

/** RunStep shows what a step was given, sent, was answered and gave, and each attempt. */
export function RunStep({ run, step, action, title, path, result, may, close, replay }: RunStepProps) {
  const t = useWords()
  const [tab, setTab] = useState<Tab>(() => firstTab(result))
  const failedHere = run.status === 'failed' && !erased(run) && run.error?.step === path
  const footer = may && (
    <div className="flex flex-wrap gap-2">
      <Link href={`/flows/${run.flow}?step=${step.id}&event=${run.event}${run.status === 'failed' ? `&run=${run.id}` : ''}`} className={buttonLook(failedHere ? 'primary' : 'plain')}><Pencil size={15} strokeWidth={1.75} aria-hidden />{t.editStep}</Link>
      {failedHere && <Button onClick={replay}><RotateCw size={16} strokeWidth={1.75} aria-hidden />{t.replayHere}</Button>}
    </div>
  )
  return (
    <Panel title={title} above={result && <span className="mb-1 block"><ResultBadge result={resultOf(result, 0)} most={attemptsOf(step, action)} /></span>} actions={<VeilEye className="min-[900px]:hidden" />} close={close} footer={footer}>
      {!result && <p className="text-text-2">{erased(run) ? t.stepErased : t.notRun}</p>}
      {result && (
        <>
          <Why result={result} />
          {result.done_by && <p className="mb-3 rounded-lg bg-sunken px-3 py-2 text-text-2">{t.doneBefore} <Link href={`/runs/${result.done_by}?step=${encodeURIComponent(path)}`} className="text-accent underline underline-offset-2">{t.seeFormer}</Link></p>}
          {result.status === 'unknown' && may && <Settle run={run.id} path={path} />}
          <Tabs<Tab> label={title} tab={tab} choose={setTab} tabs={(['input', 'sent', 'answer', 'output', 'attempts'] as const).map((id) => ({ id, label: t[id] }))}>
            <TabBody tab={tab} s={result} />
          </Tabs>
        </>
      )}
      <StepCounts flow={run.flow} path={path} />
    </Panel>
  )
}

/** Why says in plain words what went wrong, or why the step did not act. */
function Why({ result: s }: { result: StepView }) {
  const t = useWords()
  const say = useSay()
  const answer = useAnswer()(s)
  const trouble = s.error && troubleOf(s.error, s)
  return (
    <div className="mb-3 space-y-2 empty:hidden">
      {s.error && trouble && (
        <div className="rounded-lg bg-fail-soft px-3 py-2 break-words text-fail">
          <p className="font-medium"><Ticked text={trouble.said} /></p>
          {trouble.rest && <p className="text-secondary"><Ticked text={trouble.rest} /></p>}
          {s.error.hint && <p className="mt-1">{say(s.error.hint)}</p>}
        </div>
      )}
      {answer && <p className="rounded-lg bg-sunken px-3 py-2 font-medium break-words">{answer}</p>}
      {s.reason && !s.error && <p className="rounded-lg bg-sunken px-3 py-2 break-words text-text-2"><Ticked text={s.reason} /></p>}
      {s.may_have_happened_twice && <p className="rounded-lg bg-warn-soft px-3 py-2 text-warn">{t.twice}</p>}
    </div>
  )
}

function TabBody({ tab, s }: { tab: Tab; s: StepView }) {
  const t = useWords()
  const none = (words: string) => <p className="text-text-2">{words}</p>
  const last = s.attempts.at(-1)
  if (tab === 'input') return s.input === undefined ? none(t.noInput) : <Part title={t.input} value={s.input} />
  const acted = s.status === 'succeeded' && s.attempts.length > 0
  if (tab === 'sent' && s.request === undefined && acted) return <div className="space-y-3">{none(t.sentNotKept)}{s.input !== undefined && <Part title={t.input} value={s.input} />}</div>
  if (tab === 'answer' && last?.response === undefined && acted) return <div className="space-y-3">{none(t.answerNotKept)}{s.output !== undefined && <Part title={t.output} value={s.output} />}</div>
  if (tab === 'sent') return s.request === undefined ? none(t.nothingSent) : <Part sent title={t.sent} value={s.request} aside={<CurlButton request={s.request} />} />
  if (tab === 'answer') return last?.response === undefined ? none(t.noAnswer) : <Part title={t.answer} value={last.response} />
  if (tab === 'output') {
    return s.output === undefined && !s.log ? none(t.noOutput) : (
      <div className="space-y-4">
        {s.log && <section><h3 className="mb-1 font-medium">{t.log}</h3>{s.log.map((line, i) => <p key={i} className="rounded-lg bg-sunken px-3 py-2 break-words">{line}</p>)}</section>}
        {s.output !== undefined && <Part title={t.output} value={s.output} />}
      </div>
    )
  }
  return s.attempts.length === 0 ? none(t.noAttempts) : <Attempts s={s} />
}

function CurlButton({ request }: { request: unknown }) {
  const t = useWords()
  const veil = useVeilWords()
  const line = curlOf(request)
  if (!line) return null
  return <Button size="small" look="quiet" onClick={() => void copyText(line).then(() => toast(line.includes('•••') ? `${t.copied}. ${veil.areHidden}` : t.copied))}><Terminal size={14} aria-hidden />{t.copyCurl}</Button>
}
