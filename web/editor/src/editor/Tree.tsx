import { useRef, useState } from 'react'
import { Plus, Webhook } from 'lucide-react'
import type { Schemas } from '../api/client'
import { change, type Flow, freshID, insert, type Place, type Step } from '../flow'
import { Badge, Button, CopyButton } from '../ui/basics'
import { useSay } from '../words'
import { useWords } from './words'
import { ActionIcon } from './ActionIcon'
import { AddMenu } from './AddMenu'
import type { Open } from './Editor'

type TreeProps = { flow: Flow; view: Schemas['FlowView']; actions: Schemas['ActionView'][]; open: Open; setOpen: (open: Open) => void; edit: (flow: Flow) => void }

/** Tree is the flow as a list of cards on a thread: one reading order for eye, keys and ear. */
export function Tree(props: TreeProps) {
  const { flow, view, open, setOpen } = props
  const t = useWords()
  const box = useRef<HTMLDivElement>(null)
  const arrows = (e: React.KeyboardEvent) => {
    if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') return
    const cards = [...(box.current?.querySelectorAll<HTMLElement>('[data-card]') ?? [])]
    const next = cards[cards.indexOf(document.activeElement as HTMLElement) + (e.key === 'ArrowDown' ? 1 : -1)]
    if (next && document.activeElement?.hasAttribute('data-card')) {
      e.preventDefault()
      next.focus()
    }
  }
  return (
    <div ref={box} onKeyDown={arrows} className="mx-auto max-w-[680px]">
      <div className="relative flex gap-3">
        <Thread />
        <Disc strong><Webhook size={18} strokeWidth={1.75} aria-hidden /></Disc>
        <div className={`min-w-0 flex-1 rounded-xl border bg-surface p-3 ${open?.what === 'trigger' ? 'border-accent ring-2 ring-accent-soft' : 'border-line'}`}>
          <button type="button" data-card onClick={() => setOpen({ what: 'trigger' })} className="flex w-full justify-between text-left font-semibold">
            {t.trigger}: {flow.trigger.kind} <Badge tone={view.state === 'on' ? 'ok' : 'none'}>{{ new: t.stateNew, on: t.stateOn, paused: t.statePaused, off: t.stateOff }[view.state]}</Badge>
          </button>
          {view.url && (
            <div className="mt-2 flex items-center gap-2 rounded-lg bg-sunken pl-3">
              <code className="min-w-0 flex-1 truncate text-xs">{view.url}</code>
              <CopyButton text={view.url} />
            </div>
          )}
        </div>
      </div>
      <Steps {...props} steps={flow.steps} place={null} />
    </div>
  )
}

/** Thread is the line that runs down beside a card. */
function Thread() {
  return <span aria-hidden className="absolute top-10 bottom-0 left-5 w-0.5 bg-accent" />
}

function Disc({ strong = false, children }: { strong?: boolean; children: React.ReactNode }) {
  return <div className={`relative grid size-10 shrink-0 place-items-center rounded-xl ${strong ? 'bg-accent text-on-accent' : 'border border-line bg-surface text-accent'}`}>{children}</div>
}

type StepsProps = TreeProps & { steps: Step[]; place: Place }

function Steps(props: StepsProps) {
  const { steps, place } = props
  return (
    <ol>
      {steps.map((step, i) => (
        <li key={step.id}>
          <Gap {...props} at={i} />
          <Card {...props} step={step} number={i + 1} />
        </li>
      ))}
      <li><Gap {...props} at={steps.length} last={place === null} /></li>
    </ol>
  )
}

/** Gap is where the thread takes a new step. */
function Gap({ flow, actions, place, at, edit, setOpen, last = false }: StepsProps & { at: number; last?: boolean }) {
  const t = useWords()
  const [adding, setAdding] = useState(false)
  const add = (action: Schemas['ActionView']) => {
    const step: Step = { id: freshID(flow, action.kind), action: action.kind }
    if (action.shape === 'steps') step.steps = []
    if (action.shape === 'branches') step.branches = action.kind === 'branch' ? [{ name: t.branch, when: 'true', steps: [] }, { name: t.otherwise, steps: [] }] : [{ name: 'A', steps: [] }, { name: 'B', steps: [] }]
    if (action.effect && !action.repeatable) step.delivery = 'at_most_once'
    edit(insert(flow, place, at, step))
    setAdding(false)
    setOpen({ what: 'step', id: step.id })
  }
  return (
    <div className="relative flex h-9 items-center">
      <span aria-hidden className={`absolute left-5 w-0.5 bg-accent ${last ? 'top-0 h-4' : 'inset-y-0'}`} />
      <button type="button" aria-label={t.addHere} title={t.addHere} aria-expanded={adding} onClick={() => setAdding(!adding)} className="relative left-2 grid size-6 place-items-center rounded-full border border-edge bg-bg hover:bg-accent-soft">
        <Plus size={14} aria-hidden />
      </button>
      {last && flow.steps.length === 0 && <Button look="quiet" className="ml-5" onClick={() => setAdding(true)}>{t.addStep}</Button>}
      {adding && <AddMenu actions={actions} pick={add} close={() => setAdding(false)} />}
    </div>
  )
}

