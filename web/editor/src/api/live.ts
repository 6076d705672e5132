import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { Schemas } from './client'
import { readJSON } from './fetch'
import { renew } from './renew'

/** What the server says as it happens; each name has its own kind of data. */
type News = { name: string; data: unknown }
type Run = Schemas['RunView']
type Event = Schemas['EventView']
type Pages<T> = InfiniteData<Page<T>>

type LiveState = 'waiting' | 'on' | 'paused'

const names = ['run', 'event', 'flow', 'alert', 'replay', 'gap'] as const
const listeners = new Map<string, Set<(data: unknown) => void>>()
const watchers = new Set<() => void>()
let state: LiveState = 'waiting'

/** onLive calls f with each message of a name; give back what ends it. */
export function onLive(name: (typeof names)[number], f: (data: unknown) => void) {
  const set = listeners.get(name) ?? new Set()
  listeners.set(name, set.add(f))
  return () => void set.delete(f)
}

export const liveState = () => state
export function watchLive(f: () => void) {
  watchers.add(f)
  return () => watchers.delete(f)
}

function become(next: LiveState) {
  if (state === next) return
  state = next
  for (const f of watchers) f()
}

const patience = 5_000
const longest = 40_000 // the server says every 15 s that it is still there
const most = 400 // messages in a flush; more are a reload

/**
 * startLive keeps the cache as the server says. All tabs of a browser share one stream: the one
 * that has the lock reads it and passes it on, and another takes over when it goes. Without a
 * stream for five seconds the page asks every five.
 */
export function startLive(queries: QueryClient, again: () => void): () => void {
  const ended = new AbortController()
  const channel = new BroadcastChannel('gancho-live')
  let waiting: News[] = []
  let flush: ReturnType<typeof setTimeout> | undefined
  let heard = Date.now()
  let streaming = false

  const take = (news: News) => {
    heard = Date.now()
    if (news.name === 'hello') return
    waiting.push(news)
    flush ??= setTimeout(() => {
      flush = undefined
      const batch = waiting
      waiting = []
      apply(queries, batch)
    }, 200)
  }
  const refresh = () => void queries.invalidateQueries({ type: 'active', predicate: ({ queryKey: [key] }) => live.has(String(key)) })
  const turn = (on: boolean) => {
    if (on && state === 'paused') again()
    if (on && state === 'waiting') refresh() // what changed between the page's first questions and the stream
    if (on) heard = Date.now()
    streaming = on
    if (on) become('on')
  }
  channel.onmessage = ({ data }: MessageEvent<{ news?: News; on?: boolean; ask?: boolean }>) => {
    if (data.news) take(data.news)
    if (data.on !== undefined) turn(data.on)
    if (data.ask && leading) channel.postMessage({ on: streaming })
  }
  let leading = false
  const lead = () => {
    leading = true
    return read(ended.signal, (news) => { take(news); channel.postMessage({ news }) }, (on) => { turn(on); channel.postMessage({ on }) })
  }
  if ('locks' in navigator) void navigator.locks.request('gancho-live', { signal: ended.signal }, lead).catch(() => undefined)
  else void lead() // without TLS there are no locks: each tab reads for itself
  channel.postMessage({ ask: true })

  const poll = setInterval(() => {
    if (streaming) return
    if (Date.now() - heard > patience) become('paused')
    if (state === 'paused') refresh()
  }, patience)
  return () => {
    ended.abort()
    clearInterval(poll)
    clearTimeout(flush)
    channel.close()
    state = 'waiting'
  }
}

/** live are the queries that a page without a stream asks again. */
const live = new Set(['flows', 'runs', 'run', 'events', 'stats', 'ledger', 'alerts', 'failures', 'unsure', 'replays', 'samples', 'session'])

/** read passes on one stream until the signal. One that breaks goes on where it was; a closed one is opened again, and what was said meanwhile is missed. */
function read(signal: AbortSignal, take: (news: News) => void, turn: (on: boolean) => void): Promise<void> {
  return new Promise((done) => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let missed = state !== 'waiting' // another tab has read until now
    let heard = Date.now()
    const open = () => {
      source = new EventSource(`/api/v1/live?of=${names.filter((n) => n !== 'gap').join()}`)
      source.onopen = () => {
        heard = Date.now()
        turn(true)
        if (missed) take({ name: 'gap', data: {} })
        missed = false
      }
      source.onerror = () => {
        turn(false)
        if (source?.readyState !== EventSource.CLOSED) return
        missed = true
        timer = setTimeout(open, 3_000)
      }
      source.addEventListener('ping', () => { heard = Date.now() })
      for (const name of names) source.addEventListener(name, (e) => {
        heard = Date.now()
        const data = readJSON(e.data as string)
        take(data === undefined ? { name: 'gap', data: {} } : { name, data })
      })
    }
    open()
    // A stream that is open and silent for too long leads nowhere: the machine has slept, or a proxy holds it.
    const watch = setInterval(() => {
      if (source?.readyState !== EventSource.OPEN || Date.now() - heard < longest) return
      source.close()
      turn(false)
      missed = true
      open()
    }, patience)
    signal.addEventListener('abort', () => {
      source?.close()
      clearInterval(watch)
      clearTimeout(timer)
      done()
    })
  })
}

