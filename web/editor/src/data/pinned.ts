import { useSyncExternalStore } from 'react'
import { remember } from '../ui/remember'

const listeners = new Set<() => void>()
const key = (flow: string) => `sample:${flow}`

/** pinSample keeps the event that a flow is edited with; null goes back to the newest. */
export function pinSample(flow: string, event: string | null) {
  remember(key(flow), event)
  for (const tell of listeners) tell()
}

export function usePinned(flow: string): string | null {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => localStorage.getItem(key(flow)),
  )
}
