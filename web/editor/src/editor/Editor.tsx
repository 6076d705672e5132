import { useEffect, useState } from 'react'
import { CircleAlert, Play, Redo2, Undo2 } from 'lucide-react'
import type { Schemas } from '../api/client'
import { useActions, useFlow, useLive, useTriggers } from '../api/hooks'
import { find, type Flow } from '../flow'
import { Badge, Button, IconButton, Loading, Problem } from '../ui/basics'
import { useWords } from './words'
import { PublishPanel } from './PublishPanel'
import { StepPanel } from './StepPanel'
import { TestPanel } from './TestPanel'
import { Tree } from './Tree'
import { TriggerPanel } from './TriggerPanel'
import { useDraft } from './useDraft'

export function Editor({ id }: { id: string }) {
  const flow = useFlow(id)
  const actions = useActions()
  const triggers = useTriggers()
  const error = flow.error ?? actions.error ?? triggers.error
  if (error) return <Problem error={error} retry={() => void flow.refetch()} />
  if (!flow.data || !actions.data || !triggers.data) return <Loading />
  return <Desk loaded={flow.data} actions={actions.data.items} triggers={triggers.data.items} />
}

/** Open says what the panel shows. */
export type Open = { what: 'trigger' | 'test' | 'publish' } | { what: 'step'; id: string } | null

type DeskProps = { loaded: Schemas['FlowView']; actions: Schemas['ActionView'][]; triggers: Schemas['TriggerView'][] }

function Desk({ loaded, actions, triggers }: DeskProps) {
  const t = useWords()
  const draft = useDraft(loaded)
  const { flow, view } = draft
  const [open, setOpen] = useState<Open>(null)
  useLive(['samples', 'runs'], flow.id)
  useEffect(() => {
    const keys = (e: KeyboardEvent) => {
      if (e.key === 'Escape') setOpen(null)
      const typing = e.target instanceof HTMLElement && e.target.closest('input, textarea, select')
      if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === 'z' && !typing) {
        e.preventDefault()
        void draft.step(e.shiftKey ? 'redo' : 'undo').catch(() => undefined)
      }
    }
    addEventListener('keydown', keys)
    return () => removeEventListener('keydown', keys)
  })
  const step = open?.what === 'step' ? find(flow, open.id) : undefined
  return (
    <div className="min-[900px]:flex min-[900px]:h-[calc(100dvh-52px)]">
      <main id="content" className="min-w-0 flex-1 overflow-y-auto px-4 pb-24 sm:px-6">
        <h1 className="sr-only">{flow.name}</h1>
        <EditorBar draft={draft} setOpen={setOpen} />
        {draft.saving === 'stale' && (
          <p role="alert" className="mx-auto mb-4 flex max-w-[680px] items-center gap-3 rounded-xl bg-warn-soft p-3 text-warn">{t.stale}<Button onClick={() => location.reload()}>{t.reload}</Button></p>
        )}
        <Tree flow={flow} view={view} actions={actions} open={open} setOpen={setOpen} edit={draft.edit} />
        <Problems problems={view.problems} flow={flow} setOpen={setOpen} />
      </main>
      {open?.what === 'trigger' && <TriggerPanel flow={flow} view={view} triggers={triggers} edit={draft.edit} close={() => setOpen(null)} />}
      {open?.what === 'test' && <TestPanel flow={flow} close={() => setOpen(null)} />}
      {open?.what === 'publish' && <PublishPanel draft={draft} close={() => setOpen(null)} />}
      {step && <StepPanel key={step.id} flow={flow} step={step} actions={actions} problems={view.problems} edit={draft.edit} close={() => setOpen(null)} />}
    </div>
  )
}

function EditorBar({ draft, setOpen }: { draft: ReturnType<typeof useDraft>; setOpen: (open: Open) => void }) {
  const t = useWords()
  const { view, flow } = draft
  const saved = { saved: t.saved, saving: t.saving, failed: t.notSaved, stale: t.notSaved }[draft.saving]
  return (
    <div className="sticky top-0 z-10 -mx-4 mb-4 flex flex-wrap items-center gap-2 bg-bg/95 px-4 py-3 sm:-mx-6 sm:px-6">
      <input aria-label={t.name} className="min-w-32 flex-1 rounded-lg bg-transparent px-2 py-1 text-base font-semibold hover:bg-sunken" value={flow.name} onChange={(e) => draft.edit({ ...flow, name: e.target.value })} />
      <span role="status" className="text-xs text-text-3">{saved}</span>
      <IconButton label={t.undo} disabled={!view.can_undo} onClick={() => void draft.step('undo')}><Undo2 size={17} aria-hidden /></IconButton>
      <IconButton label={t.redo} disabled={!view.can_redo} onClick={() => void draft.step('redo')}><Redo2 size={17} aria-hidden /></IconButton>
      <Button onClick={() => setOpen({ what: 'test' })}><Play size={16} aria-hidden />{t.testFlow}</Button>
      <Button look="primary" onClick={() => setOpen({ what: 'publish' })}>{view.changed ? t.publish : t.upToDate}{view.published_rev > 0 && ` r${view.published_rev}`}</Button>
    </div>
  )
}

function Problems({ problems, flow, setOpen }: { problems: Schemas['ProblemView'][]; flow: Flow; setOpen: (open: Open) => void }) {
  const t = useWords()
  if (problems.length === 0) return null
  const show = (path: string) => {
    const step = stepAt(flow, path)
    setOpen(step ? { what: 'step', id: step } : { what: 'trigger' })
  }
  return (
    <section aria-label={t.problems} className="mx-auto mt-8 max-w-[680px]">
      <h2 className="mb-2 font-semibold">{t.problems}</h2>
      <ul className="space-y-2">
        {problems.map((p, i) => (
          <li key={i}>
            <button type="button" onClick={() => show(p.path)} className="flex w-full items-start gap-2 rounded-lg border border-line bg-surface p-3 text-left hover:bg-sunken">
              <CircleAlert size={16} aria-hidden className={`mt-0.5 shrink-0 ${p.severity === 'error' ? 'text-fail' : 'text-warn'}`} />
              <span>{fieldOf(p.path)}{p.message} {p.hint && <span className="text-text-2">{p.hint}</span>}</span>
              <span className="ml-auto"><Badge tone={p.severity === 'error' ? 'fail' : 'warn'}>{stepAt(flow, p.path) ?? t.flow}</Badge></span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** fieldOf names the field that a problem is about. */
function fieldOf(pointer: string): string {
  const at = pointer.indexOf('/with/')
  return at < 0 ? '' : `${pointer.slice(at + 6).replaceAll('/', '.')}: `
}

/** stepAt gives the id of the innermost step that a JSON pointer goes through. */
export function stepAt(flow: Flow, pointer: string): string | undefined {
  let here: unknown = flow
  let found: string | undefined
  for (const part of pointer.split('/').slice(1)) {
    if (typeof here !== 'object' || here === null) break
    here = (here as Record<string, unknown>)[part]
    if (typeof here === 'object' && here !== null && 'action' in here && 'id' in here) found = String(here.id)
  }
  return found
}
