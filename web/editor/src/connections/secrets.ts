import type { Schemas } from '../api/client'

/** wasSet says whether a connection holds a secret in a field. */
export const wasSet = (before: Schemas['ConnectionView'] | undefined, f: Schemas['ConnectionField']) => (before?.fields[f.id] as { set?: boolean } | undefined)?.set === true

/** movesSecrets says whether a change sends secrets elsewhere, so that the server keeps none that is not given anew. */
export function movesSecrets(kind: Schemas['KindView'], before: Schemas['ConnectionView'], now: (id: string) => string, hosts: string) {
  const was = (id: string) => { const value = before.fields[id]; return typeof value === 'string' || typeof value === 'number' ? String(value) : '' }
  return (kind.needs_hosts && hosts !== before.hosts.join(', ')) || kind.bound.some((id) => now(id) !== was(id))
}
