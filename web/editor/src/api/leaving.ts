import { useCallback, useSyncExternalStore } from 'react'

let leaving: readonly string[] = []
const listeners = new Set<() => void>()

function set(next: readonly string[]) {
  leaving = next
  for (const f of listeners) f()
}

/** leave says that something is deleted unless that is undone in time, by its kind and name: "flow orders". It gives what says that it is not leaving any more. */
export function leave(what: string) {
  set([...leaving, what])
  return () => set(leaving.filter((one) => one !== what))
}

function subscribe(f: () => void) {
  listeners.add(f)
  return () => listeners.delete(f)
}

/** useStaying gives what tells whether something is not being deleted: lists and choices leave out what is. */
export function useStaying() {
  const now = useSyncExternalStore(subscribe, () => leaving)
  return useCallback((what: string) => !now.includes(what), [now])
}

/** useStayingOf gives what leaves out of an answer what is being deleted, by its kind and name. */
export function useStayingOf<T>(whatOf: (item: T) => string) {
  const stays = useStaying()
  return useCallback((all: { items: T[] }) => ({ ...all, items: all.items.filter((item) => stays(whatOf(item))) }), [stays, whatOf])
}
