import { useMemo, useSyncExternalStore } from 'react'
import type { Group } from '../conditions/model'
import { find, type Flow } from '../flow'
import { remember } from '../ui/remember'
import { draftKey } from './kept'

/** Kept are the rows of a condition that its draft does not hold yet, or not all of them, and the expression that it holds. */
type Kept = { rows: Group; source: string }

let owner = ''
let version = 0
const heard = new Set<() => void>()
const sending = new Set<string>()
const noRoom = new Map<string, string>() // what the storage of this machine did not take

/** rowsOf says whose rows are kept: they are offered to nobody else. */
export const rowsOf = (name: string) => { owner = name }

/** placeOf names where a condition stands; no step is the trigger. */
export const placeOf = (flow: string, step: string | undefined, field: string) => `${flow} ${step ?? ''} ${field}`

/** keepRows keeps what is typed until the draft has it; sent says that it is on its way, null forgets it. */
export function keepRows(place: string, kept: Kept | null, sent = false) {
  const key = draftKey(owner, place)
  const text = kept && JSON.stringify(kept)
  remember(key, text)
  if (text && localStorage.getItem(key) !== text) noRoom.set(key, text)
  else noRoom.delete(key)
  sending[sent ? 'add' : 'delete'](key)
  version++
  for (const tell of heard) tell()
}

/** keptRows are the rows of a place, unless the draft holds another expression there by now. */
export function keptRows(place: string, source: string): Group | undefined {
  const key = draftKey(owner, place)
  try {
    const kept = JSON.parse(noRoom.get(key) ?? localStorage.getItem(key) ?? 'null') as Kept | null
    return kept?.source === source ? kept.rows : undefined
  } catch {
    return undefined
  }
}

/** sourceAt is the expression that a draft holds at a place; null where the place is gone. */
function sourceAt(flow: Flow, id: string, field: string): string | null {
  const step = find(flow, id)
  if (id === '') return flow.trigger.where ?? ''
  if (!step) return null
  const [, path] = /^branches\/(\d+)$/.exec(field) ?? []
  if (path !== undefined) return step.branches?.[Number(path)]?.when?.replace(/^true$/, '') ?? null
  const own = field === 'when' ? step.when : step.with?.[field]
  return typeof own === 'string' ? own : ''
}

/** heldIn lists the rows that a draft does not hold yet, and whether they are on their way. */
export function heldIn(flow: Flow): { rows: Group; sent: boolean }[] {
  const before = draftKey(owner, `${flow.id} `)
  const keys = new Set([...Object.keys(localStorage), ...noRoom.keys()].filter((key) => key.startsWith(before)))
  return [...keys].flatMap((key) => {
    const [id = '', field = ''] = key.slice(before.length).split(' ')
    const source = sourceAt(flow, id, field)
    const rows = source === null ? undefined : keptRows(placeOf(flow.id, id, field), source)
    return rows ? [{ rows, sent: sending.has(key) }] : []
  })
}

const listen = (tell: () => void) => {
  heard.add(tell)
  return () => heard.delete(tell)
}

/** useHeld says how it stands with the conditions of a draft: some are on their way, or held here. */
export function useHeld(flow: Flow): 'sent' | 'held' | undefined {
  const now = useSyncExternalStore(listen, () => version)
  return useMemo(() => {
    const held = heldIn(flow)
    return held.length === 0 ? undefined : held.every((h) => h.sent) ? 'sent' : 'held'
  }, [now, flow])
}
