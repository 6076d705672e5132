import type { Schemas } from '../api/client'
import { type Flow, documentOf } from '../flow'
import { draftKey, isFinal } from './kept'
import { type Clash, decide, rebase, same } from './rebase'

type View = Schemas['FlowView']

/** How it stands with the draft: on the server, on its way, waiting for the server, or refused by it. */
export type Saving = 'saved' | 'saving' | 'waiting' | 'refused'

type DraftState = {
  flow: Flow
  view: View
  saving: Saving
  savedAt: number | null
  refusal: string
  clashes: Clash[]
  /** who changed the flow after me, when an undo would take that back */
  ask: string | null
}

/** What the keeper needs of the world; tests hand in their own. */
type World = {
  put: (flow: Flow, rev: number) => Promise<View>
  step: (way: 'undo' | 'redo', mine: boolean) => Promise<View>
  /** whose draft it is: what is kept on this machine is offered to nobody else */
  owner: string
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
}

/** Refusals of the server, as the keeper tells them apart. */
export type Trouble = { status: number; code?: string; detail?: string; current?: unknown }

const pause = 500
const longest = 30_000

/**
 * Draft keeps the document that a person edits. Each change is kept on this machine at once and
 * saved on the server after a short pause; without a server it waits and tries again. What
 * others save meanwhile is put under one's own changes, never over them.
 */
export class Draft {
  private base: Flow
  private rev: number
  private sent: Flow
  private timer: ReturnType<typeof setTimeout> | undefined
  private flight: Promise<void> | null = null
  private delay = 0
  private closed = false
  private kept: string | null = null
  /** how often what somebody else saved was taken in */
  taken = 0
  private readonly heard = new Set<() => void>()
  private readonly key: string
  state: DraftState

  constructor(loaded: View, private readonly world: World, private readonly trouble: (error: unknown) => Trouble) {
    const flow = documentOf(loaded)
    this.key = draftKey(world.owner, flow.id)
    this.base = flow
    this.sent = flow
    this.rev = loaded.draft_rev
    this.state = { flow, view: loaded, saving: 'saved', savedAt: null, refusal: '', clashes: [], ask: null }
    this.takeKept()
  }

  subscribe = (f: () => void) => {
    this.heard.add(f)
    return () => this.heard.delete(f)
  }

  read = () => this.state

  private set(part: Partial<DraftState>) {
    this.state = { ...this.state, ...part }
    for (const f of this.heard) f()
  }

  /** takeKept goes on with what this machine kept when the page was left before it was saved. */
  private takeKept() {
    const text = this.world.storage.getItem(this.key)
    if (!text) return
    this.kept = text
    try {
      const kept = JSON.parse(text) as { base: Flow; flow: Flow; clashes: Clash[] }
      const { flow, clashes } = rebase(kept.base, kept.flow, this.base)
      this.state = { ...this.state, clashes: [...kept.clashes, ...clashes] }
      if (same(flow, this.base)) return this.keep()
      this.state = { ...this.state, flow, saving: 'saving' }
    } catch {
      this.world.storage.removeItem(this.key)
    }
  }

  /** keep writes what is not on the server yet to this machine; once closed, only over what it wrote itself: the flow may be open anew. */
  private keep() {
    const { storage } = this.world
    try {
      if (this.closed && storage.getItem(this.key) !== this.kept) return
      this.kept = this.unsaved || this.state.clashes.length > 0 ? JSON.stringify({ base: this.base, flow: this.state.flow, clashes: this.state.clashes }) : null
      if (this.kept === null) storage.removeItem(this.key)
      else storage.setItem(this.key, this.kept)
    } catch {
      // a full storage must not stop the editing; the server is still asked
    }
  }

  edit = (next: Flow | ((flow: Flow) => Flow)) => {
    const flow = typeof next === 'function' ? next(this.state.flow) : next
    if (flow === this.state.flow) return
    this.set({ flow, saving: this.delay > 0 ? 'waiting' : 'saving', ask: null })
    this.keep()
    if (this.delay === 0) this.plan(pause)
  }