function Card(props: StepsProps & { step: Step; number: number }) {
  const { step, number, actions, open, setOpen, view, flow } = props
  const t = useWords()
  const say = useSay()
  const action = actions.find((a) => a.kind === step.action)
  const errors = view.problems.filter((p) => p.severity === 'error' && p.path.startsWith('/steps') && pointsInto(flow, p.path, step.id)).length
  const on = open?.what === 'step' && open.id === step.id
  return (
    <>
      <div className="relative flex gap-3">
        <Thread />
        <Disc><ActionIcon kind={step.action} /></Disc>
        <button type="button" data-card onClick={() => setOpen({ what: 'step', id: step.id })} aria-current={on ? 'step' : undefined}
          className={`min-w-0 flex-1 rounded-xl border bg-surface p-3 text-left transition-colors hover:border-edge ${on ? 'border-accent ring-2 ring-accent-soft' : errors ? 'border-fail' : 'border-line'} ${step.disabled ? 'border-dashed opacity-70' : ''}`}>
          <span className="flex items-center gap-2">
            <span className="text-xs text-text-3">{number}</span>
            <span className="truncate font-semibold">{step.name || (action ? say(action.title) : step.action)}</span>
            <span className="ml-auto flex gap-1">
              {step.disabled && <Badge>{t.disabled}</Badge>}
              {errors > 0 && <Badge tone="fail">{t.problems}: {errors}</Badge>}
              {step.connection && <Badge>{step.connection}</Badge>}
            </span>
          </span>
          <span className="mt-0.5 block truncate text-[13px] text-text-2">{summary(step)}</span>
        </button>
      </div>
      <Children {...props} />
    </>
  )
}

function Children(props: StepsProps & { step: Step }) {
  const { step, flow, edit } = props
  const t = useWords()
  return (
    <>
      {step.steps && <Room title={t.insideLoop}><Steps {...props} steps={step.steps} place={{ step: step.id, slot: 'steps' }} /></Room>}
      {step.branches && (
        <div className="grid gap-x-4 sm:grid-cols-2">
          {step.branches.map((branch, i) => (
            <Room key={i} title={branch.name} aside={branch.when ?? (step.action === 'branch' ? t.otherwise : '')}><Steps {...props} steps={branch.steps} place={{ step: step.id, slot: i }} /></Room>
          ))}
          <div className="self-center pl-12 sm:pl-4">
            <Button look="quiet" onClick={() => edit(change(flow, step.id, (s) => ({ ...s, branches: [...(s.branches ?? []), { name: `${t.branch} ${(s.branches?.length ?? 0) + 1}`, when: s.action === 'branch' ? 'true' : undefined, steps: [] }] })))}><Plus size={15} aria-hidden />{t.addBranch}</Button>
          </div>
        </div>
      )}
      {step.catch && <Room title={t.onFailure}><Steps {...props} steps={step.catch} place={{ step: step.id, slot: 'catch' }} /></Room>}
    </>
  )
}

function Room({ title, aside, children }: { title: string; aside?: string; children: React.ReactNode }) {
  return (
    <section aria-label={title} className="mt-3 ml-5 border-l-2 border-line pl-4 sm:ml-12">
      <h3 className="flex gap-2 text-[13px] font-semibold">{title}{aside && <code className="truncate font-normal text-text-3">{aside}</code>}</h3>
      {children}
    </section>
  )
}

function pointsInto(flow: Flow, pointer: string, id: string): boolean {
  let here: unknown = flow
  let innermost = ''
  for (const part of pointer.split('/').slice(1)) {
    if (typeof here !== 'object' || here === null) break
    here = (here as Record<string, unknown>)[part]
    if (typeof here === 'object' && here !== null && 'action' in here && 'id' in here) innermost = String(here.id)
  }
  return innermost === id
}

/** summary is one line of what a step was told. */
function summary(step: Step): string {
  const parts = Object.entries(step.with ?? {}).filter(([, v]) => typeof v !== 'object' && v !== '').map(([, v]) => String(v))
  return parts.join(' · ') || step.action
}
