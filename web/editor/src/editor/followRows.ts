import { endAt } from '../conditions/sending'
import { type Branch, find, type Flow } from '../flow'
import { following, keep, pathOf, placeOf, placesIn, textAt } from './keptRows'

/** pathTo is where a path stands after its step has changed; -1 when it is gone. One that is changed itself is known by its name, or stands where it stood. */
export function pathTo(was: Branch[], now: Branch[], at: number): number {
  const same = now.findIndex((b) => b === was[at])
  if (same >= 0) return same
  const named = now.findIndex((b) => !was.includes(b) && b.name === was[at]?.name)
  return named >= 0 || now.length !== was.length ? named : at
}

/** followRows takes along what is kept for the paths of a draft, and drops what is kept for steps and paths that are gone, or are others now. */
export function followRows(was: Flow, now: Flow) {
  const gone = placesIn(was).flatMap(({ place, id, field }) => {
    const [before, after] = [find(was, id), find(now, id)]
    if (!before || before === after) return []
    const path = pathOf(field)
    const at = path === undefined ? undefined : pathTo(before.branches ?? [], after?.branches ?? [], Number(path))
    const to = before.action !== after?.action || at === -1 ? '' : at === undefined ? place : placeOf(was.id, id, `branches/${at}`)
    return to === place ? [] : [{ place, to, text: textAt(place) }]
  })
  for (const { place } of gone) {
    endAt(place)
    keep(place, null)
  }
  for (const { to, text } of gone) if (to) keep(to, text)
}

following.rows = followRows
