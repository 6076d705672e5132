import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Ban, Play, SkipForward, Trash2 } from 'lucide-react'
import type { Schemas } from '../api/client'
import { DataDock } from '../data/DataDock'
import { useMakeDesk } from '../data/desk'
import { OnDesk } from '../data/OnDesk'
import { reachOf, type Seen } from '../data/reach'
import { change, type Edit, type Flow, type Step, walk } from '../flow'
import { Button } from '../ui/basics'
import { Menu } from '../ui/Menu'
import { soon } from '../ui/soon'
import { useSay } from '../words'
import { Locked, LooksNote, useLooks } from './Locked'
import { Panel, Tabs } from './Panel'
import { useWords } from './panelWords'
import { StepSetup } from './StepSetup'
import { useProblemFocus } from './useProblemFocus'
import { useStepTest } from './useStepTest'
import { below, pointerOf } from './where'

const loadTabs = () => import('./StepTabs')
const ErrorsTab = soon(() => loadTabs().then((m) => m.ErrorsTab))
const NotesTab = soon(() => loadTabs().then((m) => m.NotesTab))
const TestTab = soon(() => loadTabs().then((m) => m.TestTab))

type PanelProps = {
  flow: Flow; step: Step; actions: Schemas['ActionView'][]; problems: Schemas['ProblemView'][]; edit: Edit; close: () => void
  field?: string; tab?: string; /** takes up what the connection was missing for */ connected?: () => void; event?: string; tested?: (run: Schemas['RunView']) => void; testPart?: (part: { from?: string; until?: string }) => void; /** does to the step what the keys do */ act: (command: string) => void
}

type Tab = 'setup' | 'test' | 'errors' | 'notes'

const isTab = (name: string | undefined): name is Tab => name === 'setup' || name === 'test' || name === 'errors' || name === 'notes'

const tabOf = (field: string | undefined): Tab => (field && /^\/(retry|timeout|delivery|on_error|missing|catch)/.test(field) ? 'errors' : field && /^\/(name|note|id)/.test(field) ? 'notes' : 'setup')

/** StepPanel is all that one step is told: its fields, its test, what happens when it fails, and notes. */
export function StepPanel({ flow, step, actions, problems, edit, close, field, tab: first, connected, event, tested, testPart, act }: PanelProps) {
  const t = useWords()
  const say = useSay()
  const [tab, setTab] = useState<Tab>(() => (isTab(first) ? first : tabOf(field)))
  const action = actions.find((a) => a.kind === step.action)
  const set = useStepEdit(step.id, edit)
  const missing = useMemo(() => policies(step), [step])
  const setMissing = useCallback((id: string, policy: string | undefined) => set((s) => ({ ...s, missing: policyFor(s, id, policy) })), [set])
  const reach = useMemo(() => reachOf(flow, step.id), [flow, step.id])
  const outputs = useMemo(() => sampleOutputs(flow, actions, reach), [flow, actions, reach])
  const test = useStepTest(flow, step, event, tested)
  const results = useMemo(() => reached(test.outputs, reach), [test.outputs, reach])
  const desk = useMakeDesk({ flow, step, event, results, reach, edit, missing, setMissing })
  const own = below(problems, pointerOf(flow, step.id))
  const title = step.name || (action ? say(action.title) : step.action)
  const body = useRef<HTMLDivElement>(null)
  useProblemFocus(body, field)
  const run = () => {
    setTab('test')
    test.run(desk.event?.id)
  }
  useKey('Enter', run)
  useOnce(first === 'test' && desk.ready, run)
  const looks = useLooks()
  const errors = own.filter((p) => p.severity === 'error' && p.code !== 'required').length
  return (
    <OnDesk desk={desk}>
      <Panel title={title} above={step.name && action ? <p className="text-meta text-text-3">{say(action.title)}</p> : undefined} close={close} actions={!looks && <StepMenu {...{ step, act, testPart }} />}
        dock={tab === 'setup' && <DataDock outputs={outputs} />}
        footer={!looks && <Button look={tab === 'test' && test.result || desk.connecting ? 'plain' : 'primary'} className="w-full max-[899px]:h-11" busy={test.pending} onClick={run}><Play size={16} strokeWidth={1.75} aria-hidden />{test.result ? t.testAgain : t.testStep}</Button>}>
        <Tabs label={t.step} tab={tab} choose={setTab} tabs={[
          { id: 'setup', label: t.setup, aside: errors > 0 && <span data-faults className="grid h-4 min-w-4 place-items-center rounded-full bg-fail-soft px-1 text-meta font-medium text-fail">{errors}</span> },
          { id: 'test', label: t.test }, { id: 'errors', label: t.errors }, { id: 'notes', label: t.notes },
        ]}>
          <div ref={body} className="space-y-5">
            <LooksNote />
            {step.disabled && <p className="rounded-lg bg-sunken px-3 py-2 text-secondary text-text-2">{t.disabledNow}</p>}
            <Locked>
            {tab === 'setup' && <StepSetup {...{ flow, edit, step, action, set, connected }} problems={own} pointer={pointerOf(flow, step.id)} />}
            <Suspense fallback={null}>
            {tab === 'test' && <TestTab {...{ flow, step, action, edit }} test={test} />}
            {tab === 'errors' && <ErrorsTab step={step} action={action} set={set} />}
            {tab === 'notes' && <NotesTab {...{ flow, step, edit, set }} />}
            </Suspense>
            </Locked>
          </div>
        </Tabs>
      </Panel>
    </OnDesk>
  )
}