  private plan(ms: number) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.save(), ms)
  }

  /** save sends what is not sent yet, and waits for the answer. */
  save = async (): Promise<void> => {
    clearTimeout(this.timer)
    while (this.flight) await this.flight
    if (!this.unsaved) return
    this.flight = this.send(this.state.flow).finally(() => {
      this.flight = null
    })
    await this.flight
  }

  private async send(flow: Flow) {
    try {
      const view = await this.world.put(flow, this.rev)
      this.delay = 0
      this.sent = flow
      this.took(view)
      const more = this.state.flow !== flow
      this.set({ saving: more ? 'saving' : 'saved', savedAt: Date.now(), refusal: '' })
      if (more) this.plan(pause)
    } catch (error) {
      this.failed(this.trouble(error))
    }
    this.keep()
  }

  private took(view: View) {
    this.base = documentOf(view)
    this.rev = view.draft_rev
    this.set({ view })
  }

  private failed(t: Trouble) {
    const current = t.current as View | undefined
    if (t.status === 412 && current) return this.adopt(current)
    if (isFinal(t.status)) {
      this.delay = 0
      this.set({ saving: 'refused', refusal: t.detail ?? '' })
      return
    }
    if (this.closed) return
    this.delay = Math.min(longest, Math.max(1000, this.delay * 2))
    this.set({ saving: 'waiting' })
    this.plan(this.delay)
  }

  /** retry tries at once: the network is back, or a person asks. */
  retry = () => {
    this.delay = 0
    if (this.unsaved) this.plan(0)
  }

  /** adopt takes in what somebody else saved. */
  adopt = (view: View) => {
    if (view.draft_rev <= this.rev) {
      if (view.draft_rev === this.rev) this.set({ view })
      return
    }
    this.taken++
    const theirs = documentOf(view)
    if (!this.unsaved) {
      const flow = same(theirs, this.state.flow) ? this.state.flow : theirs
      this.sent = flow
      this.took(view)
      this.set({ flow })
      return
    }
    const { flow, clashes } = rebase(this.base, this.state.flow, theirs)
    this.took(view)
    const clean = same(flow, theirs)
    if (clean) this.sent = flow
    this.set({ flow, clashes: [...this.state.clashes, ...clashes], saving: clean ? 'saved' : 'saving' })
    this.keep()
    if (!clean) this.plan(0)
  }

  /** settle takes an answer of the server that did not change the document: published, paused. */
  settle = (view: View) => {
    if (view.draft_rev >= this.rev) this.adopt(view)
  }

  decide = (clash: Clash, mine: boolean) => {
    this.set({ clashes: this.state.clashes.filter((c) => c !== clash) })
    if (mine) this.edit((flow) => decide(flow, clash, clash.mine))
    this.keep()
  }

  /** step goes back to the draft before my latest change, or forward again. It asks before it takes back somebody else's. */
  step = async (way: 'undo' | 'redo', anyway = false): Promise<boolean> => {
    await this.save()
    if (this.unsaved) return false
    this.set({ ask: null })
    try {
      this.adopt(await this.world.step(way, way === 'undo' && !anyway)) // under what was typed meanwhile
      this.set({ savedAt: Date.now() })
      return true
    } catch (error) {
      const t = this.trouble(error)
      if (t.code !== 'changed_by_other') throw error
      this.set({ ask: t.detail ?? '' })
      return false
    }
  }

  leaveIt = () => this.set({ ask: null })

  /** unsaved says whether the server lacks something. */
  get unsaved() {
    return this.state.flow !== this.sent
  }

  /** open begins to save what this machine kept. */
  open = () => {
    this.closed = false
    if (this.unsaved) this.plan(0)
  }

  /** close saves once more. What the server does not take then stays on this machine until the flow is opened again. */
  close = () => {
    void this.save()
    this.keep()
    this.closed = true
  }
}