/** apply writes a batch of messages into the cache. */
function apply(queries: QueryClient, batch: News[]) {
  if (batch.length > most || batch.some((n) => n.name === 'gap')) {
    renew(queries, [])
  } else {
    for (const { name, data } of newest(batch)) {
      if (name === 'run') setRun(queries, data as Run)
      if (name === 'event') merge(queries, 'events', data as Event)
      if (name === 'flow') setFlow(queries, data as Schemas['FlowNews'])
      if (name === 'alert') renew(queries, ['alerts'])
    }
    if (batch.some((n) => n.name === 'run' || n.name === 'event')) for (const key of ['stats', 'ledger', 'failures']) renew(queries, [key])
  }
  for (const { name, data } of batch) for (const f of listeners.get(name) ?? []) f(data)
}

/** newest keeps the last message of each thing, in order. */
function newest(batch: News[]): News[] {
  const last = new Map<string, News>()
  for (const n of batch) {
    const key = `${n.name} ${(n.data as { id?: string }).id ?? ''}`
    last.delete(key)
    last.set(key, n)
  }
  return [...last.values()]
}

function setRun(queries: QueryClient, run: Run) {
  merge(queries, 'runs', run)
  if (queries.getQueryData(['run', run.id])) renew(queries, ['run', run.id])
  void queries.invalidateQueries({ queryKey: ['step-counts', run.flow], refetchType: 'none' })
}

type Filter = { flow?: string; status?: string; q?: string; from?: string; to?: string; error?: string; group?: string; quiet?: string[] }

type Thing = { id: string; flow: string; status: string }
type Page<T> = { items: T[]; next: string | null; unread?: string[] }

/** placed puts a run or event into a list that it belongs to, and out of one that it left; only a list from its beginning takes new ones. */
function placed<T extends Thing>(pages: Page<T>[], filter: Filter, thing: T, open = true): Page<T>[] | undefined {
  const [first, ...rest] = pages
  const there = pages.some((p) => p.items.some((i) => i.id === thing.id))
  const fits = (!filter.flow || filter.flow === thing.flow) && (!filter.status || filter.status === thing.status) && (!filter.quiet?.includes(thing.flow) || /^(failed|waiting|unknown)$/.test(thing.status))
  if (there) return pages.map((p) => ({ ...p, items: p.items.flatMap((i) => (i.id !== thing.id ? [i] : fits ? [thing] : [])) }))
  if (first && fits && open && !(filter.q || filter.to || filter.error || filter.group)) return [{ ...first, items: [thing, ...first.items] }, ...rest]
  return undefined
}

let lately: { kind: string; thing: Thing; at: number }[] = []

/** merge puts a run or event into the lists that are there. */
export function merge<T extends Thing>(queries: QueryClient, kind: 'runs' | 'events', thing: T) {
  lately = [...lately.slice(1 - most), { kind, thing, at: Date.now() }]
  for (const [key, pages] of queries.getQueriesData<Pages<T>>({ queryKey: [kind] })) {
    const next = pages?.pages && placed(pages.pages, (key[1] ?? {}) as Filter, thing)
    if (next) queries.setQueryData(key, { ...pages, pages: next })
  }
}

/** caughtUp puts into a page what was told while the server was asked for it: its answer may be older. */
export function caughtUp<T extends Thing>(kind: 'runs' | 'events', page: Page<T>, filter: Filter, since: number, first: boolean): Page<T> {
  const top = page.items[0]?.id ?? '' // what is older stands on another page
  return lately.filter((n) => n.kind === kind && n.at >= since).reduce((p, { thing }) => placed([p], filter, thing as T, first && thing.id > top)?.[0] ?? p, page)
}

function setFlow(queries: QueryClient, news: Schemas['FlowNews']) {
  let known = false
  for (const [key, list] of queries.getQueriesData<{ items: Schemas['FlowItem'][]; next: string | null }>({ queryKey: ['flows'] })) {
    const old = list?.items.find((f) => f.id === news.id)
    if (!list || !old) continue
    known = !news.deleted && old.draft_rev === news.draft_rev
    const items = news.deleted ? list.items.filter((f) => f.id !== news.id) : list.items.map((f) => (f.id === news.id ? { ...f, state: news.state ?? f.state } : f))
    queries.setQueryData(key, { ...list, items })
  }
  if (!known) renew(queries, ['flows'])
}
