import { disguise } from './disguise'

type Trigger = { body?: unknown; headers?: Record<string, unknown>; query?: Record<string, unknown>; method?: string }

/** keptEvent is an event as a test keeps it: with made-up people, and without what proves who sent it or describes the connection. */
export function keptEvent(trigger: Record<string, unknown>) {
  const { body, query = {}, headers = {}, method } = trigger as Trigger
  const kept = disguise({ body, query, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => /^x-/.test(name) && !/sign|token|secret|auth|key|forwarded|real-ip/.test(name))) })
  const some = (o: object) => Object.keys(o).length > 0
  return { body: kept.body, ...(some(kept.query) && { query: kept.query }), ...(some(kept.headers) && { headers: kept.headers }), ...(method && method !== 'POST' && { method }) }
}

/** keptTitle is the title of an event without the parts that tell of a person; it may be empty. */
export function keptTitle(title: string, body: unknown): string {
  const personal: string[] = []
  const look = (old: unknown, put: unknown) => {
    if (typeof old === 'object' && old !== null) for (const [k, v] of Object.entries(old)) look(v, (put as Record<string, unknown>)[k])
    else if (old !== put && String(old).length > 2) personal.push(String(old).toLowerCase()) // shorter, it is in anything
  }
  look(body, disguise(body))
  return title.split(' · ').filter((part) => !personal.some((p) => part.toLowerCase().includes(p))).join(' · ')
}
