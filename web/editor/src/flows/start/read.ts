import { api, take } from '../../api/client'
import { isCurl, keepOffer, readCurl } from '../../api/curl'
import { deeper } from '../../flow'
import { freshName, nameOfHost } from '../../connections/names'
import { ownZone } from '../../ui/zones'
import { at, type Foreign, isJson, type Json, listAt, type Taken, textAt, walkUnread } from './foreign'
import { fromMake } from './make'
import { fromN8n } from './n8n'

/** Bundle holds what was pasted as it came: only the server says whether it is right. */
export type Bundle = { gancho: unknown; flows: unknown[]; /** it is a new flow of steps that were pasted, and not one of somewhere else */ own?: boolean; taken?: Taken[]; from?: Foreign['from'] }

/** What a person pasted or dropped: a bundle, or why not. */
export type Read = { bundle: Bundle } | { fault: 'notRead' | 'noneIn' | Place }

/** Place is where a JSON text breaks off. */
export type Place = { line: number; column: number }

/** read understands a bundle, a flow, steps, or a cURL line; steps alone become a flow of the name that is given. */
export async function read(text: string, pasted: string): Promise<Read> {
  const trimmed = text.trim()
  if (isCurl(trimmed)) {
    const request = await readCurl(trimmed).catch(() => null)
    if (!request) return { fault: 'notRead' }
    const { connection: offer } = request
    const connection = offer ? await nameFor(offer.hosts[0]) : undefined
    const made = wrap([{ id: 'request', action: 'http.request', with: request.with, ...(connection && { connection }) }], hostOf(String(request.with['url'] ?? '')))
    if (offer) keepOffer(made.id, 'request', offer)
    return made.read
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (e) {
    return { fault: /^[[{]/.test(trimmed) ? placeOf(text, String(e)) : 'notRead' }
  }
  if (Array.isArray(value) && value.length === 1 && isJson(value[0]) && 'nodes' in value[0]) value = value[0] // n8n exports lists too
  if (deeper(value)) return { fault: 'notRead' }
  if (Array.isArray(value) && value.length > 0 && value.every(isStep)) return wrap(value, pasted).read
  if (!isJson(value)) return { fault: 'notRead' }
  if (Array.isArray(value['nodes'])) return foreign(fromN8n(value, await zoneHere()))
  if (Array.isArray(value['flow'])) return foreign(fromMake(value, await zoneHere()))
  if (Array.isArray(value['flows'])) {
    const { gancho = 1, flows } = value
    return flows.length > 0 || gancho !== 1 ? { bundle: { gancho, flows } } : { fault: 'noneIn' }
  }
  if ('trigger' in value) return { bundle: { gancho: 1, flows: [value] } }
  const steps = isStep(value) ? [value] : listAt(value, 'steps')
  return steps.length > 0 && steps.every(isStep) ? wrap(steps, pasted).read : { fault: 'notRead' }
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

const isStep = (value: unknown): value is Json => isJson(value) && 'action' in value

function wrap(steps: Json[], name: string): { id: string; read: Read } {
  const id = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'flow'}-${Date.now().toString(36)}`
  return { id, read: { bundle: { gancho: 1, own: true, flows: [{ id, name, trigger: { kind: 'webhook' }, steps }] } } }
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname
  } catch {
    return 'cURL'
  }
}

/** needs lists the connections and hosts that flows name. */
export function needs(flows: unknown[]): { connections: string[]; hosts: string[] } {
  const connections = new Set(flows.map((flow) => textAt(flow, 'trigger', 'connection')))
  const hosts = new Set<string>()
  for (const flow of flows) walkUnread(flow, (step) => {
    connections.add(textAt(step, 'connection'))
    for (const [, host] of JSON.stringify(step['with'] ?? {}).matchAll(/https?:\/\/([a-z0-9.-]+)/gi)) if (host) hosts.add(host.toLowerCase())
  })
  return { connections: [...connections].filter(Boolean).sort(), hosts: [...hosts].sort() }
}

export function countSteps(flow: unknown): number {
  let n = 0
  walkUnread(flow, () => { n++ })
  return n
}

/** stepAt is the step that a pointer of a problem is in, its place in the flow, and the way on from there. */
export function stepAt(flow: unknown, pointer: string): { name: string; n: number; rest: string[] } | undefined {
  const steps: Json[] = []
  walkUnread(flow, (s) => steps.push(s))
  let here = flow
  let found: { name: string; n: number; rest: string[] } | undefined
  const way = pointer.split('/').slice(1)
  for (const [i, name] of way.entries()) {
    here = Array.isArray(here) ? here[Number(name)] : at(here, name)
    const n = steps.findIndex((s) => s === here)
    if (n >= 0) found = { name: textAt(here, 'name'), n: n + 1, rest: way.slice(i + 1) }
  }
  return found
}
