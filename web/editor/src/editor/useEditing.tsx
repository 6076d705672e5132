import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Schemas } from '../api/client'
import { useConnections } from '../api/hooks'
import { keepOffer } from '../api/curl'
import { change, find, type Flow, freshID, type Gap, insert, remove, type Step, whereIs } from '../flow'
import { say } from '../tree/announce'
import { blank, type IsExpression, moveTo } from '../tree/changes'
import { copyText as stepsText, fresh } from '../tree/clipboard'
import type { Hands } from '../tree/desk'
import { type Row, rowsOf } from '../tree/rows'
import type { TreeStore } from '../tree/store'
import { focusRow } from '../tree/Tree'
import { useCommands } from '../ui/commands'
import { copyText } from '../ui/Copy'
import { later, toast } from '../ui/Toast'
import { fetchSoon, soon } from '../ui/soon'
import { useSay } from '../words'
import { fill, usePlural } from '../words/phrase'
import { type Command, type Shown, commandFor, commands, type Editing, keyWords } from './commands'
import { fitsKind } from './kinds'
import type { Open } from './open'
import { type Pasted, readPaste } from './paste'
import { useLooks } from './Locked'
import { usePin } from './usePin'
import type { DraftHook } from './useDraft'
import { useWords } from './words'

const AddMenu = soon(() => import('./AddMenu').then((m) => m.AddMenu))
const RowMenu = soon(() => import('./RowMenu').then((m) => m.RowMenu))
let startDrag: typeof import('./drag').startDrag | undefined
fetchSoon(() => import('./drag').then((m) => { startDrag = m.startDrag }))

type Props = {
  draft: DraftHook
  store: TreeStore
  byKind: ReadonlyMap<string, Schemas['ActionView']>
  openRow: Editing['open']
  show: (what: Shown, part?: { from?: string; until?: string }) => void
  open: Open
  close: () => void
  map: () => void
}

type Floating = { what: 'add'; gap: Gap; anchor: HTMLElement } | { what: 'menu'; key: string; anchor: HTMLElement } | null

