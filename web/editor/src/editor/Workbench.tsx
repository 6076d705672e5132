import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { Schemas } from '../api/client'
import { useLive } from '../api/hooks'
import { find, type Flow, documentOf, type Step, walk, whereIs } from '../flow'
import type { Desk } from '../tree/desk'
import { wentOn } from '../tree/results'
import { still } from '../tree/still'
import { branchKey, catchKey } from '../tree/rows'
import { makeTreeStore, type TreeStore } from '../tree/store'
import { focusRow, Tree } from '../tree/Tree'
import { useSay } from '../words'
import { useKeptFocus } from '../ui/keepFocus'
import { LabelsContext } from '../ui/Ticked'
import { screenDrawn, soon } from '../ui/soon'
import { Announcer } from './Announcer'
import { Bar } from './Bar'
import { commandOf } from './commands'
import { DataNote } from './DataNote'
import { FlowMap } from './FlowMap'
import type { Open } from './open'
import { useLooks } from './Locked'
import { useLooking } from './Looking'
import { LoopTurn } from './LoopTurn'
import { presetOf, useLabels } from './presetLabels'
import { problemsByRow } from './problems'
import { SidePanel } from './SidePanel'
import { EditorTrigger } from './EditorTrigger'
import { useDraft } from './useDraft'
import { useBack } from './useBack'
import { useEditing } from './useEditing'
import { useGone } from './useGone'
import { useResults } from './useResults'

const Clashes = soon(() => import('./Clashes').then((m) => m.Clashes))
const Mend = soon(() => import('../mend/Mend').then((m) => m.Mend))

type WorkbenchProps = { loaded: Schemas['FlowView']; actions: Schemas['ActionView'][]; triggers: Schemas['TriggerView'][]; presets: Schemas['PresetView'][] }

/** Workbench is the flow in the middle, its bar above and what is open of it at the side. */
export function Workbench({ loaded, actions, triggers, presets }: WorkbenchProps) {
  const say = useSay()
  const { draft, note } = useLooking(useDraft(loaded))
  const { flow, view } = draft
  const [store] = useState(makeTreeStore)
  const [params, setParams] = useSearchParams()
  const [open, setOpen] = useState<Open>(() => opened(params, documentOf(loaded)))
  const [map, setMap] = useState(false)
  const [event, setEvent] = useState(() => params.get('event') ?? undefined)
  const [mending, setMending] = useState(() => params.get('run'))
  const [together] = useState(() => params.has('all'))
  const { tested, results, looked } = useResults(flow, view)
  const started = useCallback((run: Schemas['RunView']) => { setEvent(run.event); tested(run) }, []) // once, when the failed run is there
  useLive(['samples', 'runs', 'flow', 'stats'], flow.id)
  useTitle(flow.name)
  useKeptFocus()

  const byKind = useMemo(() => new Map(actions.map((a) => [a.kind, a])), [actions])
  const preset = presetOf(flow, presets)
  const labels = useLabels(flow, preset)
  useEffect(() => store.set({ problems: still(store.get().problems, problemsByRow(flow, view.problems)) }), [store, view.problems])
  useEffect(() => store.set({ results, looked, went: wentOn(flow, results) }), [store, flow, results, looked])
  const step = open?.what === 'step' ? (find(flow, open.id) ?? formerly(flow, open.id)) : undefined
  const row = open?.what === 'trigger' ? 'trigger' : (step?.id ?? null)
  useEffect(() => {
    const at = store.get().at
    store.set({ open: row, ...(at !== 'trigger' && !find(flow, at.split('/')[0] ?? at) && { at: row ?? 'trigger' }) })
  }, [store, row, flow])

  useEffect(() => {
    if (!row) return
    unfoldTo(store, flow, row)
    if (store.get().at.split('/')[0] !== row) store.set({ at: row })
  }, [store, row])
  const close = useCallback(() => {
    focusRow(store.get().at) // before the panel goes: it would give the focus to another, and that is heard
    setOpen(null)
  }, [store])
  const openRow = useCallback((key: string, more: { field?: string; tab?: string } = {}) => {
    const id = key.split('/')[0] ?? key
    store.set({ at: key })
    setMap(false)
    setOpen(id === 'trigger' ? { what: 'trigger', field: more.field } : { what: 'step', id, ...more, at: Date.now() })
  }, [store])
  useBack(open !== null, close)
  useGone(open?.what === 'step' ? open.id : undefined, step, draft, close)
  const editing = useEditing({ draft, store, byKind, openRow, show: (what, part) => setOpen({ what, ...part }), open, close, map: () => setMap((on) => !on) })
  const hands = useRef(editing.hands)
  useEffect(() => {
    hands.current = editing.hands
  })
  const looks = useLooks()
  const desk = useMemo<Desk>(() => ({
    store, actions: byKind, labels,
    open: (key, field) => openRow(key, { field }),
    frameAside: (step) => <LoopTurn store={store} id={step.id} />,
    hands: looks ? undefined : { add: (...a) => hands.current.add(...a), menu: (...a) => hands.current.menu(...a), rename: (...a) => hands.current.rename(...a), addBranch: (id) => hands.current.addBranch(id), drag: (...a) => hands.current.drag(...a) },
  }), [store, byKind, labels, openRow, looks])
  useEffect(() => {
    if (params.has('step') || params.has('event') || params.has('run')) setParams({}, { replace: true })
    markPainted('editor-painted')
    if (!wasJustMade()) return
    focusRow('trigger')
    history.replaceState(null, '')
  }, [])

  return (
    <LabelsContext value={labels}>
    <div className="flex h-dvh flex-col">
      <Bar draft={draft} open={open} setOpen={setOpen} map={map} setMap={setMap} run={editing.run} />
      {mending && <Suspense fallback={<div className="min-h-[61px] shrink-0 border-b border-line bg-surface max-[899px]:hidden" />}><Mend run={mending} all={together} draft={draft} started={started} show={setOpen} leave={() => setMending(null)} /></Suspense>}
      <div className="flex min-h-0 flex-1">
        <main id="content" tabIndex={-1} className="relative min-w-0 flex-1 overflow-x-hidden overflow-y-auto px-4 pt-6 pb-[calc(7rem+var(--mend,0px))] outline-none min-[900px]:px-8 min-[900px]:pt-8">
          <h1 className="sr-only">{flow.name}</h1>
          {note}
          {event && !mending && <DataNote event={event} leave={() => setEvent(undefined)} />}
          {(draft.ask !== null || draft.clashes.length > 0) && <Suspense><Clashes draft={draft} /></Suspense>}
          {map ? <FlowMap flow={flow} desk={desk} trigger={{ title: preset ? say(preset.name) : say(triggers.find((k) => k.kind === flow.trigger.kind)?.title ?? { en: flow.trigger.kind, 'pt-BR': flow.trigger.kind }), mark: preset?.id === 'generic' ? undefined : preset?.mark }} /> : <Tree flow={flow} desk={desk} trigger={<EditorTrigger flow={flow} view={view} triggers={triggers} preset={preset} choose={looks ? undefined : (field) => openRow('trigger', { field })} />} drawn={wholeDrawn} />}
        </main>
        <SidePanel open={open} setOpen={setOpen} close={close} draft={draft} step={step} actions={actions} triggers={triggers} tested={tested} event={event} act={(command, id) => editing.run(commandOf(command), id)} />
      </div>
      {editing.floating}
      <Announcer />
    </div>
    </LabelsContext>
  )
}

