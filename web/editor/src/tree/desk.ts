import { createContext, useContext } from 'react'
import type { Schemas } from '../api/client'
import type { Gap, Step } from '../flow'
import type { Labels } from './summary'
import type { TreeStore } from './store'

/** Desk is what the parts of the tree share. Without hands the tree is only looked at. */
export type Desk = {
  store: TreeStore
  actions: ReadonlyMap<string, Schemas['ActionView']>
  labels: Labels
  open: (key: string, field?: string) => void
  hands?: Hands
  /** draws beside the head of a loop, for example which turn is shown */
  loopAside?: (step: Step) => React.ReactNode
  /** draws in the frame of a loop, for the hand alone: keys have their own way to choose a turn */
  frameAside?: (step: Step) => React.ReactNode
  /** draws under the sentence of a step, for example how many runs took it */
  foot?: (step: Step) => React.ReactNode
}

/** Hands are the ways to change the flow. */
export type Hands = {
  add: (gap: Gap, anchor: HTMLElement) => void
  menu: (key: string, anchor: HTMLElement) => void
  rename: (id: string, name: string) => void
  addBranch: (id: string) => void
  drag: (e: React.PointerEvent, id: string) => void
}

export const DeskContext = createContext<Desk | null>(null)

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error('a part of the tree outside of it')
  return desk
}
