import { type ComponentType, lazy, type ReactNode, useEffect, useState } from 'react'

type Load = () => Promise<unknown>

const waiting: Load[] = []
let drawn = false
let busy = false

const whenIdle = (act: () => void) => void ('requestIdleCallback' in globalThis ? requestIdleCallback(act, { timeout: 1_000 }) : setTimeout(act, 50))

/** next fetches what waits, what was named last first, whenever the page has nothing else to do; without a server it tries again later. */
function next() {
  const load = waiting.pop()
  busy = load !== undefined
  if (!load) return void performance.mark('rest-fetched')
  whenIdle(() => void load().then(next, () => {
    waiting.unshift(load)
    setTimeout(next, 10_000)
  }))
}

/** fetchSoon fetches something once the screen is drawn and the page rests. */
export function fetchSoon(load: Load) {
  waiting.push(load)
  performance.clearMarks('rest-fetched')
  if (drawn && !busy) next()
}

/** screenDrawn says that a person sees what they came for: the rest may follow. */
export function screenDrawn() {
  if (drawn) return
  drawn = true
  next()
}

setTimeout(screenDrawn, 4_000) // where no screen says it

/** whenRested is a small part that comes once the page rests: until then there is what keeps its place. */
export function whenRested(load: () => Promise<ComponentType>, place: ReactNode) {
  return function Part() {
    const [Own, setOwn] = useState<ComponentType>()
    useEffect(() => fetchSoon(() => load().then((part) => setOwn(() => part))), [])
    return Own ? <Own /> : place
  }
}

/** late is a screen, or a part of one, that is fetched when it is first drawn. */
export function late<P extends object>(load: () => Promise<ComponentType<P>>, rest?: (load: Load) => void): ComponentType<P> {
  let loaded: ComponentType<P> | undefined
  const fetched = () => load().then((part) => ({ default: (loaded = part) }))
  const Late = lazy(fetched) as unknown as ComponentType<P>
  rest?.(fetched)
  return function Part(props: P) {
    const [Own] = useState(() => loaded ?? Late)
    return <Own {...props} />
  }
}

/** soon is fetched when the page rests, at the latest when it is drawn: so it opens at once, and also when the server is gone by then. */
export const soon = <P extends object>(load: () => Promise<ComponentType<P>>) => late(load, fetchSoon)
