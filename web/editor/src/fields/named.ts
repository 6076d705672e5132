import { useSyncExternalStore } from 'react'

const kept = 'option-names'
const listeners = new Set<() => void>()
let names: Readonly<Record<string, string>> = JSON.parse(globalThis.sessionStorage?.getItem(kept) ?? '{}') as Record<string, string>

const keyOf = (...key: (string | undefined)[]) => key.join(' ')

/** keepNames keeps what a provider calls the options of a field, as long as the session, so that what was chosen is told by its name. */
export function keepNames(action: string, field: string, connection: string | undefined, items: { value: string; label: string }[]) {
  const news = items.filter((o) => o.label && o.label !== o.value && names[keyOf(action, field, connection, o.value)] !== o.label)
  if (news.length === 0) return
  names = { ...names, ...Object.fromEntries(news.map((o) => [keyOf(action, field, connection, o.value), o.label])) }
  try {
    sessionStorage.setItem(kept, JSON.stringify(names))
  } catch {
    // they last as long as the page then
  }
  for (const listener of listeners) listener()
}

/** named is what the provider calls an option, if it is known. */
export const named = (action: string, field: string, connection: string | undefined, value: string): string | undefined => names[keyOf(action, field, connection, value)]

function watch(listener: () => void) {
  listeners.add(listener)
  return () => { listeners.delete(listener) }
}

/** useNames draws again when more names are known. */
export const useNames = () => useSyncExternalStore(watch, () => names)
