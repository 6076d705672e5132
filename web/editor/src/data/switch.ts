import { useSyncExternalStore } from 'react'
import { useSession } from '../api/hooks'

// Who people are is hidden until an editor wants to see: one switch for all screens, as long as the session of the tab.
const key = 'revealed'
const heard = new Set<() => void>()
globalThis.addEventListener?.('left', () => sessionStorage.removeItem(key))

function reveal(to: boolean) {
  if (to) sessionStorage.setItem(key, 'yes')
  else sessionStorage.removeItem(key)
  for (const tell of heard) tell()
}

const listen = (tell: () => void) => {
  heard.add(tell)
  return () => heard.delete(tell)
}

/** useSwitch is the switch: who may only look has none. */
export function useSwitch() {
  const on = useSyncExternalStore(listen, () => sessionStorage.getItem(key) === 'yes')
  const may = useSession().data?.role !== 'viewer'
  return { revealed: on && may, may, turn: () => reveal(!on) }
}