/** useEditing joins keys, menus, clipboard and drag to the table of commands. */
export function useEditing({ draft, store, byKind, openRow, show, open, close, map }: Props) {
  const t = useWords()
  const sayWords = useSay()
  const plural = usePlural()
  const [floating, setFloating] = useState<Floating>(null)
  const { flow } = draft
  const edit = draft.draft.edit
  const pin = usePin(flow.id, t)
  const isExpression = useCallback<IsExpression>((kind, field) => ['expression', 'condition'].includes(byKind.get(kind)?.fields.find((f) => f.id === field)?.type ?? ''), [byKind])
  const name = (step: Step) => step.name || sayWords(byKind.get(step.action)?.title ?? { en: step.action, 'pt-BR': step.action })
  const focusSoon = (key: string) => {
    store.set({ at: key })
    requestAnimationFrame(() => focusRow(key))
  }
  const reopen = () => setFloating(null)

  const put = (gap: Gap, { steps, offer }: Pasted) => {
    const copies = fresh(draft.draft.read().flow, steps, isExpression)
    edit((f) => insert(f, gap.place, gap.at, ...copies))
    const cut = store.get().cut
    if (cut.size > 0) store.set({ cut: new Set() })
    const first = copies[0]
    if (first && offer) keepOffer(flow.id, first.id, offer)
    if (first) focusSoon(first.id)
    say(plural(t, 'pasted', copies.length))
    return first?.id
  }
  const connections = useConnections().data?.items ?? []
  const addAction = (gap: Gap, action: Schemas['ActionView']) => {
    const step = newStep(draft.draft.read().flow, action, t)
    const [only, another] = action.connection_optional ? [] : connections.filter((c) => fitsKind(action.connections, c.kind))
    if (only && !another) step.connection = only.name
    edit((f) => heard(insert(f, gap.place, gap.at, step), step))
    setFloating(null)
    say(fill(t.added, { name: sayWords(action.title) }))
    openRow(step.id)
    requestAnimationFrame(() => document.querySelector(`[data-row="${step.id}"]`)?.scrollIntoView({ block: 'nearest' }))
  }

  const editingAt = (row: Row): Editing => ({
    flow: draft.draft.read().flow, row, edit, store, t, name, isExpression, say, focus: focusSoon,
    open: openRow, show: (what, part) => what !== 'help' && show(what, part),
    add: (gap) => setFloating({ what: 'add', gap, anchor: anchorOf(gap, row.key) }),
    offerUndo: (text, back) => {
      say(text)
      later(text, () => undefined, () => {
        edit(back)
        say(t.undone)
      })
    },
    step: (way) => void draft.draft.step(way).then((done) => (done ? say(way === 'undo' ? t.undone : t.redone) : draft.draft.read().saving === 'waiting' && toast(t.undoOffline, 'fail', 'undo')), (e: Error) => toast(e.message, 'fail')),
    copy: (cut) => {
      if (!row.step || row.kind !== 'step') return
      void copyText(stepsText([row.step]))
      copied(row.step, cut)
    },
    paste: () => void pasteFromClipboard().then((pasted) => (pasted ? put(row.after, pasted) : toast(t.pasteByKey))),
    pin, map, saved: () => { const { saving, refusal } = draft.draft.read(); toast(saving === 'waiting' ? t.waits : saving === 'refused' ? fill(t.refusedDraft, { why: refusal }) : t.alreadySaved, saving === 'waiting' || saving === 'refused' ? 'fail' : 'ok', 'saved') },
  })
  const copied = (step: Step, cut: boolean) => {
    say(fill(cut ? t.cutStep : t.copiedStep, { name: name(step) }))
    const gap = whereIs(draft.draft.read().flow, step.id)
    if (!cut || !gap) return
    edit((f) => remove(f, step.id))
    later(fill(t.cutStep, { name: name(step) }), () => undefined, () => edit((f) => (find(f, step.id) ? f : insert(f, gap.place, gap.at, step)))) // once pasted it is there
  }
  const rowNow = (key: string) => rowsOf(draft.draft.read().flow, store.get().folded).find((r) => r.key === key)
  const looks = useLooks()
  const run = (command: Command, key = store.get().at) => {
    if (looks && command.id !== 'copy') return toast(t.onlyLooks)
    const row = rowNow(key) ?? rowNow('trigger')
    if (!row) return
    const e = editingAt(row)
    commands.find((c) => (c === command || (c.keys === command.keys && c.id.startsWith('add-'))) && (!c.fits || c.fits(e)))?.run?.(e)
  }

  useCommands(commands.filter((c) => c.id !== 'redo-y' && (!looks || !c.run)).map((c) => ({ id: c.id, group: t[c.group], label: t[c.word], keys: shellKeys(c.keys), listed: true, hidden: !c.run, run: () => run(c) })))
  const row = open?.what === 'step' || open?.what === 'trigger' ? store.get().at : null
  useKeys((e) => {
    if (e.key === 'Escape' && open) {
      e.preventDefault()
      return close()
    }
    const command = commandFor(e)
    if (!command) return stands(e.target) && row && passOn(e, row)
    if (command.group !== 'flow' && !atRow(e.target, row)) return
    if (['copy', 'cut', 'paste'].includes(command.id)) return // the browser's own events carry the clipboard
    e.preventDefault()
    run(command)
  })
  useClipboard(row, {
    copy: (cut) => {
      if (cut && looks) {
        toast(t.onlyLooks)
        return null
      }
      const row = rowNow(store.get().at)
      if (row?.kind === 'trigger') {
        if (draft.view.url) toast(t.addressCopied)
        return draft.view.url ?? null
      }
      if (!row?.step || row.kind !== 'step') return null
      copied(row.step, cut)
      return stepsText([row.step])
    },
    paste: (text) => {
      if (looks) return toast(t.onlyLooks)
      const row = rowNow(store.get().at)
      void readPaste(text).then((pasted) => {
        if (!pasted) return toast(t.nothingToPaste, 'fail')
        const first = row && put(row.after, pasted)
        if (first && pasted.offer) openRow(first)
      }, (e: Error) => toast(e.message, 'fail'))
    },
  })

  const hands: Hands = {
    add: (gap, anchor) => setFloating({ what: 'add', gap, anchor }),
    menu: (key, anchor) => {
      store.set({ at: key })
      setFloating({ what: 'menu', key, anchor })
    },
    rename: (id, to) => {
      edit((f) => change(f, id, (s) => ({ ...s, name: to || undefined })))
      if (to) say(fill(t.renamed, { name: to }))
    },
    addBranch: (id) => {
      const row = rowNow(id)
      if (row) commands.find((c) => c.id === 'add-branch')?.run?.(editingAt(row))
    },
    drag: (e, id) => startDrag?.(e, { id, store, drop: (gap) => {
      const before = draft.draft.read().flow
      const after = moveTo(before, id, gap)
      if (after === before) return
      edit((f) => moveTo(f, id, gap))
      focusSoon(id)
      const step = rowNow(id)
      if (step?.step) say(fill(t.movedInto, { name: name(step.step), into: flow.name, n: step.pos, of: step.size }))
    } }),
  }
  const list = useMemo(() => [...byKind.values()], [byKind])
  const menuRow = floating?.what === 'menu' ? rowNow(floating.key) : undefined
  const menu = menuRow && commands.filter((c) => !c.keyOnly && (!c.fits || c.fits(editingAt(menuRow)))).map((c) => ({ id: c.id, word: t[c.word], keys: keyWords(c.keys), danger: c.id === 'remove', line: ['rename', 'test-from', 'duplicate', 'up', 'remove'].includes(c.id), run: () => run(c, menuRow.key) }))
  return {
    hands, run,
    floating: floating?.what === 'add'
      ? <Suspense fallback={null}><AddMenu actions={list} anchor={floating.anchor} close={() => { setFloating(null); focusSoon(store.get().at) }} pick={(a) => addAction(floating.gap, a)} paste={(pasted) => { setFloating(null); const first = put(floating.gap, pasted); if (first) openRow(first) }} /></Suspense>
      : floating && menu && <Suspense fallback={null}><RowMenu anchor={floating.anchor} label={t.more} of={menuRow?.step && name(menuRow.step)} items={menu} close={reopen} /></Suspense>,
  }
}

