import { navigate } from 'wouter/use-browser-location'
import { change, type Edit, find, type Flow, type Gap, insert, listAt, move, remove, type Step, whereIs } from '../flow'
import { withBranch, readersOf, roomForBranch, type IsExpression, moveBranch, moveOver, removeBranch } from '../tree/changes'
import { fresh } from '../tree/clipboard'
import { turnsOf } from '../tree/results'
import { branchKey, catchKey, type Row } from '../tree/rows'
import type { TreeStore } from '../tree/store'
import { lettersOn } from '../ui/letters'
import { fill } from '../words/phrase'
import type { EditorWords } from './words'

/** Editing is what a command acts on: the document, the row that has the focus, and the ways to answer. */
export type Editing = {
  flow: Flow
  row: Row
  edit: Edit
  store: TreeStore
  t: EditorWords
  name: (step: Step) => string
  isExpression: IsExpression
  say: (text: string) => void
  focus: (key: string) => void
  open: (key: string, more?: { field?: string; tab?: string }) => void
  show: (what: Shown | 'help', part?: { from?: string; until?: string }) => void
  add: (gap: Gap) => void
  offerUndo: (text: string, back: (flow: Flow) => Flow) => void
  step: (way: 'undo' | 'redo') => void
  copy: (cut: boolean) => void
  paste: () => void
  pin: () => void
  map: () => void
  saved: () => void
}

/** Shown is what a command opens at the side. */
export type Shown = 'test' | 'publish' | 'revisions' | 'tests' | 'settings'

export type Command = {
  id: string
  keys: string
  word: keyof EditorWords
  group: 'move' | 'steps' | 'flow'
  /** whether the row can take it; a menu lists it only then */
  fits?: (e: Editing) => boolean
  /** not in the menu of a row */
  keyOnly?: boolean
  /** without it the tree and the panel do it themselves: it is only listed */
  run?: (e: Editing) => void
}

const isStep = (e: Editing) => e.row.kind === 'step'
const stepOf = (e: Editing) => e.row.step as Step

function shift(e: Editing, by: -1 | 1) {
  const step = stepOf(e)
  if (e.row.kind === 'branch') {
    const at = (e.row.branch ?? 0) + by
    if (!step.branches?.[at]) return e.say(e.t.cannotMove)
    e.edit((f) => moveBranch(f, step.id, e.row.branch ?? 0, by))
    e.focus(branchKey(step.id, at))
    return e.say(fill(e.t.movedTo, { name: step.branches[e.row.branch ?? 0]?.name ?? '', n: at + 1, of: step.branches.length }))
  }
  const here = whereIs(e.flow, step.id)
  const other = here?.steps[here.at + by]
  if (!here || !other) return e.say(e.t.cannotMove)
  e.edit((f) => move(f, step.id, by))
  e.focus(step.id)
  e.say(fill(by < 0 ? e.t.movedAbove : e.t.movedBelow, { name: e.name(step), other: e.name(other) }))
}

function over(e: Editing, by: -1 | 1) {
  const step = stepOf(e)
  const next = moveOver(e.flow, step.id, by)
  if (next === e.flow) return e.say(e.t.cannotMove)
  e.edit((f) => moveOver(f, step.id, by))
  const to = whereIs(next, step.id)
  const into = to?.place ? placeName(e, next, to) : e.flow.name
  if (to?.place) for (const key of [to.place.step, placeKey(to)]) e.store.set({ folded: new Set([...e.store.get().folded].filter((k) => k !== key)) })
  e.focus(step.id)
  e.say(fill(e.t.movedInto, { name: e.name(step), into, n: (to?.at ?? 0) + 1, of: to ? listAt(next, to.place).length : 1 }))
}

const placeKey = ({ place }: Gap) => (!place || place.slot === 'steps' ? (place?.step ?? '') : place.slot === 'catch' ? catchKey(place.step) : branchKey(place.step, place.slot))

function placeName(e: Editing, flow: Flow, { place }: Gap): string {
  const step = place && whereIs(flow, place.step)
  const owner = step?.steps[step.at]
  if (!owner || !place) return flow.name
  return typeof place.slot === 'number' ? (owner.branches?.[place.slot]?.name ?? '') : e.name(owner)
}

function toggle(e: Editing) {
  const step = stepOf(e)
  const off = !step.disabled
  e.edit((f) => change(f, step.id, (s) => ({ ...s, disabled: off ? true : undefined })))
  e.say(fill(off ? e.t.switchedOff : e.t.switchedOn, { name: e.name(step) }))
}

