import { createContext, useCallback, useContext, useMemo, useRef, useState } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type Answer, askExpression, askSchema, type FlowSchema, type Question, type SchemaField } from '../api/expression'
import { api, type Schemas, take } from '../api/client'
import { useLooks } from '../editor/Locked'
import { type Edit, type Flow, leadsNowhere, type Step } from '../flow'
import { eachOf, friendly, readAt, segments } from '../fields/template'
import { inWords } from '../words/path'
import { insertable } from './nodes'
import { usePinned } from './pinned'
import { oncePressed } from './press'
import type { Seen } from './reach'
import { ofElement, partOf, saidOf, useWords } from './words'

/** A target is the field that data goes into; list says that it wants a list. */
type Target = { id: string; label: string; list?: boolean; insert: (path: string) => void; focus: () => void }

/** A desk is what the fields of one step, or of the trigger, share. */
export type Desk = {
  flow: Flow
  step?: Step
  path?: string
  /** looped says that the step is in a loop: what is saved may not know it there yet */
  looped: boolean
  event?: Schemas['EventView']
  pinned: boolean
  /** passes says whether the event that nobody chose passes the trigger's condition, if there is one */
  passes?: boolean
  ready: boolean
  /** reread reads again what the data is told from, if that failed */
  reread?: () => void
  events: Schemas['EventView'][]
  schema?: FlowSchema
  scope: Record<string, unknown>
  /** reach are the steps that can be read from here */
  reach?: Seen
  /** write is how a counted path is written at this step */
  write: (path: string) => string
  labelOf: (path: string) => string
  statsOf: (path: string) => SchemaField | undefined
  /** isUnknown says that no event held this, nor does the chosen one, or that there is no such step */
  isUnknown: (path: string) => boolean
  target?: Target
  aim: (target?: Target) => void
  /** connecting says that a connection is made here */
  connecting: boolean
  connect: (on: boolean) => void
  /** how the data is asked for: by the keyboard, which then is in it, or to be seen beside what is typed */
  picking: false | 'keys' | 'look'
  pick: (how: Desk['picking']) => void
  /** edit changes the flow, where its steps may be moved */
  edit?: Edit
  missing?: (field: string) => string | undefined
  setMissing?: (field: string, policy: string | undefined) => void
}

export const DeskContext = createContext<Desk | null>(null)

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error('a field stands on a desk')
  return desk
}

/** pathOf names a step as runs do: in a loop, by its first turn. */
export function pathOf(flow: Flow, id: string): string {
  const inside = (steps: Step[], before: string): string | undefined => {
    for (const s of steps) {
      if (s.id === id) return before + s.id
      const found = inside(s.steps ?? [], `${before}${s.id}.0.`) ?? inside(s.catch ?? [], before) ?? s.branches?.reduce<string | undefined>((f, b) => f ?? inside(b.steps, before), undefined)
      if (found) return found
    }
    return undefined
  }
  return inside(flow.steps, '') ?? id
}

/** labelled names each counted field that has a name of its own, or one that others have too: with what holds it before it, and at last with how the data calls it. */
function labelled(fields: SchemaField[]): Map<string, string> {
  const times = new Map<string, number>()
  for (const f of fields) if (f.label) times.set(f.label, (times.get(f.label) ?? 0) + 1)
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const f of [...fields].sort((a, b) => Number(!a.label) - Number(!b.label) || a.path.length - b.path.length)) {
    const parts = segments(f.path).filter((s) => s !== '[]')
    const above = parts.at(-2)
    const holder = above && !['trigger', 'body'].includes(above) && (times.get(f.label) ?? 0) > 1 ? `${inWords([above])} › ` : ''
    const name = f.label ? holder + f.label : friendly(f.path)
    if (f.label || taken.has(name)) names.set(f.path, taken.has(name) && !f.path.endsWith('[]') ? `${name} (${parts.at(-1)})` : name)
    taken.add(name)
  }
  return names
}

/** loopsOf lists the loops that a step is in, the outermost first, with what each goes over. */
function loopsOf(flow: Flow, id: string | undefined): { id: string; over: string }[] {
  const inside = (steps: Step[], around: { id: string; over: string }[]): { id: string; over: string }[] | undefined => {
    for (const s of steps) {
      if (s.id === id) return around
      const over = s.action === 'loop' && typeof s.with?.['over'] === 'string' ? s.with['over'].trim() : ''
      const found = inside(s.steps ?? [], s.action === 'loop' ? [...around, { id: s.id, over }] : around) ?? inside(s.catch ?? [], around)
        ?? s.branches?.reduce<typeof around | undefined>((f, b) => f ?? inside(b.steps, around), undefined)
      if (found) return found
    }
    return undefined
  }
  return inside(flow.steps, []) ?? []
}

