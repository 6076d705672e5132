import type { ReactNode } from 'react'
import { CircleHelp, Eraser, ExternalLink, Hourglass, Info, RotateCw, Stamp, TriangleAlert } from 'lucide-react'
import { Link } from 'wouter'
import type { Schemas } from '../api/client'
import { find, type Flow, type Step } from '../flow'
import { Button, buttonLook } from '../ui/Button'
import { CopyButton } from '../ui/Copy'
import { Ticked } from '../ui/Ticked'
import { ticked } from '../words/told'
import { useSay, useWords as useShared } from '../words'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { useAnswer } from '../history/answer'
import { Approve, asked } from './Approve'
import { NeedsConnection } from './NeedsConnection'
import { atTrigger, erased, stepOfPath, troubleOf } from './paths'
import { TryNow } from './TryNow'
import { useWords } from './runWords'

type HeadProps = { run: Schemas['RunView']; flow: Flow; nameOf: (step: Step) => string; show: (step: string) => void; may: boolean; gone: boolean }

/** RunHead says in a sentence why the run is where it is, and what helps. */
export function RunHead({ run, show, ...rest }: HeadProps) {
  const t = useWords()
  const { day } = useFormat()
  return (
    <div className="mx-auto mb-5 max-w-[680px] space-y-3 empty:hidden">
      {run.replayed_by && <Box tone="bg-sunken text-text-2" icon={<RotateCw size={17} aria-hidden />}>{t.replayedBy} <Link href={`/runs/${run.replayed_by}`} className="text-accent underline underline-offset-2">{t.seeReplay}</Link></Box>}
      {run.error && run.ended && <Failed run={run} show={show} />}
      {run.ended && <Answers run={run} show={show} {...rest} />}
      {erased(run) && <Box tone="bg-sunken text-text-2" icon={<Eraser size={17} aria-hidden />}>{run.erased_at ? fill(t.dataErasedOn, { when: day(run.erased_at) }) : t.dataErased}</Box>}
      {run.reason && !run.error && !erased(run) && <Box tone="bg-sunken text-text-2" icon={<Info size={17} aria-hidden />}><Ticked text={run.reason} /></Box>}
      {run.status === 'unknown' && <Unsure run={run} show={show} {...rest} />}
      {run.waiting_for && !run.ended && !run.reason && <Waits run={run} show={show} {...rest} />}
      {rest.gone && <Box tone="bg-sunken text-text-2" icon={<Info size={17} aria-hidden />}>{t.flowGone}</Box>}
      {run.replay_of && <p className="text-secondary"><Link href={`/runs/${run.replay_of}`} className="text-accent underline underline-offset-2">{t.replayOf}</Link></p>}
    </div>
  )
}

function Box({ tone, icon, children, aside }: { tone: string; icon: ReactNode; children: ReactNode; aside?: ReactNode }) {
  return (
    <div className={`grid grid-cols-[auto_minmax(0,1fr)] items-start gap-x-3 gap-y-2 rounded-xl px-4 py-3 sm:grid-cols-[auto_minmax(0,1fr)_auto] ${tone}`}>
      <span className="mt-0.5 shrink-0">{icon}</span>
      <div className="min-w-0 break-words">{children}</div>
      {aside && <div className="flex flex-wrap items-center gap-2 self-center max-sm:col-start-2">{aside}</div>}
    </div>
  )
}

/** Answers are what was said where the run asked for an approval. */
function Answers({ run, flow, nameOf, show }: HeadProps) {
  const said = useAnswer()
  const asked = run.steps?.filter((s) => s.approval) ?? []
  if (asked.length === 0) return null
  return (
    <Box tone="bg-sunken text-text-2" icon={<Stamp size={17} aria-hidden />}>
      {asked.map((s) => {
        const step = find(flow, stepOfPath(s.path).step)
        return <p key={s.path}>{step && <><Named name={nameOf(step)} show={() => show(step.id)} />: </>}{said(s)}</p>
      })}
    </Box>
  )
}

/** Named leads to a step by its name. */
function Named({ name, show }: { name: string; show: () => void }) {
  return <button type="button" className="text-left font-semibold underline underline-offset-2" onClick={show}>{name}</button>
}