function drop(e: Editing) {
  const step = stepOf(e)
  const rowBefore = e.row.parent ?? 'trigger'
  if (e.row.kind === 'branch') {
    const at = e.row.branch ?? 0
    const branch = step.branches?.[at]
    e.edit((f) => removeBranch(f, step.id, at))
    e.focus(step.id)
    return e.offerUndo(fill(e.t.removed, { name: branch?.name ?? '' }), (f) => change(f, step.id, (s) => ({ ...s, branches: branch ? [...(s.branches ?? []).slice(0, at), branch, ...(s.branches ?? []).slice(at)] : s.branches })))
  }
  if (e.row.kind === 'catch') {
    const kept = step.catch
    e.edit((f) => change(f, step.id, (s) => ({ ...s, catch: undefined })))
    e.focus(step.id)
    return e.offerUndo(fill(e.t.removed, { name: e.t.onFailure }), (f) => change(f, step.id, (s) => ({ ...s, catch: kept })))
  }
  const here = whereIs(e.flow, step.id)
  if (!here) return
  const neighbour = here.steps[here.at + 1] ?? here.steps[here.at - 1]
  e.edit((f) => remove(f, step.id))
  e.focus(neighbour?.id ?? rowBefore)
  e.offerUndo([fill(e.t.removed, { name: e.name(step) }), usedBy(e, step.id)].filter(Boolean).join(' · '), (f) => insert(f, here.place, here.at, step))
}

/** usedBy names the steps that read what a step gives. */
function usedBy(e: Editing, id: string): string {
  const readers = readersOf(e.flow, id)
  return readers.length === 0 ? '' : fill(readers.length === 1 ? e.t.usedBy : e.t.usedByMore, { n: readers.length, names: readers.map(e.name).join(', ') })
}

function double(e: Editing) {
  const step = stepOf(e)
  const [copy] = fresh(e.flow, [step], e.isExpression)
  if (!copy) return
  if (step.name) copy.name = fill(e.t.copyOf, { name: step.name })
  e.edit((f) => insert(f, e.row.after.place, e.row.after.at, copy))
  e.focus(copy.id)
  e.say(fill(e.t.duplicated, { name: e.name(step) }))
}

/** path adds one to a step of several, and goes there. */
function path(e: Editing) {
  const step = stepOf(e)
  e.edit((f) => change(f, step.id, (s) => withBranch(s, (n) => fill(e.t.pathN, { n }))))
  e.focus(branchKey(step.id, roomForBranch(step)))
  e.say(e.t.pathAdded)
}

/** loopAt is the innermost loop that the row is or stands in. */
function loopAt(e: Editing): string | undefined {
  let step = e.row.step
  while (step && !step.steps) {
    const place = whereIs(e.flow, step.id)?.place
    step = place ? find(e.flow, place.step) : undefined
  }
  return step?.id
}

function turn(e: Editing, by: -1 | 1) {
  const loop = loopAt(e)
  const { looked } = e.store.get()
  if (!loop || !looked) return
  const turns = turnsOf(looked.run, looked.paths.get(loop) ?? loop)
  const at = turns.indexOf(looked.turn(loop)) + by
  const to = turns[at]
  if (to === undefined) return
  looked.choose(loop, to)
  e.say(fill(e.t.turnShown, { n: at + 1, of: turns.length }))
}

/** runOf is where what became of a step can be read. */
const runOf = (e: Editing) => e.store.get().results.get(stepOf(e).id)?.href

function onFailure(e: Editing) {
  const step = stepOf(e)
  e.edit((f) => change(f, step.id, (s) => ({ ...s, catch: s.catch ?? [] })))
  e.focus(catchKey(step.id))
}

