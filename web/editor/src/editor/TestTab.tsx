import { useEffect, useRef, useState } from 'react'
import { Download, Send, SquareTerminal } from 'lucide-react'
import type { Schemas } from '../api/client'
import { useConnections } from '../api/hooks'
import { useDesk } from '../data/desk'
import { EventChoice } from '../data/Picker'
import { pinSample } from '../data/pinned'
import { useVeil } from '../data/veil'
import { VeilSwitch } from '../data/VeilSwitch'
import { type Edit, find, type Flow, type Step, whereIs } from '../flow'
import { ResultBadge } from '../tree/ResultBadge'
import { useStepName } from '../tree/useStepName'
import { resultOf } from '../tree/results'
import { Button, JSONView, Problem } from '../ui/basics'
import { copyText } from '../ui/Copy'
import { isLetter, Outgoing } from '../ui/Outgoing'
import { Ticked } from '../ui/Ticked'
import { ticked } from '../words/told'
import { toast } from '../ui/Toast'
import { useLang, useSay } from '../words'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { toCurl } from './toCurl'
import { useWords as usePanelWords } from './panelWords'
import { useWords } from './tabWords'
import { useWords as useTestWords } from './testWords'
import { SaveTest } from './SaveTest'
import { Sent } from './Sent'
import { effectOf } from './effect'
import type { useStepTest } from './useStepTest'

type TestProps = { flow: Flow; step: Step; action?: Schemas['ActionView']; edit: Edit; test: ReturnType<typeof useStepTest> }

/** TestTab shows what a step would do with the chosen event, up to the last byte of its request. */
export function TestTab({ flow, step, action, edit, test }: TestProps) {
  const t = useWords()
  const format = useFormat()
  const desk = useDesk()
  const { within } = useVeil()
  const r = test.result
  return (
    <div aria-live="polite" className="space-y-4">
      {r && test.reached && sentAt(r, test) ? <Sent at={sentAt(r, test) ?? ''} /> : <p className="text-secondary text-text-2">{t.testHelp}</p>}
      <p className="flex items-center gap-x-2 text-secondary"><span className="text-text-3">{t.testEvent}</span> {desk.event ? <span className="min-w-0 break-words">{within(desk.event.title, desk.event.trigger) || format.moment(desk.event.at)}</span> : t.noEvent}{desk.events.length > 1 && <EventChoice />}<VeilSwitch className="ml-auto" /></p>
      {test.error && <Problem error={test.error} />}
      {!test.reached && test.last && <NotReached flow={flow} step={step} run={test.last} test={test} />}
      {r && test.reached && <Result result={r} step={step} action={action} test={test} />}
      {test.last && <SaveTest flow={flow} edit={edit} run={test.last} event={desk.event} />}
    </div>
  )
}

/** sentAt is when a step was done for real, at a person's word. */
const sentAt = (r: Schemas['StepView'], test: TestProps['test']) => (test.real && r.status === 'succeeded' && !r.mocked ? r.attempts.at(-1)?.at : undefined)

/** NotReached says why the event stops before the step, and offers one that does not, or to try the step all the same. */
function NotReached({ flow, step, run, test }: { flow: Flow; step: Step; run: Schemas['RunView']; test: TestProps['test'] }) {
  const t = useWords()
  const desk = useDesk()
  const { within } = useVeil()
  const name = useStepName()
  const branch = pathNotTaken(flow, step, run)
  const other = run.status === 'filtered' ? desk.events.find((e) => e.id !== desk.event?.id && e.status === 'accepted') : undefined
  return (
    <div className="rounded-lg bg-warn-soft p-3 text-warn">
      <p className="font-medium">{t.notReached}</p>
      <p>{branch ? fill(t.otherPath, { name: name(branch) }) : run.reason ? <Ticked text={within(run.reason)} /> : run.error && <Ticked text={ticked(within(run.error.message))} />}</p>
      <div className="mt-2 flex flex-wrap gap-2">
        {other && <Button size="small" onClick={() => { pinSample(flow.id, other.id); test.run(other.id) }}>{t.testPasses}</Button>}
        {!branch && <Button size="small" onClick={() => test.run(desk.event?.id, false, true)}>{t.testAnyhow}</Button>}
      </div>
    </div>
  )
}

/** pathNotTaken is the step whose other path the event took: one around the step that was reached, though the step was not. */
function pathNotTaken(flow: Flow, step: Step, run: Schemas['RunView']): Step | undefined {
  for (let id = whereIs(flow, step.id)?.place?.step; id; id = whereIs(flow, id)?.place?.step) {
    const around = find(flow, id)
    if (around?.branches && run.steps?.some((s) => s.path.split('.').at(-1) === id && s.status === 'succeeded')) return around
  }
  return undefined
}

/** useLacks gives the connection that is named and not there yet. */
function useLacks(name: string | undefined) {
  const there = useConnections().data?.items
  return name && there && !there.some((c) => c.name === name) ? name : undefined
}

