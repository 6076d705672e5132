import { useSyncExternalStore } from 'react'
import type { Schemas } from '../api/client'
import type { Result } from './results'

export type Looked = { run: Schemas['RunView']; paths: ReadonlyMap<string, string>; turn: (loop: string) => number; choose: (loop: string, turn: number) => void }

/** What the tree shows beside the document. One small store, so that a card draws again only when its own part changes. */
export type TreeState = {
  /** the row that the keys act on: the one tab stop */
  at: string
  /** the row that is open in the panel */
  open: string | null
  folded: ReadonlySet<string>
  results: ReadonlyMap<string, Result>
  /** the steps below which the thread is petrol: the run went on from them */
  went: ReadonlySet<string>
  /** the run that the results are of, and the turns of its loops that are looked at */
  looked: Looked | null
  problems: ReadonlyMap<string, { errors: number; todo: number; warnings: number; hints: number; first: string; text: string }>
  /** the step whose name is being typed */
  naming: string | null
  /** steps that were cut and not pasted yet */
  cut: ReadonlySet<string>
  dragging: string | null
}

export function makeTreeStore() {
  let state: TreeState = { at: 'trigger', open: null, folded: new Set(), results: new Map(), went: new Set(), looked: null, problems: new Map(), naming: null, cut: new Set(), dragging: null }
  const heard = new Set<() => void>()
  return {
    get: () => state,
    set(part: Partial<TreeState>) {
      state = { ...state, ...part }
      for (const f of heard) f()
    },
    subscribe(f: () => void) {
      heard.add(f)
      return () => heard.delete(f)
    },
  }
}

export type TreeStore = ReturnType<typeof makeTreeStore>

export const useTree = <T>(store: TreeStore, pick: (state: TreeState) => T): T => useSyncExternalStore(store.subscribe, () => pick(store.get()))

export function fold(store: TreeStore, key: string, to: boolean) {
  const folded = new Set(store.get().folded)
  if (to) folded.add(key)
  else folded.delete(key)
  store.set({ folded })
}