/** written is a counted path as it is written into a field: what a loop goes over is its item, of other lists the first. */
export function written(path: string, loops: { id: string; over: string }[]): string {
  for (const [i, loop] of [...loops.entries()].reverse()) {
    if (loop.over === '' || !path.startsWith(`${loop.over}[]`)) continue
    return (i === loops.length - 1 ? 'item' : `loops.${loop.id}.item`) + insertable(path.slice(loop.over.length + 2))
  }
  return insertable(path)
}

/** counted undoes written: the item of a turn is an element of what the loop goes over. */
function counted(path: string, loops: { id: string; over: string }[]): string {
  const [, outer, more] = /^(?:item|loops\.(\w+)\.item)(.*)$/.exec(path) ?? []
  const loop = outer ? loops.find((l) => l.id === outer) : loops.at(-1)
  return more === undefined || !loop ? path : `${loop.over}[]${more}`
}

/** outside of every index, so that items[2].sku is counted as items[].sku */
const generic = (path: string) => path.replace(/\[\d+\]/g, '[]').replaceAll('?.', '.')

export function useMakeDesk({ flow, step, event, results, reach, edit, missing, setMissing, runs = step !== undefined }: { flow: Flow; step?: Step; /** what is meant is an event that starts a run */ runs?: boolean; event?: string; results?: Record<string, unknown> } & Pick<Desk, 'reach' | 'edit' | 'missing' | 'setMissing'>): Desk {
  const pinned = usePinned(flow.id)
  const [target, setTarget] = useState<Target>()
  const aim = useCallback((to?: Target) => oncePressed(() => setTarget(to)), [])
  const [connecting, connect] = useState(false)
  const [picking, pick] = useState<Desk['picking']>(false)
  const path = step && pathOf(flow, step.id)
  const samples = useQuery({ queryKey: ['samples', flow.id, 40], queryFn: () => take(api.GET('/flows/{id}/samples', { params: { path: { id: flow.id }, query: { limit: 40 } } })) })
  const schema = useQuery({ queryKey: ['schema', flow.id, path ?? ''], queryFn: ({ signal }) => askSchema(flow.id, path, signal), placeholderData: keepPreviousData, retry: 1 })
  const events = useMemo(() => (samples.data?.items ?? []).filter((e) => e.trigger), [samples.data]) // an erased one has nothing to show
  const wanted = event ?? pinned
  const elsewhere = useQuery({ queryKey: ['event', wanted], enabled: wanted !== null && samples.isSuccess && !events.some((e) => e.id === wanted), queryFn: () => take(api.GET('/events/{id}', { params: { path: { id: wanted ?? '' } } })), retry: false })
  const reaching = useReaching(flow, runs && events.length > 0, events[0]?.id)
  const usual = (runs ? events.find((e) => e.id === reaching.data?.event) ?? events.find((e) => e.status !== 'filtered') : undefined) ?? events[0] // a filtered one does not reach the steps
  const asked = events.find((e) => e.id === wanted) ?? (wanted ? elsewhere.data : undefined)
  const chosen = asked?.trigger ? asked : usual
  const byPath = useMemo(() => new Map((schema.data?.fields ?? []).map((f) => [f.path, f])), [schema.data])
  const loops = useMemo(() => loopsOf(flow, step?.id), [flow, step?.id])
  const looped = loops.length > 0
  const statsOf = useCallback((p: string) => {
    const path = generic(eachOf(p)?.list ?? p)
    const found = byPath.get(path) ?? byPath.get(counted(path, loops))
    const at = found && events.length > 0 && /^trigger\b[^(]*\[\d/.test(p) // counted is how many elements hold it, and a list may be empty
    return at ? { ...found, seen: events.filter((e) => (readAt(e, p) ?? null) !== null).length, of: events.length } : found
  }, [byPath, loops, events])
  const t = useWords()
  const names = useMemo(() => labelled((schema.data?.fields ?? []).filter((f) => partOf(f.path, t) === undefined)), [schema.data, t])
  const write = useCallback((p: string) => written(p, loops), [loops])
  const labelOf = useCallback((p: string) => {
    const named = (path: string) => partOf(path, t) ?? names.get(generic(path)) ?? names.get(counted(generic(path), loops)) ?? saidOf(path, t)
    return ofElement(write(p), t, named) ?? named(p) ?? friendly(p)
  }, [names, loops, t, write])
  const scope = useMemo(() => ({ trigger: chosen?.trigger ?? {}, steps: results ?? {} }), [chosen, results])
  const isUnknown = useCallback((p: string) => leadsNowhere(flow, p) || (/^trigger\.body\b./.test(p) && (schema.data?.fields.length ?? 0) > 0 && !statsOf(p) && readAt(scope, p) === undefined), [flow, schema.data, statsOf, scope])
  const unread = samples.isError || schema.isError
  const reread = useMemo(() => (unread ? () => { void samples.refetch(); void schema.refetch() } : undefined), [unread, samples.refetch, schema.refetch])
  const passes = flow.trigger.where && reaching.data ? reaching.data.value === true : undefined
  return useMemo(() => ({
    flow, step, path, looped, event: chosen, ready: !samples.isPending && !reaching.isLoading, reread, pinned: wanted !== null && chosen?.id === wanted, passes, events, schema: schema.data, scope, reach, target, aim, connecting, connect, picking, pick, edit, missing, setMissing,
    statsOf, isUnknown, labelOf, write,
  }), [flow, step, path, looped, chosen, wanted, passes, events, samples.isPending, reread, reaching.isLoading, schema.data, scope, reach, target, connecting, picking, edit, missing, setMissing, statsOf, isUnknown, labelOf, write])
}

/** useReaching asks for the newest event that passes the trigger's condition as it is written now: others do not reach the steps. */
function useReaching(flow: Flow, on: boolean, newest: string | undefined) {
  const looks = useLooks()
  const where = flow.trigger.where ?? ''
  return useQuery({
    queryKey: ['reaching', flow.id, where, newest ?? ''], enabled: on && !looks && where !== '', staleTime: Infinity, gcTime: 60_000, retry: 1,
    queryFn: ({ signal }) => askExpression({ source: where, mode: 'expression', flow: flow.id, draft: flow }, signal),
  })
}

/** valueAt reads a value of the chosen event, or those of each element of a list. */
export function valueAt({ scope }: Pick<Desk, 'scope'>, path: string): unknown {
  const each = eachOf(path)
  if (!each) return readAt(scope, path)
  const list = readAt(scope, each.list)
  return Array.isArray(list) ? list.map((x) => readAt({ x }, `x${each.member}`)) : undefined
}

export type Asked = Pick<Question, 'source' | 'condition' | 'mode' | 'expect'>

export function question(desk: Desk, asked: Asked): Question {
  return { ...asked, flow: desk.flow.id, ...(desk.looped && { draft: desk.flow }), ...(desk.path ? { step: desk.path } : { place: 'trigger' as const }), ...(desk.event && { event_id: desk.event.id }) }
}

/** useAnswer asks the server what an expression yields, a moment after it was typed. */
export function useAnswer(asked: Asked, on: boolean) {
  const desk = useDesk()
  const settled = useSettled(JSON.stringify(asked), 120)
  const looks = useLooks() // who only looks may not ask
  const answer = useQuery({
    queryKey: ['expression', desk.flow.id, desk.path ?? '', desk.event?.id ?? '', settled],
    queryFn: ({ signal }) => askExpression(question(desk, JSON.parse(settled) as Asked), signal),
    select: sayNothingOfTheStep,
    enabled: on && !looks, placeholderData: keepPreviousData, retry: 1, retryDelay: 700, gcTime: 60_000,
  })
  return { answer: on ? answer.data : undefined, fresh: settled === JSON.stringify(asked) && !answer.isPlaceholderData, failed: answer.isError }
}

/** sayNothingOfTheStep leaves out that the server knows no such step: a new one is not saved for a moment. */
const sayNothingOfTheStep = (a: Answer): Answer => ({ ...a, problems: a.problems.filter((p) => p.code !== 'no_such_step') })

/** useSettled gives a value once it has stayed the same for a moment. */
function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const last = useRef(value)
  if (last.current !== value) {
    last.current = value
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setSettled(value), ms)
  }
  return settled
}