/** Result shows what a step told and got; what is copied or sent for real is whole. */
function Result({ result, step, action, test }: { result: Schemas['StepView']; step: Step; action?: Schemas['ActionView']; test: TestProps['test'] }) {
  const t = { ...useWords(), ...useTestWords() }
  const desk = useDesk()
  const { within } = useVeil()
  const r = within(result)
  const request = r.request ?? r.attempts.at(-1)?.request
  const lacks = useLacks(step.connection)
  const curl = toCurl(result.request ?? result.attempts.at(-1)?.request)
  const reads = r.mocked && onlyReads(r)
  const response = r.attempts.at(-1)?.response
  const filters = step.action === 'filter' && r.status !== 'failed' // its condition stands on its card, and whether it holds is said in words
  return (
    <>
      <p className="flex flex-wrap items-center gap-2"><ResultBadge result={resultOf(r, 0)} />{r.reason && <span><Ticked text={r.reason} /></span>}{filters && r.status === 'succeeded' && <span>{t.goesOn}</span>}</p>
      {r.error && <p role="alert" className="rounded-lg bg-fail-soft p-3 break-words text-fail"><Ticked text={ticked(r.error.message)} /></p>}
      {request !== undefined && request !== null && (
        <Part title={r.mocked || (r.status === 'failed' && response === undefined) ? t.wouldSend : t.sent} value={<Request value={request} />} aside={curl && (
          <Button look="quiet" size="small" onClick={() => void copyText(curl).then(() => toast(t.copied))}><SquareTerminal size={15} aria-hidden />{t.copyCurl}</Button>
        )} />
      )}
      {(request === undefined || request === null) && r.input && !filters && <Part title={t.input} value={<JSONView value={r.input} />} />}
      {response !== undefined && response !== null && <Part title={t.answer} value={<JSONView value={response} />} />}
      {reads && !lacks && <FetchReal result={result} run={() => test.run(desk.event?.id, true)} busy={test.pending} />}
      {!reads && !filters && !(r.mocked && isLetter(request)) && r.output !== undefined && r.output !== null && <Part title={r.mocked ? t.sampleOutput : t.output} value={<JSONView value={r.output} />} />}
      {r.log?.map((line, i) => <p key={i} className="rounded-lg bg-sunken px-3 py-2 break-words">{line}</p>)}
      {lacks && <p className="rounded-lg bg-warn-soft p-3 text-warn">{fill(t.lacksConnection, { name: lacks })}</p>}
      {action?.effect && r.mocked && !reads && !lacks && <SendReal action={action} result={result} run={() => test.run(desk.event?.id, true)} busy={test.pending} />}
    </>
  )
}

function Part({ title, aside, value }: { title: string; aside?: React.ReactNode; value: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <div className="mb-1 flex min-h-8 items-center justify-between gap-2"><h3 className="font-medium">{title}</h3>{aside}</div>
      {value}
    </section>
  )
}

/** Request shows what goes out: the line, the headers, the body. */
function Request({ value }: { value: unknown }) {
  const t = usePanelWords()
  if (typeof value !== 'object' || value === null || !('url' in value)) return <Outgoing value={value} />
  const { method, url, headers, body, connection, ...rest } = value as Record<string, unknown>
  const lines = typeof headers === 'object' && headers !== null ? Object.entries(headers) : []
  return (
    <div className="overflow-hidden rounded-lg border border-line text-meta">
      <p className="border-b border-line bg-sunken px-3 py-2 font-mono break-all"><b className="mr-2 font-semibold text-accent">{String(method ?? 'GET')}</b>{String(url)}</p>
      {lines.length > 0 && <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 px-3 py-2 font-mono">{lines.map(([k, v]) => <div key={k} className="contents"><dt className="text-text-3">{k}</dt><dd className="break-all">{String(v)}</dd></div>)}</dl>}
      {body !== undefined && <pre tabIndex={0} className="max-h-72 overflow-auto border-t border-line px-3 py-2 break-words whitespace-pre-wrap">{typeof body === 'string' ? body : JSON.stringify(body, null, 2)}</pre>}
      {typeof connection === 'string' && <p className="border-t border-line px-3 py-2 text-text-2">{t.connection}: <b className="font-medium text-text">{connection}</b></p>}
      {Object.keys(rest).length > 0 && <pre className="border-t border-line px-3 py-2 whitespace-pre-wrap text-text-2">{JSON.stringify(rest)}</pre>}
    </div>
  )
}

/** onlyReads says that a request changes nothing where it goes. */
const onlyReads = (r: Schemas['StepView']) => typeof r.request === 'object' && r.request !== null && 'url' in r.request && ['GET', 'HEAD'].includes(String((r.request as Record<string, unknown>)['method'] ?? 'GET'))

/** FetchReal fetches what a request asks for: its made-up answer would tell nothing. */
function FetchReal({ result, run, busy }: { result: Schemas['StepView']; run: () => void; busy: boolean }) {
  const t = useTestWords()
  return (
    <div className="rounded-xl border border-edge p-3">
      <p>{t.fetchHelp}</p>
      <p className="mt-1 font-medium break-all">{effectOf(result)}</p>
      <Button look="primary" className="mt-3" busy={busy} onClick={run}><Download size={15} strokeWidth={1.75} aria-hidden />{t.fetchReal}</Button>
    </div>
  )
}

/** SendReal asks before it acts, and names what it does. */
function SendReal({ action, result, run, busy }: { action: Schemas['ActionView']; result: Schemas['StepView']; run: () => void; busy: boolean }) {
  const t = useWords()
  const say = useSay()
  const { lang } = useLang()
  const [asking, setAsking] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    box.current?.focus({ preventScroll: true })
    box.current?.scrollIntoView({ block: 'end' })
  }, [asking])
  if (!asking) return <Button onClick={() => setAsking(true)}><Send size={15} strokeWidth={1.75} aria-hidden />{t.sendReal}</Button>
  return (
    <div ref={box} tabIndex={-1} role="group" aria-label={t.sendReal} lang={lang} className="scroll-mb-4 rounded-xl border border-edge p-3">
      <p>{t.sendRealHelp}</p>
      <p className="mt-1 font-medium break-all">{say(action.title)}: {effectOf(result)}</p>
      <div className="mt-3 flex gap-2"><Button look="primary" busy={busy} onClick={() => { setAsking(false); run() }}>{t.sendRealConfirm}</Button><Button look="quiet" onClick={() => setAsking(false)}>{t.cancel}</Button></div>
    </div>
  )
}