/** wasJustMade says that a person comes here right after making the flow: they begin where the flow does. */
function wasJustMade() {
  const state: unknown = history.state
  return typeof state === 'object' && state !== null && 'made' in state
}

/** markPainted notes when what was just drawn is to be seen. */
const markPainted = (name: string) => requestAnimationFrame(() => setTimeout(() => performance.mark(name)))

/** unfoldTo shows the row of a step: what is around it is unfolded. */
function unfoldTo(store: TreeStore, flow: Flow, id: string) {
  const around = new Set<string>()
  for (let place = whereIs(flow, id)?.place; place; place = whereIs(flow, place.step)?.place) {
    around.add(place.step)
    if (place.slot !== 'steps') around.add(place.slot === 'catch' ? catchKey(place.step) : branchKey(place.step, place.slot))
  }
  const { folded } = store.get()
  if ([...around].some((key) => folded.has(key))) store.set({ folded: new Set([...folded].filter((key) => !around.has(key))) })
}

function wholeDrawn() {
  markPainted('editor-whole')
  screenDrawn()
}

/** formerly finds a step by an id that it had before. */
function formerly(flow: Flow, id: string): Step | undefined {
  let found: Step | undefined
  walk(flow.steps, (s) => {
    if (s.formerly?.includes(id)) found = s
  })
  return found
}

/** opened reads what an address asks to be open: /flows/x?step=pay&event=… */
function opened(params: URLSearchParams, flow: Flow): Open {
  const step = params.get('step')
  if (step === 'trigger') return { what: 'trigger', field: params.get('field') ?? undefined }
  if (params.has('test')) return { what: 'test' }
  const found = step ? (find(flow, step) ?? formerly(flow, step)) : undefined
  return found ? { what: 'step', id: found.id, at: 0 } : null
}

function useTitle(name: string) {
  useEffect(() => {
    document.title = `${name} · Gancho`
  }, [name])
}
