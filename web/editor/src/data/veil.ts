import { useCallback } from 'react'
import { member } from '../fields/template'
import type { Flow } from '../flow'
import { useDesk } from './desk'
import { masked, ofThing } from './nodes'
import { useSwitch } from './switch'

type Known = { shape: RegExp; as: (text: string) => string } | null

const addresses = /[\w.+-]+@[\w-]+(\.[\w-]+)+/g
const asShape = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
const shapeOf = (forms: Iterable<string>) => new RegExp(`(?<![\\p{L}\\d])(?:${[...forms].sort((a, b) => b.length - a.length).map(asShape).join('|')})(?![\\p{L}\\d])`, 'giu')
const known = new WeakMap<object, Known>()

/** personsIn finds what is personal of an event, so that it is known wherever it comes again: in a text, in an address, in capitals. */
function personsIn(scope: object): Known {
  const as = new Map<string, string>()
  const things = new Set<string>()
  const spelled = new Set<string>()
  const hide = (value: unknown, path: string) => {
    const text = String(value).trim()
    const hidden = String(masked(typeof value === 'string' ? text : value, path))
    if (hidden === text || text.length < 3) return
    for (const form of [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)]) {
      as.set(form.toLowerCase(), hidden)
      spelled.add(form).add(form.toUpperCase())
    }
  }
  const look = (value: unknown, path: string) => {
    if (as.size > 400) return
    if (typeof value === 'object' && value !== null) for (const [name, v] of Object.entries(value)) look(v, Array.isArray(value) ? path : member(path, name))
    else {
      hide(value, path)
      if (typeof value !== 'string') return
      for (const [address] of value.matchAll(addresses)) hide(address, '')
      if (value.length < 200 && ofThing(path) && masked(value, path) === value) things.add(value.trim())
    }
  }
  look(scope, '')
  if (as.size === 0) return null
  const persons = shapeOf(as.keys())
  for (const thing of things) {
    const found = thing.match(persons) ?? []
    if (found.length === 1 && found[0] !== thing && /^\p{L}+$/u.test(found[0])) as.set(thing.toLowerCase(), '') // a course that is called as somebody stays
  }
  return {
    shape: shapeOf(as.keys()),
    as: (text) => (/^\p{Ll}+$/u.test(text) && !spelled.has(text) ? text : as.get(text.toLowerCase()) || text), // a plain word is no name
  }
}

function personsOf(scope: object): Known {
  const found = known.get(scope) ?? personsIn(scope)
  known.set(scope, found)
  return found
}

const wordsOf = new WeakMap<Flow, ReadonlySet<string>>()

/** wordsTyped are the words that a flow's steps hold themselves: they are nobody's. */
function wordsTyped(flow: Flow): ReadonlySet<string> {
  const found = wordsOf.get(flow) ?? new Set(JSON.stringify(flow.steps).replace(/\{\{.*?\}\}/g, ' ').split(/[^\p{L}\d]+/u))
  wordsOf.set(flow, found)
  return found
}

/** veiled hides in a value, however deep, what is personal of an event, but no word that its flow holds. */
export function veiled<T>(value: T, scope: object, flow?: Flow): T {
  const persons = personsOf(scope)
  if (!persons) return value
  const typed = flow && wordsTyped(flow)
  const hide = (v: unknown): unknown => {
    if (typeof v === 'string') return v.replace(persons.shape, (text) => (typed?.has(text) ? text : persons.as(text)))
    if (typeof v === 'number') return persons.as(String(v)) === String(v) ? v : persons.as(String(v))
    if (Array.isArray(v)) return v.map(hide)
    return typeof v === 'object' && v !== null ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, hide(x)])) : v
  }
  return hide(value) as T
}

/** useVeilOf is what examples look like under the switch: hide is of one value at a path, within of anything that is made of an event's data. */
export function useVeilOf(own: object, flow?: Flow) {
  const { revealed, may } = useSwitch()
  const hide = useCallback((value: unknown, path?: string) => (revealed ? value : masked(value, path)), [revealed])
  const within = useCallback(<T,>(value: T, scope = own) => (revealed ? value : veiled(value, scope, flow)), [revealed, own, flow])
  return { revealed, may, hide, within }
}

/** useVeil is that of the data on the desk. */
export function useVeil() {
  const { scope, flow } = useDesk()
  return useVeilOf(scope, flow)
}
