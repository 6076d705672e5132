import { useEffect, useId, useRef, useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import { Play, Send } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import { Code } from '../code/Code'
import { DeskContext, pathOf, useMakeDesk } from '../data/desk'
import { pinSample } from '../data/pinned'
import { useVeilOf } from '../data/veil'
import { VeilSwitch } from '../data/VeilSwitch'
import { find, type Flow, type Step, walk } from '../flow'
import { StepResults } from '../runs/StepResults'
import { Button, JSONView, Problem, Status } from '../ui/basics'
import { inputLook } from '../ui/Input'
import { Ticked } from '../ui/Ticked'
import { ticked } from '../words/told'
import { useStepName } from '../tree/useStepName'
import { fill } from '../words/phrase'
import { useFormat } from '../words/format'
import { Panel } from './Panel'
import { Sent } from './Sent'
import { useWords } from './tabWords'
import { effectOf } from './effect'
import { useWords as useTestWords } from './testWords'
import { useTested } from './useStepTest'
import { type Ending, endingsOf, waitMocks, waitsOf } from './waits'

type TestPanelProps = { flow: Flow; actions: Schemas['ActionView'][]; close: () => void; event?: string; tested?: (run: Schemas['RunView']) => void; start?: string; end?: string }

/** TestPanel runs the draft in memory on an event, as it came or changed by hand, whole or in part; nothing leaves the machine unless it is asked for. */
export function TestPanel({ flow, actions, close, event, tested, start, end }: TestPanelProps) {
  const t = useWords()
  const format = useFormat()
  const id = useId()
  const desk = useMakeDesk({ flow, event, runs: true })
  const veil = useVeilOf(desk.scope)
  const [typed, setTyped] = useState<string | null>(null)
  const [from, setFrom] = useState(start ?? '')
  const [until, setUntil] = useState(end ?? '')
  const [endings, setEndings] = useState<Record<string, Ending>>({})
  const { kept, keep } = useTested(flow.id)
  const chosen = desk.event
  const text = typed ?? JSON.stringify(chosen?.trigger?.['body'] ?? {}, null, 2)
  const body = read(text)
  const planned = flow.trigger.kind === 'schedule' // its events are moments: they have no body
  const nameOfEvent = (e: Schemas['EventView']) => `${format.moment(e.at)} ${veil.within(e.title, e.trigger)}`
  const hidden = typed === null ? veil.within(text) : text
  const nameOf = useNames(flow)
  const run = useMutation({
    mutationFn: (real: boolean) => take(api.POST('/flows/{id}/test', { params: { path: { id: flow.id } }, body: {
      flow, ...(typed === null && chosen ? { event_id: chosen.id } : { event: { body } }),
      ...(from && { from: pathOf(flow, from) }), mocks: { ...(!real && waitMocks(flow, endings)), ...(from && doneBefore(flow, from, actions, kept)) }, ...(until && { until: pathOf(flow, until) }), ...(real && { effects: 'real' as const }),
    } })),
    onSuccess: (result) => {
      keep(result)
      tested?.(result)
    },
  })
  const results = useRef<HTMLDivElement>(null)
  useEffect(() => { results.current?.scrollIntoView({ block: 'start' }) }, [run.data])
  const missed = run.data && [from, until].find((s) => s && find(flow, s) && !run.data.steps?.some((x) => x.path.split('.').at(-1) === s))
  const [asking, setAsking] = useState(false)
  const real = run.variables ? run.data : undefined
  const held = run.variables === false ? effectsOf(flow, run.data, from) : []
  return (
    <DeskContext value={desk}>
      <Panel title={t.testFlow} close={close} footer={!asking && <Button look="primary" className="w-full max-[899px]:h-11" disabled={body === undefined || !desk.ready} busy={run.isPending} onClick={() => run.mutate(false)}><Play size={16} strokeWidth={1.75} aria-hidden />{t.run}</Button>}>
        <div className="space-y-4 pt-1">
          {!real ? <p className="text-secondary text-text-2">{t.held}</p> : real.status === 'succeeded' && <Sent at={real.at} />}
          <Part flow={flow} {...{ from, setFrom, until, setUntil }} />
          <Waits flow={flow} endings={endings} choose={(id, ending) => setEndings({ ...endings, [id]: ending })} />
          {(planned || desk.events.length > 0) && (
            <label className="block"><span className="mb-1 block font-medium">{planned ? t.testMoment : t.testEvent}</span>
              <select className={inputLook} value={planned && typed !== null ? '' : chosen?.id} onChange={(e) => { if (e.target.value) pinSample(flow.id, e.target.value); setTyped(e.target.value ? null : '{}') }}>
                {planned && <option value="">{t.testNow}</option>}
                {chosen && !desk.events.some((e) => e.id === chosen.id) && <option value={chosen.id}>{nameOfEvent(chosen)}</option>}
                {desk.events.map((e) => <option key={e.id} value={e.id}>{nameOfEvent(e)}</option>)}
              </select>
            </label>
          )}
          {!planned && <div className="code-mono-wrap">
            <div className="mb-1 flex min-h-8 items-center justify-between gap-2"><p id={`${id}-label`} className="font-medium">{t.eventBody}</p>{typed !== null ? <Button look="quiet" size="small" onClick={() => setTyped(null)}>{t.asItCame}</Button> : <VeilSwitch />}</div>
            {hidden === text
              ? <Code value={text} change={setTyped} mode="json" lines="many" labelledBy={`${id}-label`} invalid={body === undefined} />
              : <><JSONView value={hidden} /><p className="mt-1 text-meta text-text-3">{t.revealToEdit}</p></>}
            {body === undefined && <p role="alert" className="mt-1 text-meta text-warn">{t.badJSON}</p>}
          </div>}
          {run.error && <Problem error={run.error} />}
          {run.data && (
            <div ref={results} aria-live="polite" className="scroll-mt-4">
              <p className="mb-2 flex flex-wrap items-center gap-2"><Status of={run.data.status} /><span><Ticked text={ticked(veil.within(run.data.error?.message ?? run.data.reason ?? ''))} /></span></p>
              {missed && <p className="mb-2 rounded-lg bg-warn-soft p-3 text-warn">{fill(t.partNotReached, { name: nameOf({ path: missed, action: find(flow, missed)?.action ?? '' }) })}</p>}
              <StepResults steps={(run.data.steps ?? []).map((s) => ({ ...veil.within(s), path: s.path, action: s.action }))} nameOf={nameOf} />
              {held.length > 0 && !asking && <Button className="mt-3" onClick={() => setAsking(true)}><Send size={15} strokeWidth={1.75} aria-hidden />{t.sendReal}</Button>}
              {asking && <Real steps={held} nameOf={nameOf} close={() => setAsking(false)} send={() => run.mutate(true)} />}
            </div>
          )}
        </div>
      </Panel>
    </DeskContext>
  )
}

/** useNames names the steps of a run as the tree does. */
function useNames(flow: Flow) {
  const stepName = useStepName()
  return (s: Pick<Schemas['StepView'], 'path' | 'action'>) => stepName({ name: find(flow, s.path.split('.').at(-1) ?? '')?.name, action: s.action })
}

const inOrder = (flow: Flow) => {
  const all: Step[] = []
  walk(flow.steps, (s) => all.push(s))
  return all
}

/** doneBefore is what the effects before a step gave when they last happened for real. */
function doneBefore(flow: Flow, from: string, actions: Schemas['ActionView'][], kept: Record<string, Schemas['StepView']>) {
  const ids = inOrder(flow).map((s) => s.id)
  const before = new Set(ids.slice(0, ids.indexOf(from)))
  const effects = new Set(actions.filter((a) => a.effect).map((a) => a.kind))
  return Object.fromEntries(Object.values(kept).filter((s) => before.has(s.path.split('.').at(-1) ?? '') && effects.has(s.action) && s.status === 'succeeded' && !s.mocked && s.output !== undefined).map((s) => [s.path, { output: s.output }]))
}

/** effectsOf are the steps of a test whose effects were held back, from the one that it begins with. */
function effectsOf(flow: Flow, run: Schemas['RunView'] | undefined, from: string): Schemas['StepView'][] {
  const ids = inOrder(flow).map((s) => s.id)
  const first = Math.max(0, ids.indexOf(from))
  return (run?.steps ?? []).filter((s) => s.mocked && s.status === 'succeeded' && s.request !== undefined && s.request !== null && ids.indexOf(s.path.split('.').at(-1) ?? '') >= first)
}

type PartProps = { flow: Flow; from: string; setFrom: (id: string) => void; until: string; setUntil: (id: string) => void }

/** Part chooses where a test begins and where it ends. */
function Part({ flow, from, setFrom, until, setUntil }: PartProps) {
  const t = useWords()
  const nameOf = useNames(flow)
  const steps = inOrder(flow)
  if (steps.length < 2) return null
  const options = steps.map((s) => <option key={s.id} value={s.id}>{nameOf({ path: s.id, action: s.action })} · {s.id}</option>)
  return (
    <fieldset>
      <legend className="sr-only">{t.testPart}</legend>
      <div className="grid grid-cols-2 gap-3">
        <label className="block min-w-0"><span className="mb-1 block font-medium">{t.partFrom}</span><select className={`${inputLook} truncate`} value={from} onChange={(e) => setFrom(e.target.value)}><option value="">{t.partStart}</option>{options}</select></label>
        <label className="block min-w-0"><span className="mb-1 block font-medium">{t.partTo}</span><select className={`${inputLook} truncate`} value={until} onChange={(e) => setUntil(e.target.value)}><option value="">{t.partEnd}</option>{options}</select></label>
      </div>
      {from && <p className="mt-1 text-meta text-text-3">{t.partFromHelp}</p>}
    </fieldset>
  )
}

/** Waits says how each wait ends in the test: there nobody approves, and no signal comes. */
function Waits({ flow, endings, choose }: { flow: Flow; endings: Record<string, Ending>; choose: (id: string, ending: Ending) => void }) {
  const t = useTestWords()
  const nameOf = useNames(flow)
  const waits = waitsOf(flow).filter((s) => endingsOf(s).length > 1)
  if (waits.length === 0) return null
  return (
    <fieldset className="space-y-3">
      <legend className="sr-only">{t.waits}</legend>
      {waits.map((s) => (
        <label key={s.id} className="block"><span className="mb-1 block font-medium">{nameOf({ path: s.id, action: s.action })}</span>
          <select className={inputLook} value={endings[s.id] ?? endingsOf(s)[0]} onChange={(e) => { const to = endingsOf(s).find((x) => x === e.target.value); if (to) choose(s.id, to) }}>{endingsOf(s).map((x) => <option key={x} value={x}>{t[x]}</option>)}</select>
        </label>
      ))}
    </fieldset>
  )
}

/** Real asks, in sight, before anything is sent, and names each effect. */
function Real({ steps, nameOf, close, send }: { steps: Schemas['StepView'][]; nameOf: (step: Schemas['StepView']) => string; close: () => void; send: () => void }) {
  const t = useWords()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    box.current?.focus({ preventScroll: true })
    box.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <div ref={box} tabIndex={-1} role="group" aria-label={t.sendReal} className="mt-3 rounded-xl border border-edge p-3">
      <p>{t.sendsThese}</p>
      <ul className="mt-1 list-disc space-y-0.5 pl-5">{steps.map((s) => <li key={s.path} className="break-all"><span className="font-medium">{nameOf(s)}</span> {effectOf(s)}</li>)}</ul>
      <div className="mt-3 flex gap-2"><Button look="primary" onClick={() => { close(); send() }}>{t.sendRealConfirm}</Button><Button look="quiet" onClick={close}>{t.cancel}</Button></div>
    </div>
  )
}

function read(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
