import { Refused } from '../api/client'
import type { Answer } from '../api/expression'
import { isFinal } from '../editor/kept'
import { heldIn } from '../editor/keptRows'
import type { Flow } from '../flow'
import { hasOpen } from './model'

const rest = 120
const longest = 30_000

const unsent = new Map<string, () => void>()

/** allSent waits a moment for the rows of a flow that are filled in and not written as an expression yet: its draft holds nothing of them. */
export async function allSent(flow: Flow): Promise<boolean> {
  const open = () => [...unsent.keys()].some((place) => place.startsWith(`${flow.id} `)) || heldIn(flow).some((h) => !hasOpen(h.rows))
  for (let n = 0; open() && n < 20; n++) await new Promise((next) => setTimeout(next, 100))
  return !open()
}

/** endAt leaves off what is on its way for a place: something else stands there now. */
export function endAt(place: string) {
  unsent.get(place)?.()
  unsent.delete(place)
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