/** commands is the one table of what can be done to a flow: keys, menus, palette and help read it. */
export const commands: Command[] = [
  { id: 'rows', keys: 'ArrowUp ArrowDown', word: 'toRow', group: 'move', keyOnly: true },
  { id: 'sides', keys: 'ArrowLeft ArrowRight', word: 'toSide', group: 'move', keyOnly: true },
  { id: 'ends', keys: 'Home End', word: 'toEnd', group: 'move', keyOnly: true },
  { id: 'open', keys: 'Enter', word: 'openIt', group: 'move', keyOnly: true },
  { id: 'close', keys: 'Esc', word: 'closeIt', group: 'move', keyOnly: true },
  { id: 'add', keys: 'A', word: 'addStepAfter', group: 'steps', run: (e) => e.add(e.row.after) },
  { id: 'add-branch', keys: 'Shift+A', word: 'addPath', group: 'steps', fits: (e) => isStep(e) && e.row.step?.branches !== undefined, run: path },
  { id: 'add-inside', keys: 'Shift+A', word: 'addInside', group: 'steps', fits: (e) => !isStep(e) || e.row.step?.steps !== undefined, run: (e) => e.add(isStep(e) ? { place: { step: stepOf(e).id, slot: 'steps' }, at: 0 } : e.row.after) },
  { id: 'catch', keys: 'Shift+E', word: 'addCatch', group: 'steps', fits: (e) => isStep(e) && !stepOf(e).catch, run: onFailure },
  { id: 'rename', keys: 'F2', word: 'rename', group: 'steps', fits: isStep, run: (e) => e.store.set({ naming: stepOf(e).id }) },
  { id: 'note', keys: 'N', word: 'writeNote', group: 'steps', fits: isStep, run: (e) => e.open(e.row.key, { field: '/note' }) },
  { id: 'toggle', keys: 'D', word: 'onOff', group: 'steps', fits: isStep, run: toggle },
  { id: 'test-from', keys: 'T', word: 'testFrom', group: 'steps', fits: isStep, run: (e) => e.show('test', { from: stepOf(e).id }) },
  { id: 'test-to', keys: 'Shift+T', word: 'testTo', group: 'steps', fits: isStep, run: (e) => e.show('test', { until: stepOf(e).id }) },
  { id: 'see-run', keys: 'R', word: 'itsRun', group: 'steps', fits: (e) => isStep(e) && runOf(e) !== undefined, run: (e) => navigate(runOf(e) ?? '') },
  { id: 'duplicate', keys: 'Ctrl+D', word: 'duplicate', group: 'steps', fits: isStep, run: double },
  { id: 'copy', keys: 'Ctrl+C', word: 'copySteps', group: 'steps', fits: isStep, run: (e) => e.copy(false) },
  { id: 'cut', keys: 'Ctrl+X', word: 'cutSteps', group: 'steps', fits: isStep, run: (e) => e.copy(true) },
  { id: 'paste', keys: 'Ctrl+V', word: 'pasteHere', group: 'steps', run: (e) => e.paste() },
  { id: 'up', keys: 'Alt+ArrowUp', word: 'moveUp', group: 'move', fits: (e) => isStep(e) || e.row.kind === 'branch', run: (e) => shift(e, -1) },
  { id: 'down', keys: 'Alt+ArrowDown', word: 'moveDown', group: 'move', fits: (e) => isStep(e) || e.row.kind === 'branch', run: (e) => shift(e, 1) },
  { id: 'over-up', keys: 'Alt+Shift+ArrowUp', word: 'moveOverUp', group: 'move', fits: isStep, run: (e) => over(e, -1) },
  { id: 'over-down', keys: 'Alt+Shift+ArrowDown', word: 'moveOverDown', group: 'move', fits: isStep, run: (e) => over(e, 1) },
  { id: 'turn-before', keys: '[', word: 'turnBefore', group: 'move', keyOnly: true, fits: (e) => loopAt(e) !== undefined, run: (e) => turn(e, -1) },
  { id: 'turn-after', keys: ']', word: 'turnAfter', group: 'move', keyOnly: true, fits: (e) => loopAt(e) !== undefined, run: (e) => turn(e, 1) },
  { id: 'remove', keys: 'Delete', word: 'removeIt', group: 'steps', fits: (e) => e.row.kind !== 'trigger', run: drop },
  { id: 'pin', keys: 'P', word: 'pinSample', group: 'flow', keyOnly: true, run: (e) => e.pin() },
  { id: 'undo', keys: 'Ctrl+Z', word: 'undo', group: 'flow', keyOnly: true, run: (e) => e.step('undo') },
  { id: 'redo', keys: 'Ctrl+Shift+Z', word: 'redo', group: 'flow', keyOnly: true, run: (e) => e.step('redo') },
  { id: 'redo-y', keys: 'Ctrl+Y', word: 'redo', group: 'flow', keyOnly: true, run: (e) => e.step('redo') },
  { id: 'test-step', keys: 'Ctrl+Enter', word: 'testStep', group: 'flow', keyOnly: true, fits: isStep, run: (e) => e.open(e.row.key, { tab: 'test' }) },
  { id: 'test-flow', keys: 'Ctrl+Shift+Enter', word: 'testFlow', group: 'flow', keyOnly: true, run: (e) => e.show('test') },
  { id: 'publish', keys: 'Shift+P', word: 'publish', group: 'flow', keyOnly: true, run: (e) => e.show('publish') },
  ...(['revisions', 'tests', 'settings'] as const).map((what): Command => ({ id: what, keys: '', word: what === 'settings' ? 'flowSettings' : what, group: 'flow', keyOnly: true, run: (e) => e.show(what) })),
  { id: 'map', keys: '', word: 'map', group: 'flow', keyOnly: true, run: (e) => e.map() },
  { id: 'save', keys: 'Ctrl+S', word: 'alreadySaved', group: 'flow', keyOnly: true, run: (e) => e.saved() },
]

export const commandOf = (id: string) => commands.find((c) => c.id === id) as Command

/** keyOf names a key press as the table does; Cmd counts as Ctrl. */
export function keyOf(e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const key = e.key.length === 1 ? e.key.toUpperCase() : e.key
  const letter = key.length > 1 || /[A-Z]/.test(key)
  return [(e.ctrlKey || e.metaKey) && 'Ctrl+', e.altKey && 'Alt+', e.shiftKey && letter && 'Shift+', key].filter(Boolean).join('')
}

const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)

/** keyWords shows keys as the machine of the person names them. */
export function keyWords(keys: string): string {
  const arrows: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Delete: 'Del' }
  const parts = keys.split('+').map((k) => arrows[k] ?? (mac ? ({ Ctrl: '⌘', Alt: '⌥', Shift: '⇧' }[k] ?? k) : k))
  return parts.join(mac ? '' : '+')
}

export function commandFor(e: KeyboardEvent): Command | undefined {
  const keys = keyOf(e)
  const found = commands.find((c) => c.run && (c.keys === keys || (c.id === 'remove' && keys === 'Backspace')))
  return found && (/^(Shift\+)?[A-Z]$/.test(found.keys) && !lettersOn() ? undefined : found)
}
