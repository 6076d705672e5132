import { isCurl, keepOffer, readCurl } from '../../api/curl'
import type { Flow, Step } from '../../flow'
import { walk } from '../../flow'

export type Bundle = { gancho: 1; flows: Flow[] }

/** What a person pasted or dropped: a bundle, or why not. */
export type Read = { bundle: Bundle } | { fault: 'notRead' | 'n8n' }

/** read understands a bundle, a flow, steps, or a cURL line. */
export async function read(text: string): Promise<Read> {
  const trimmed = text.trim()
  if (isCurl(trimmed)) {
    const request = await readCurl(trimmed).catch(() => null)
    if (!request) return { fault: 'notRead' }
    const made = wrap([{ id: 'request', action: 'http.request', with: request.with }], hostOf(String(request.with['url'] ?? '')))
    const flow = 'bundle' in made ? made.bundle.flows[0] : undefined
    if (flow && request.connection) keepOffer(flow.id, 'request', request.connection)
    return made
  }
  let value: unknown
  try {
    value = JSON.parse(trimmed)
  } catch {
    return { fault: 'notRead' }
  }
  if (Array.isArray(value) && value.every(isStep)) return wrap(value, 'Pasted')
  if (typeof value !== 'object' || value === null) return { fault: 'notRead' }
  if ('nodes' in value && 'connections' in value) return { fault: 'n8n' }
  if ('flows' in value && Array.isArray(value.flows)) return { bundle: { ...(value as Bundle), gancho: 1 } }
  if ('trigger' in value && 'steps' in value) return { bundle: { gancho: 1, flows: [value as Flow] } }
  if ('steps' in value && Array.isArray(value.steps) && value.steps.every(isStep)) return wrap(value.steps, 'Pasted')
  return isStep(value) ? wrap([value], 'Pasted') : { fault: 'notRead' }
}

const isStep = (value: unknown): value is Step => typeof value === 'object' && value !== null && 'action' in value

function wrap(steps: Step[], name: string): Read {
  const id = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'flow'}-${Date.now().toString(36)}`
  return { bundle: { gancho: 1, flows: [{ id, name, trigger: { kind: 'webhook' }, steps }] } }
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname
  } catch {
    return 'cURL'
  }
}

/** needs lists the connections and hosts that flows name. */
export function needs(flows: Flow[]): { connections: string[]; hosts: string[] } {
  const connections = new Set<string>()
  const hosts = new Set<string>()
  for (const flow of flows) {
    if (flow.trigger.connection) connections.add(flow.trigger.connection)
    walk(flow.steps ?? [], (step) => {
      if (step.connection) connections.add(step.connection)
      for (const [, host] of JSON.stringify(step.with ?? {}).matchAll(/https?:\/\/([a-z0-9.-]+)/gi)) if (host) hosts.add(host.toLowerCase())
    })
  }
  return { connections: [...connections].sort(), hosts: [...hosts].sort() }
}

export function countSteps(flow: Flow): number {
  let n = 0
  walk(flow.steps ?? [], () => { n++ })
  return n
}
