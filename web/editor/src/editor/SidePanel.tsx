import { Suspense } from 'react'
import type { Schemas } from '../api/client'
import type { Step } from '../flow'
import { soon } from '../ui/soon'
import type { Open } from './open'
import { StepPanel } from './StepPanel'
import type { DraftHook } from './useDraft'

const PublishPanel = soon(() => import('./PublishPanel').then((m) => m.PublishPanel))
const RevisionsPanel = soon(() => import('./RevisionsPanel').then((m) => m.RevisionsPanel))
const SettingsPanel = soon(() => import('./SettingsPanel').then((m) => m.SettingsPanel))
const TestPanel = soon(() => import('./TestPanel').then((m) => m.TestPanel))
const TriggerPanel = soon(() => import('./TriggerPanel').then((m) => m.TriggerPanel))
const TestsPanel = soon(() => import('./TestsPanel').then((m) => m.TestsPanel))

type Props = {
  open: Open
  setOpen: (open: Open) => void
  close: () => void
  draft: DraftHook
  step?: Step
  actions: Schemas['ActionView'][]
  triggers: Schemas['TriggerView'][]
  tested: (run: Schemas['RunView']) => void
  event?: string
  act: (command: string, step: string) => void
}

/** SidePanel is what stands beside the flow; what few need comes when it is opened. */
export function SidePanel(props: Props) {
  return <Suspense fallback={null}><Opened {...props} /></Suspense>
}

function Opened({ open, setOpen, close, draft, step, actions, triggers, tested, event, act }: Props) {
  const { flow, view } = draft
  const edit = draft.draft.edit
  const back = (open?.what === 'trigger' || open?.what === 'step') && open.back
  const connected = back ? () => setOpen({ what: back }) : undefined
  switch (open?.what) {
    case 'trigger': return <TriggerPanel flow={flow} view={view} triggers={triggers} edit={edit} close={close} field={open.field} connected={connected} event={event} />
    case 'test': return <TestPanel key={`${open.from ?? ''} ${open.until ?? ''}`} flow={flow} actions={actions} close={close} event={event} tested={tested} start={open.from} end={open.until} />
    case 'publish': return <PublishPanel draft={draft} close={close} setOpen={setOpen} />
    case 'revisions': return <RevisionsPanel draft={draft} close={close} />
    case 'settings': return <SettingsPanel draft={draft} close={close} />
    case 'tests': return <TestsPanel draft={draft} close={close} />
    case 'step': return step && <StepPanel key={`${open.id} ${open.field ?? ''} ${open.tab ?? ''} ${open.at}`} flow={flow} step={step} actions={actions} problems={view.problems} edit={edit} close={close} field={open.field} tab={open.tab} connected={connected} event={event} tested={tested} testPart={(part) => setOpen({ what: 'test', ...part })} act={(command) => act(command, open.id)} />
  }
  return null
}