/** shellKeys writes keys as the palette and the sheet of shortcuts do. */
const shellKeys = (keys: string) => keys.toLowerCase().replace('ctrl', 'mod').replaceAll('arrow', '').replace('delete', 'del')

/** anchorOf finds the "+" of a gap, or the row that a key was pressed on. */
function anchorOf(gap: Gap, row: string): HTMLElement {
  const plus = document.querySelector<HTMLElement>(`[data-gap="${CSS.escape(JSON.stringify(gap))}"]`)
  return plus ?? document.querySelector<HTMLElement>(`[data-row="${CSS.escape(row)}"]`) ?? document.body
}

/** heard makes the sender wait for the run where a step is added that answers. */
function heard(flow: Flow, step: Step): Flow {
  const kept = flow.trigger.with?.['respond']
  const respond = typeof kept === 'object' && kept !== null ? kept : {}
  if (step.action !== 'respond' || flow.trigger.kind !== 'webhook' || 'when' in respond) return flow
  return { ...flow, trigger: { ...flow.trigger, with: { ...flow.trigger.with, respond: { ...respond, when: 'finished' } } } }
}

/** newStep is a step as it begins: blocks have their rooms, effects that cannot be repeated are sent once at most. */
function newStep(flow: Flow, action: Schemas['ActionView'], t: ReturnType<typeof useWords>): Step {
  const step: Step = { id: freshID(flow, action.kind), action: action.kind }
  if (action.shape === 'steps') step.steps = []
  if (action.kind === 'branch') step.branches = [{ name: fill(t.pathN, { n: 1 }), when: blank, steps: [] }, { name: t.otherwise, steps: [] }]
  else if (action.shape === 'branches') step.branches = [1, 2].map((n) => ({ name: fill(t.pathN, { n }), steps: [] }))
  if (action.effect && !action.repeatable && action.kind !== 'http.request') step.delivery = 'at_most_once'
  return step
}

async function pasteFromClipboard(): Promise<Pasted | null> {
  try {
    return await readPaste(await navigator.clipboard.readText())
  } catch {
    return null
  }
}

const typing = (target: EventTarget | null) => target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable=true], [role=listbox], [role=menu], dialog') !== null

function useKeys(press: (e: KeyboardEvent) => void) {
  const now = useRef(press)
  useEffect(() => {
    now.current = press
  })
  useEffect(() => {
    const keys = (e: KeyboardEvent) => {
      if (e.defaultPrevented || e.isComposing || (e.key === 'Escape' && document.querySelector('dialog[open]'))) return
      if (typing(e.target) && e.key !== 'Escape' && !((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 's')) return
      now.current(e)
    }
    addEventListener('keydown', keys)
    return () => removeEventListener('keydown', keys)
  }, [])
}

/** stands says that the focus is where opening a step has left it: on the name of the panel, or nowhere. */
const stands = (target: EventTarget | null) => target === document.body || (target instanceof HTMLElement && target.matches('aside > header h2'))

/** atRow says that a key is meant for a row: for that which has the focus, or for the one that is open. */
const atRow = (target: EventTarget | null, open: string | null) => (target instanceof HTMLElement && target.closest('[data-row]') !== null) || (open !== null && stands(target))

/** passOn gives a key to the row that is open, as if it had the focus. */
function passOn(e: KeyboardEvent, row: string) {
  if (!/^(Arrow|Home|End)/.test(e.key) || e.ctrlKey || e.metaKey || e.altKey) return
  e.preventDefault()
  focusRow(row)
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: e.key, bubbles: true, cancelable: true }))
}

/** useClipboard answers copy, cut and paste while a row has the focus, or is open and nothing else has. */
function useClipboard(open: string | null, on: { copy: (cut: boolean) => string | null; paste: (text: string) => void }) {
  const now = useRef({ ...on, open })
  useEffect(() => {
    now.current = { ...on, open }
  })
  useEffect(() => {
    const fits = () => (document.activeElement?.matches('[data-row]') === true || (now.current.open !== null && stands(document.activeElement))) && (getSelection()?.isCollapsed ?? true)
    const copy = (e: ClipboardEvent) => {
      if (!fits()) return
      const text = now.current.copy(e.type === 'cut')
      if (text === null) return
      e.clipboardData?.setData('text/plain', text)
      e.preventDefault()
    }
    const paste = (e: ClipboardEvent) => {
      if (!fits()) return
      e.preventDefault()
      now.current.paste(e.clipboardData?.getData('text/plain') ?? '')
    }
    document.addEventListener('copy', copy)
    document.addEventListener('cut', copy)
    document.addEventListener('paste', paste)
    return () => {
      document.removeEventListener('copy', copy)
      document.removeEventListener('cut', copy)
      document.removeEventListener('paste', paste)
    }
  }, [])
}
