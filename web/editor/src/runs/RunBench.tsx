import { useCallback, useEffect, useMemo, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { Schemas } from '../api/client'
import { presetOf, useLabels } from '../editor/presetLabels'
import { find, type Flow } from '../flow'
import type { Desk } from '../tree/desk'
import { pathsOf, resultsOf, wentOn } from '../tree/results'
import { makeTreeStore } from '../tree/store'
import { focusRow, Tree } from '../tree/Tree'
import { TriggerCard } from '../tree/TriggerCard'
import { Status } from '../ui/basics'
import { LabelsContext } from '../ui/Ticked'
import { useStepName } from '../tree/useStepName'
import { useSession } from '../api/hooks'
import { OnlyLooks } from '../shell/OnlyLooks'
import { useSay } from '../words'
import { Fetched, fetchOf } from './Fetched'
import { atTrigger, firstTurns, stepOfPath, type Turns } from './paths'
import { Replays } from './Replays'
import { RunReplay } from './RunReplay'
import { RunBar } from './RunBar'
import { RunEvent } from './RunEvent'
import { RunHead } from './RunHead'
import { RunStep } from './RunStep'
import { StepFoot } from './StepFoot'
import { TurnChoice } from './TurnChoice'

type Run = Schemas['RunView']
type BenchProps = { run: Run; flow: Flow; now?: Schemas['FlowView']; gone: boolean; actions: Schemas['ActionView'][]; presets: Schemas['PresetView'][] }

/** RunBench shows a run on the revision that ran; nothing in it can be changed. */
export function RunBench({ run, flow, now, gone, actions, presets }: BenchProps) {
  const say = useSay()
  const [store] = useState(makeTreeStore)
  const [params] = useSearchParams()
  const wanted = params.get('step') ?? (run.ended && (atTrigger(run.error) ? 'trigger' : run.error?.step)) ?? run.steps?.find((s) => s.status === 'unknown')?.path
  const may = useSession().data?.role !== 'viewer'
  const [open, setOpen] = useState<string | null>(() => (wanted ? (wanted.startsWith('trigger') ? 'trigger' : stepOfPath(wanted).step) : null))
  const [turns, setTurns] = useState<Turns>(() => firstTurns(flow, run, wanted))
  const [replaying, setReplaying] = useState<'start' | 'failed' | null>(null)
  const turn = useCallback((loop: string) => turns.get(loop) ?? 0, [turns])
  const paths = useMemo(() => pathsOf(flow, turn), [flow, turn])
  const results = useMemo(() => resultsOf(flow, run, turn), [flow, run, turn])
  useEffect(() => store.set({ results, went: wentOn(flow, results) }), [store, flow, results])
  useEffect(() => store.set({ open, ...(open && { at: open }) }), [store, open])
  useEffect(() => {
    if (open && open !== 'trigger') requestAnimationFrame(() => document.querySelector(`[data-row="${CSS.escape(open)}"]`)?.closest('[data-card]')?.scrollIntoView({ block: 'center' }))
  }, []) // the step that failed is in sight at first

  const byKind = useMemo(() => new Map(actions.map((a) => [a.kind, a])), [actions])
  const preset = presetOf(flow, presets)
  const labels = useLabels(flow, preset)
  const desk = useMemo<Desk>(() => ({
    store, actions: byKind, labels, open: (key) => setOpen(key.split('/')[0] ?? null),
    loopAside: (step) => <TurnChoice id={`u-${step.id}`} run={run} loop={paths.get(step.id) ?? step.id} at={turn(step.id)} choose={(n) => setTurns(new Map(turns).set(step.id, n))} />,
    foot: (step) => <StepFoot flow={run.flow} path={paths.get(step.id) ?? step.id} run={run} />,
  }), [store, byKind, labels, run, paths, turn, turns])
  const close = () => {
    if (open) focusRow(open)
    setOpen(null)
  }
  useEscape(close, open !== null)
  const nameOf = useStepName()
  const step = open && open !== 'trigger' ? find(flow, open) : undefined
  const path = step && (paths.get(step.id) ?? step.id)
  const result = path === undefined ? undefined : run.steps?.find((s) => s.path === path)
  const fetched = fetchOf(run)
  const stopped = run.ended && run.error?.code === 'trigger'
  return (
    <LabelsContext value={labels}>
    <div className="flex h-dvh flex-col">
      <RunBar run={run} flow={flow} now={now} may={may} replay={setReplaying} />
      <div className="flex min-h-0 flex-1">
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 overflow-x-hidden overflow-y-auto px-4 pt-6 pb-20 outline-none min-[900px]:px-8">
          <div className="mx-auto max-w-[680px]"><OnlyLooks of="runs" className="mb-4" /><Replays may={may} /></div>
          <RunHead run={run} flow={flow} nameOf={nameOf} show={setOpen} may={may} gone={gone} />
          <Tree flow={flow} desk={desk} trigger={<TriggerCard flow={flow} mark={preset?.id === 'generic' ? undefined : preset?.mark} title={run.title || (preset ? say(preset.name) : flow.name)} badge={<Status event of={stopped ? 'failed' : 'accepted'} />} onLine={!stopped && fetched?.status !== 'failed' && fetched?.status !== 'waiting'}>{fetched && <Fetched step={fetched} />}</TriggerCard>} />
        </main>
        {step && <RunStep key={path} run={run} flow={flow} step={step} action={byKind.get(step.action)} title={nameOf(step)} path={path ?? step.id} result={result} may={may && now !== undefined} close={close} replay={() => setReplaying('failed')} />}
        {open === 'trigger' && <RunEvent run={run} may={may && now !== undefined} close={close} />}
      </div>
      {replaying && <RunReplay run={run} now={now} nameOf={(path) => { const step = find(flow, stepOfPath(path).step); return step ? nameOf(step) : path }} from={replaying} close={() => setReplaying(null)} />}
    </div>
    </LabelsContext>
  )
}

function useEscape(close: () => void, on: boolean) {
  useEffect(() => {
    if (!on) return
    const keys = (e: KeyboardEvent) => {
      if (e.key !== 'Escape' || e.defaultPrevented || document.querySelector('dialog[open]')) return
      e.preventDefault()
      close()
    }
    addEventListener('keydown', keys)
    return () => removeEventListener('keydown', keys)
  })
}
