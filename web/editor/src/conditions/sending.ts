import { Refused } from '../api/client'
import type { Answer } from '../api/expression'
import { isFinal } from '../editor/kept'
import { type Held, heldIn, isOurs, noRoom, placeOf, rowsOf } from '../editor/keptRows'
import type { Flow } from '../flow'
import { hasOpen } from './model'

const rest = 120
const longest = 30_000

/** unsent ends what is on its way, by its place. */
const unsent = new Map<string, () => void>()

/** endAt leaves off what is on its way for a place: something else stands there now. */
export function endAt(place: string) {
  unsent.get(place)?.()
  unsent.delete(place)
}

globalThis.addEventListener?.('left', () => {
  for (const place of unsent.keys()) endAt(place)
  noRoom.clear()
  rowsOf('')
})

/** leftUnsent waits a moment for rows that are on their way, and gives the first that are filled in and still not written as an expression: the draft of their flow holds nothing of them. */
export async function leftUnsent(flow: Flow): Promise<Held | undefined> {
  const onWay = ({ id, field }: Held) => unsent.has(placeOf(flow.id, id, field))
  for (let n = 0; heldIn(flow).some(onWay) && n < 20; n++) await new Promise((next) => setTimeout(next, 100))
  return heldIn(flow).find((h) => onWay(h) || !hasOpen(h.rows))
}

/**
 * sendAt asks for the expression of the rows of a place once they rest, and again for as long as there is no
 * answer, also after they were closed; not where the answer would be the same. What is sent for the place later ends it.
 */
export function sendAt(place: string, ask: (signal: AbortSignal) => Promise<Answer>, took: (answer: Answer) => void, failed: (error: Error, final: boolean) => void) {
  endAt(place)
  const stop = new AbortController()
  const { signal } = stop
  let wait = 1000
  let timer: ReturnType<typeof setTimeout> | undefined
  const send = () => {
    timer = undefined
    if (!isOurs(place)) return endAt(place) // somebody else has signed in
    ask(signal).then((answer) => {
      if (signal.aborted) return
      endAt(place)
      took(answer)
    }, (error: Error) => {
      if (signal.aborted) return
      const final = error instanceof Refused && isFinal(error.status)
      failed(error, final)
      if (final) return
      timer = setTimeout(send, wait)
      wait = Math.min(longest, 2 * wait)
    })
  }
  const now = () => {
    if (timer === undefined) return // it is on its way
    clearTimeout(timer)
    send()
  }
  timer = setTimeout(send, rest)
  addEventListener('online', now, { signal })
  unsent.set(place, () => { clearTimeout(timer); stop.abort() })
}
