import type { Schemas } from '../api/client'

type Entry = Schemas['AuditView']

/** A deed is an entry, or several of one person that follow each other on one thing: a draft is saved with every pause. */
export type Deed = Entry & { times: number }

const together = 10 * 60_000

/** deedsOf folds the saves of a draft that follow each other; the newest come first. */
export function deedsOf(entries: Entry[]): Deed[] {
  const deeds: Deed[] = []
  for (const e of entries) {
    const last = deeds.at(-1)
    const same = last && e.action === 'update-flow' && last.action === e.action && last.who === e.who && last.target === e.target && Date.parse(last.at) - Date.parse(e.at) < together
    if (same) deeds[deeds.length - 1] = { ...last, times: last.times + 1, before: { ...last.before, ...e.before }, after: { ...e.after, ...last.after } }
    else deeds.push({ ...e, times: 1 })
  }
  return deeds
}

/** Changed is one value that differs, as text; undefined where there was none. */
export type Changed = { name: string; before?: string; after?: string }

type Members = Record<string, unknown>
const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))

/** changesOf lists what differs, down to the single value where both sides have members. */
export function changesOf(before: unknown, after: unknown, prefix = ''): Changed[] {
  const was = isMembers(before) ? before : {}
  const is = isMembers(after) ? after : {}
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].sort().flatMap((key): Changed[] => {
    const name = prefix + key
    const a = was[key]
    const b = is[key]
    if (JSON.stringify(a) === JSON.stringify(b)) return []
    if (isMembers(a) && isMembers(b)) return changesOf(a, b, `${name} · `)
    return [{ name, ...(a !== undefined && a !== null && { before: textOf(a) }), ...(b !== undefined && b !== null && { after: textOf(b) }) }]
  })
}

const screens: Record<string, (id: string) => string> = {
  flows: (id) => `/flows/${id}`, runs: (id) => `/runs/${id}`, events: (id) => `/events?event=${id}`, connections: () => '/connections', users: () => '/settings/users',
  tokens: () => '/settings/tokens', vars: () => '/settings/variables', alerts: () => '/settings/alerts', backups: () => '/settings/backups', instance: () => '/settings/instance', state: () => '/settings/state',
}

/** targetOf reads what was changed out of a path of the API, and where it is seen. */
export function targetOf(path: string): { kind: string; name: string; href?: string } {
  const [kind = '', id = ''] = path.split('/').filter(Boolean)
  let name = id
  try {
    name = decodeURIComponent(id)
  } catch {
    // a name that is no percent-encoded text stands as it is
  }
  if (['settings', 'test', 'replay', 'resolve', 'invite', '…'].includes(name)) name = '' // … is who was erased
  const to = screens[kind]
  return { kind, name, ...(to && (name || kind === 'vars' || id === 'settings') && { href: to(id) }) }
}

/** madeIn is the name of the one thing that a call without a name in its path has made: its key, or of a token what people call it. */
export function madeIn(before: Members | null, after: Members | null): string {
  const [key, ...more] = Object.keys(after ?? {}).filter((k) => before?.[k] === undefined)
  if (key === undefined || more.length > 0) return ''
  const made = after?.[key]
  return isMembers(made) && made['id'] === key && typeof made['name'] === 'string' ? made['name'] : key
}
