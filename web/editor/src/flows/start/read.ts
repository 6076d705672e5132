import { api, take } from '../../api/client'
import { isCurl, keepOffer, readCurl } from '../../api/curl'
import type { Flow, Step } from '../../flow'
import { walk } from '../../flow'
import { freshName, nameOfHost } from '../../connections/names'
import { ownZone } from '../../ui/zones'
import { type Foreign, isJson, type Taken } from './foreign'
import { fromMake } from './make'
import { fromN8n } from './n8n'

export type Bundle = { gancho: 1; flows: Flow[]; /** it is a new flow of steps that were pasted, and not one of somewhere else */ own?: boolean; taken?: Taken[]; from?: Foreign['from'] }

/** What a person pasted or dropped: a bundle, or why not. */
export type Read = { bundle: Bundle } | { fault: 'notRead' | Place }

/** Place is where a JSON text breaks off. */
export type Place = { line: number; column: number }

/** read understands a bundle, a flow, steps, or a cURL line. */
export async function read(text: string): Promise<Read> {
  const trimmed = text.trim()
  if (isCurl(trimmed)) {
    const request = await readCurl(trimmed).catch(() => null)
    if (!request) return { fault: 'notRead' }
    const { connection: offer } = request
    const connection = offer ? await nameFor(offer.hosts[0]) : undefined
    const made = wrap([{ id: 'request', action: 'http.request', with: request.with, ...(connection && { connection }) }], hostOf(String(request.with['url'] ?? '')))
    const flow = 'bundle' in made ? made.bundle.flows[0] : undefined
    if (flow && offer) keepOffer(flow.id, 'request', offer)
    return made
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (e) {
    return { fault: /^[[{]/.test(trimmed) ? placeOf(text, String(e)) : 'notRead' }
  }
  if (Array.isArray(value) && value.length === 1 && isJson(value[0]) && 'nodes' in value[0]) value = value[0] // n8n exports lists too
  if (Array.isArray(value) && value.every(isStep)) return wrap(value, 'Pasted')
  if (typeof value !== 'object' || value === null) return { fault: 'notRead' }
  if (isJson(value) && Array.isArray(value['nodes'])) return foreign(fromN8n(value, await zoneHere()))
  if (isJson(value) && Array.isArray(value['flow'])) return foreign(fromMake(value, await zoneHere()))
  if ('flows' in value && Array.isArray(value.flows)) return { bundle: { ...(value as Bundle), gancho: 1 } }
  if ('trigger' in value && 'steps' in value) return { bundle: { gancho: 1, flows: [value as Flow] } }
  if ('steps' in value && Array.isArray(value.steps) && value.steps.every(isStep)) return wrap(value.steps, 'Pasted')
  return isStep(value) ? wrap([value], 'Pasted') : { fault: 'notRead' }
}

/** placeOf finds where the reader stopped: by line and column, by position, or at the end. */
function placeOf(text: string, said: string): Place {
  const told = /line (\d+) column (\d+)/.exec(said)
  if (told) return { line: Number(told[1]), column: Number(told[2]) }
  const before = text.slice(0, Number(/position (\d+)/.exec(said)?.[1] ?? text.trimEnd().length)).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

/** nameFor is what the connection of a pasted secret will be called: the step names it, and says until it is there that it lacks it. */
async function nameFor(host: string | undefined): Promise<string> {
  const there = await take(api.GET('/connections')).catch(() => ({ items: [] }))
  return freshName(nameOfHost(host), there.items.map((c) => c.name))
}

/** zoneHere is that of flows that name none. */
const zoneHere = () => take(api.GET('/about')).then((about) => about.timezone || ownZone(), ownZone)

const foreign = ({ flow, taken, from }: Foreign): Read => ({ bundle: { gancho: 1, flows: [flow], taken, from } })

const isStep = (value: unknown): value is Step => typeof value === 'object' && value !== null && 'action' in value

function wrap(steps: Step[], name: string): Read {
  const id = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'flow'}-${Date.now().toString(36)}`
  return { bundle: { gancho: 1, own: true, flows: [{ id, name, trigger: { kind: 'webhook' }, steps }] } }
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

/** stepAt is the step that a pointer of a problem is in, and its place in the flow. */
export function stepAt(flow: Flow, pointer: string): { name: string; n: number } | undefined {
  const steps: Step[] = []
  walk(flow.steps ?? [], (s) => steps.push(s))
  let at: unknown = flow
  let found: Step | undefined
  for (const name of pointer.split('/').slice(1)) {
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined
    found = steps.find((s) => s === at) ?? found
  }
  return found && { name: found.name ?? '', n: steps.indexOf(found) + 1 }
}
