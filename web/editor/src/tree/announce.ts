import { useSyncExternalStore } from 'react'

let said = { text: '', n: 0 }
const heard = new Set<() => void>()

/** say tells a screen reader what happened. The editor holds the polite region. */
export function say(text: string) {
  said = { text, n: said.n + 1 }
  for (const f of heard) f()
}

export function useSaid() {
  return useSyncExternalStore((f) => {
    heard.add(f)
    return () => heard.delete(f)
  }, () => said)
}
