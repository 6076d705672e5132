import { useMemo, useSyncExternalStore } from 'react'
import type { Group } from '../conditions/model'
import { find, type Flow } from '../flow'
import { remember } from '../ui/remember'
import { draftKey } from './kept'

/** Kept are the rows of a condition that its draft does not hold yet, or not all of them, and the expression that it holds. */
type Kept = { rows: Group; source: string }

/** Held are rows that a draft does not hold yet: the step and the field that they stand in, and whether they are on their way. */
export type Held = { id: string; field: string; rows: Group; sent: boolean }

let owner = ''
let version = 0
const heard = new Set<() => void>()
const sending = new Set<string>()
export const noRoom = new Map<string, string>() // what the storage of this machine did not take

/** rowsOf says whose rows are kept: they are offered to nobody else. */
export const rowsOf = (name: string) => { owner = name }

/** placeOf names where a condition stands, and whose it is; no step is the trigger. */
export const placeOf = (flow: string, step: string | undefined, field: string) => draftKey(owner, `${flow} ${step ?? ''} ${field}`)

/** isOurs says that a place belongs to who is signed in. */
export const isOurs = (place: string) => owner !== '' && place.startsWith(draftKey(owner, ''))

/** textAt is what is kept at a place, as it is kept. */
export const textAt = (place: string) => noRoom.get(place) ?? localStorage.getItem(place)

/** keep puts what is kept at a place, whoever is signed in. */
export function keep(place: string, text: string | null, sent = false) {
  remember(place, text)
  if (text && localStorage.getItem(place) !== text) noRoom.set(place, text)
  else noRoom.delete(place)
  sending[sent ? 'add' : 'delete'](place)
  version++
  for (const tell of heard) tell()
}

/** keepRows keeps what is typed until the draft has it; sent says that it is on its way, null forgets it. What somebody typed who has left is not kept. */
export function keepRows(place: string, kept: Kept | null, sent?: boolean) {
  if (isOurs(place)) keep(place, kept && JSON.stringify(kept), sent)
}

/** keptRows are the rows of a place, unless the draft holds another expression there by now. */
export function keptRows(place: string, source: string): Group | undefined {
  try {
    const kept = JSON.parse(textAt(place) ?? 'null') as Kept | null
    return kept?.source === source ? kept.rows : undefined
  } catch {
    return undefined
  }
}

/** pathOf is the number of the path that a field is the condition of. */
export const pathOf = (field: string) => /^branches\/(\d+)$/.exec(field)?.[1]

/** sourceAt is the expression that a draft holds at a place; null where the place is gone. */
function sourceAt(flow: Flow, id: string, field: string): string | null {
  const step = find(flow, id)
  if (id === '') return flow.trigger.where ?? ''
  if (!step) return null
  const path = pathOf(field)
  if (path !== undefined) return step.branches?.[Number(path)]?.when?.replace(/^true$/, '') ?? null
  const own = field === 'when' ? step.when : step.with?.[field]
  return typeof own === 'string' ? own : ''
}

/** placesIn lists the places of a flow at which something is kept. */
export function placesIn(flow: Flow) {
  const before = draftKey(owner, `${flow.id} `)
  const places = new Set([...Object.keys(localStorage), ...noRoom.keys()].filter((key) => key.startsWith(before)))
  return [...places].map((place) => {
    const [id = '', field = ''] = place.slice(before.length).split(' ')
    return { place, id, field }
  })
}

/** heldIn lists the rows that a draft does not hold yet. */
export const heldIn = (flow: Flow): Held[] => placesIn(flow).flatMap(({ place, id, field }) => {
  const source = sourceAt(flow, id, field)
  const rows = source === null ? undefined : keptRows(place, source)
  return rows ? [{ id, field, rows, sent: sending.has(place) }] : []
})

/** following goes along with the changes of drafts, once it is fetched. */
export const following: { rows?: (was: Flow, now: Flow) => void } = {}

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
