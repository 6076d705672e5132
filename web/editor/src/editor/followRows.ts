import { endAt } from '../conditions/sending'
import { type Branch, find, type Flow, type Step, walk } from '../flow'
import { same } from './rebase'
import { following, keep, pathOf, placeOf, placesIn, textAt } from './keptRows'

/** pathTo is where a path stands after its step has changed; -1 when it is gone. One that is changed itself is known by its name, or stands where it stood. */
export function pathTo(was: Branch[], now: Branch[], at: number): number {
  const same = now.findIndex((b) => b === was[at])
  if (same >= 0) return same
  const named = now.findIndex((b) => !was.includes(b) && b.name === was[at]?.name)
  return named >= 0 || now.length !== was.length ? named : at
}

/** heirOf is a step after a change: by its id, or by the id that it had. */
function heirOf(now: Flow, id: string): Step | undefined {
  let found = find(now, id)
  if (!found) walk(now.steps, (s) => { if (s.formerly?.includes(id)) found = s })
  return found
}

/** left is what was kept for steps that were deleted since: who undoes that has it again. */
const left = new Map<string, { step: Step; field: string; text: string }>()
globalThis.addEventListener?.('left', () => left.clear())

/** followRows takes along what is kept for the steps and paths of a draft, and lays aside what is kept for those that are gone, or are others now. */
export function followRows(was: Flow, now: Flow) {
  const gone = placesIn(was).flatMap(({ place, id, field }) => {
    const [before, after] = [find(was, id), heirOf(now, id)]
    if (!before || before === after) return []
    const path = pathOf(field)
    const at = path === undefined ? undefined : pathTo(before.branches ?? [], after?.branches ?? [], Number(path))
    const to = !after || before.action !== after.action || at === -1 ? '' : placeOf(was.id, after.id, at === undefined ? field : `branches/${at}`)
    return to === place ? [] : [{ place, to, text: textAt(place), step: before, field, lost: !after }]
  })
  for (const { place, text, step, field, lost } of gone) {
    endAt(place)
    keep(place, null)
    if (lost && text) left.set(place, { step, field, text })
  }
  for (const { to, text } of gone) if (to) keep(to, text)
  for (const [place, { step, field, text }] of left) {
    const back = find(now, step.id)
    if (place !== placeOf(was.id, step.id, field) || !back) continue
    left.delete(place)
    if (same(back, step)) keep(place, text) // another one may have its id
  }
}

following.rows = followRows
