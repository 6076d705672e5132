import type { QueryClient, QueryKey } from '@tanstack/react-query'

const apart = 400 // ms

const asked = new Map<string, number>()
const due = new Map<string, ReturnType<typeof setTimeout>>()
let unseen: (() => void)[] = []

/**
 * renew asks again for what changed: at once, and while more changes come no more often than that takes to see. A page
 * that nobody sees asks when it is seen again.
 */
export function renew(queries: QueryClient, queryKey: QueryKey) {
  const name = JSON.stringify(queryKey)
  if (due.has(name)) return
  const ask = () => {
    due.delete(name)
    asked.set(name, Date.now())
    void queries.invalidateQueries({ queryKey })
  }
  const wait = Math.max(0, (asked.get(name) ?? 0) + apart - Date.now())
  due.set(name, setTimeout(() => (document.hidden ? unseen.push(ask) : ask()), wait))
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return
  const waiting = unseen
  unseen = []
  for (const ask of waiting) ask()
})