function Failed({ run, show }: { run: Schemas['RunView']; show: (step: string) => void }) {
  const t = useWords()
  const say = useSay()
  const shared = useShared()
  const e = run.error
  if (!e) return null
  const { said, rest } = troubleOf(e, run.steps?.find((s) => s.path === e.step))
  const trigger = atTrigger(e)
  const at = trigger ? 'trigger' : e.step && stepOfPath(e.step).step
  return (
    <Box tone={run.replayed_by ? 'bg-sunken text-fail' : 'bg-fail-soft text-fail'} icon={<TriangleAlert size={17} aria-hidden />}>
      <p>{at && <><Named name={e.step_name ?? (trigger ? shared.trigger : at)} show={() => show(at)} />: </>}{said ? <Ticked text={said} /> : t.whyErased}</p>
      {rest && <p className="text-secondary"><Ticked text={rest} /></p>}
      {e.hint && <p className="mt-0.5">{say(e.hint)}</p>}
    </Box>
  )
}

/** Unsure asks a person what became of an effect. */
function Unsure({ run, flow, nameOf, show, may }: HeadProps) {
  const t = useWords()
  const { moment } = useFormat()
  const path = run.steps?.find((s) => s.status === 'unknown')?.path
  const step = path && find(flow, stepOfPath(path).step)
  if (!step) return null
  return (
    <Box tone="bg-warn-soft text-warn" icon={<CircleHelp size={17} aria-hidden />} aside={may && <Button size="small" onClick={() => show(step.id)}>{t.decide}</Button>}>
      <p><Named name={nameOf(step)} show={() => show(step.id)} />: {may ? t.unsure : t.unsureLooks}</p>
      {run.due && <p className="text-secondary">{fill(t.unsureUntil, { time: moment(run.due) })}</p>}
    </Box>
  )
}

function Waits({ run, flow, nameOf, show, may }: HeadProps) {
  const t = useWords()
  const format = useFormat()
  const parked = run.steps?.find((s) => s.status === 'waiting' && s.waiting_for === run.waiting_for)
  const step = parked && find(flow, stepOfPath(parked.path).step)
  const question = parked && asked(parked)
  const asks = parked?.path.startsWith('trigger.')
  const last = parked?.error ?? parked?.attempts.at(-1)?.error
  const trouble = last ? troubleOf(last, parked) : run.error && { said: ticked(run.error.message), rest: '' }
  const again = run.waiting_for === 'retry' || run.waiting_for === 'quota'
  const connection = asks ? flow.trigger.connection : step?.connection
  const forConnection = run.waiting_for === 'connection' && connection !== undefined
  return (
    <Box tone={run.error && !again ? 'bg-warn-soft text-warn' : 'bg-wait-soft text-wait'} icon={again ? <RotateCw size={17} aria-hidden /> : <Hourglass size={17} aria-hidden />} aside={may && (parked?.wait_url ? <><a href={parked.wait_url} target="_blank" rel="noreferrer" className={buttonLook('plain', 'small')}><ExternalLink size={14} aria-hidden />{t.answerPage}</a><CopyButton size="small" text={parked.wait_url} label={t.copyAnswerPage} /></> : again ? <TryNow run={run.id} /> : forConnection && <NeedsConnection name={connection} action={parked?.action} />)}>
      <p>
        {step && <Named name={nameOf(step)} show={() => show(step.id)} />}{asks && <Named name={t.resource} show={() => show('trigger')} />}{' '}
        {question ? t.for_approval : forConnection && run.error ? t.for_mending : t[`for_${run.waiting_for}` as 'for_delay'] ?? run.waiting_for}{forConnection && <> <b className="font-semibold">{connection}</b></>}{run.due && ` ${fill(again ? t.triesAt : t.waitsUntil, { time: format.moment(run.due) })}`}
      </p>
      {trouble && <p className="text-secondary"><Ticked text={trouble.said + (trouble.rest && ` · ${trouble.rest}`)} /></p>}
      {run.waiting_for === 'signal' && run.steps?.filter((s) => s.status === 'waiting' && s.waiting_for === 'signal').map((s) => (
        <div key={s.path}>
          {asked(s) && <p className="mt-1 font-medium text-text">{asked(s)}</p>}
          {may && <Approve run={run.id} step={s} />}
        </div>
      ))}
    </Box>
  )
}