export type SetStep = (part: Partial<Step> | ((step: Step) => Step)) => void

/** useStepEdit changes the step in the newest flow, also from a field that answers late. */
function useStepEdit(id: string, edit: Edit): SetStep {
  const latest = useRef(edit)
  latest.current = edit
  return useCallback((part) => latest.current((f) => change(f, id, (s) => (typeof part === 'function' ? part(s) : { ...s, ...part }))), [id])
}

function policies(step: Step): (field: string) => string | undefined {
  const kept = step.missing
  return (field) => (typeof kept === 'string' ? kept : typeof kept === 'object' && kept !== null ? (kept as Record<string, string>)[field] : undefined)
}

function policyFor(step: Step, field: string, policy: string | undefined): unknown {
  const others = typeof step.missing === 'object' && step.missing !== null ? (step.missing as Record<string, string>) : {}
  if (typeof step.missing === 'string' && policy === undefined) return undefined
  const next = Object.fromEntries([...Object.entries(others).filter(([k]) => k !== field), ...(policy ? [[field, policy] as const] : [])])
  return Object.keys(next).length > 0 ? next : undefined
}

/** sampleOutputs are what the steps that one can read from would yield, where no test has told it yet. */
function sampleOutputs(flow: Flow, actions: Schemas['ActionView'][], reach: Seen): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  walk(flow.steps, (s) => {
    const sample = s.action === 'set' ? s.with?.['values'] : actions.find((a) => a.kind === s.action)?.sample
    if (reach.has(s.id) && sample !== undefined && sample !== null) out[s.id] = sample
  })
  return out
}

const reached = (outputs: Record<string, unknown>, reach: Seen) => Object.fromEntries(Object.entries(outputs).filter(([id]) => reach.has(id)))

/** useKey runs something by Ctrl or Cmd and a key. */
function useKey(key: string, act: () => void) {
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if (e.key !== key || !(e.ctrlKey || e.metaKey) || e.shiftKey) return
      e.preventDefault()
      latest.current()
    }
    addEventListener('keydown', on)
    return () => removeEventListener('keydown', on)
  }, [key])
}

/** useOnce runs something as soon as it may, and never again. */
function useOnce(may: boolean, act: () => void) {
  const done = useRef(false)
  useEffect(() => {
    if (!may || done.current) return
    done.current = true
    act()
  })
}

type MenuProps = { step: Step } & Pick<PanelProps, 'act' | 'testPart'>

function StepMenu({ step, act, testPart }: MenuProps) {
  const t = useWords()
  return (
    <Menu label={t.more} items={[
      ...(testPart ? [
        { id: 'from', label: t.testFrom, icon: Play, hint: 'T', run: () => testPart({ from: step.id }) },
        { id: 'until', label: t.testTo, icon: SkipForward, hint: 'Shift+T', run: () => testPart({ until: step.id }) },
        'line' as const,
      ] : []),
      { id: 'off', label: step.disabled ? t.enable : t.disable, icon: Ban, hint: 'D', run: () => act('toggle') },
      'line',
      { id: 'remove', label: t.remove, icon: Trash2, danger: true, hint: 'Del', run: () => act('remove') },
    ]} />
  )
}
