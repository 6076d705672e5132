import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import { useStepCounts } from '../api/stepCounts'
import { useSwitch } from '../data/switch'
import { veiled } from '../data/hide'
import { type Flow, documentOf, walk } from '../flow'
import { say } from '../tree/announce'
import { countedOf, pathsOf, type Result, resultsOf, staleSteps, turnsOf } from '../tree/results'
import { still } from '../tree/still'
import type { Looked } from '../tree/store'
import { useWords as useStatusWords } from '../ui/statusWords'
import { fill } from '../words/phrase'
import { useWords } from './words'

type Run = Schemas['RunView']

/** useLastRun gives the newest run of a flow, whole, and the flow as it was then. */
function useLastRun(id: string, published: number) {
  return useQuery({
    queryKey: ['runs', 'last', id],
    enabled: published > 0,
    queryFn: async () => {
      const { items } = await take(api.GET('/runs', { params: { query: { flow: id, limit: 1 } } }))
      const newest = items[0]
      if (!newest?.revision) return null
      const run = await take(api.GET('/runs/{id}', { params: { path: { id: newest.id } } }))
      const revision = await take(api.GET('/flows/{id}/revisions/{rev}', { params: { path: { id, rev: newest.revision } } }))
      return { run, flow: documentOf(revision) }
    },
  })
}

/** inTurn says that a step stands in a loop of which one turn is looked at: its badge is that of the turn, not of all runs. */
const inTurn = (run: Run, path: string) => [...path.matchAll(/\.\d+(?=\.)/g)].some((m) => turnsOf(run, path.slice(0, m.index)).length > 1)

const idOf = (path: string) => path.split('.').at(-1) ?? path

type Test = { run: Run; flow: Flow; /** steps that it or a test before it reached */ tried: string[]; /** what is published after the test tells more than it */ published: number; /** when, where the page was loaded since */ kept?: number }

/** keepTest remembers what became of each step in a test, and none of its data, while the window is open. */
function keepTest(id: string, test: Test) {
  const steps = test.run.steps?.map(({ path, action, status, started, ended, mocked, waiting_for, attempts, request }) => ({ path, action, status, started, ended, mocked, waiting_for, attempts: attempts.map((a) => ({ duration_ms: a.duration_ms })), request: request ? {} : undefined }))
  try {
    sessionStorage.setItem(`test-${id}`, JSON.stringify({ ...test, run: { id: test.run.id, status: test.run.status, at: test.run.at, ended: test.run.ended, steps }, kept: Date.now() }))
  } catch {
    sessionStorage.removeItem(`test-${id}`) // that of an older test is not this one
  }
}

/** keptTest is the last test of a flow, as far as it is remembered. */
export function keptTest(id: string): Test | null {
  try {
    return JSON.parse(sessionStorage.getItem(`test-${id}`) ?? 'null') as Test | null
  } catch {
    return null
  }
}

/** useResults gives each step its badge: from the newest test or run, marked where the step was edited since. */
export function useResults(flow: Flow, view: Schemas['FlowView']) {
  const last = useLastRun(flow.id, view.published_rev)
  const day = useStepCounts(flow.id, view.published_rev > 0)
  const [test, setTest] = useState<Test | null>(() => keptTest(flow.id))
  const [turns, setTurns] = useState<ReadonlyMap<string, number>>(new Map())
  const ranSince = test?.kept !== undefined && last.data && new Date(last.data.run.at).getTime() > test.kept
  const tested = test && test.published === view.published_rev && !ranSince ? test : null
  const newest = tested ?? last.data
  useTold(last.data?.run)
  const turn = useCallback((loop: string) => turns.get(loop) ?? (newest ? turnsOf(newest.run, loop).at(-1) : undefined) ?? 0, [newest, turns])
  const paths = useStill(useMemo(() => pathsOf(flow, turn), [flow, turn]))
  const looked = useMemo<Looked | null>(() => newest ? { run: newest.run, paths, turn, choose: (loop, n) => setTurns((all) => new Map(all).set(loop, n)) } : null, [newest, paths, turn])
  const { revealed } = useSwitch()
  const results = useMemo(() => {
    const all = new Map<string, Result>()
    if (!newest || !looked) return all
    const now = resultsOf(flow, newest.run, looked.turn)
    if (!revealed) for (const r of now.values()) r.text = veiled(r.text, newest.run)
    const stale = staleSteps(flow, newest.flow)
    const since = tested && last.data ? staleSteps(flow, last.data.flow) : stale // the runs of the day were of what was published
    const tried = new Set(test?.tried)
    const inLoops = new Set<string>() // of those that this run came to: their steps tell of the same run
    walk(flow.steps, (s) => { if (s.action === 'loop' && now.has(s.id)) walk(s.steps ?? [], (inner) => inLoops.add(inner.id)) })
    walk(flow.steps, (s) => {
      const result = now.get(s.id)
      const path = looked.paths.get(s.id) ?? s.id
      const counted = tested && (result || since.has(s.id)) ? undefined : day.of(path) // a test tells of the steps that it reached
      const c = inTurn(newest.run, path) ? undefined : counted
      if (stale.has(s.id)) all.set(s.id, { state: 'stale' })
      else if (!result && c && inLoops.has(s.id)) return
      else if (result || c || !(counted || tried.has(s.id) || newest.run.erased || !newest.run.ended)) all.set(s.id, { ...(result ?? countedOf(c) ?? { state: 'untested' }), href: hrefOf(flow.id, tested ? undefined : newest.run, path, result, c), ...(c && { reached: c.reached, passed: c.passed, failed: c.failed, stopped: c.filtered, ms: c.median_ms ?? result?.ms }) })
    })
    return all
  }, [flow, newest, last.data, looked, test, tested, day.data, revealed])
  const keep = useCallback((run: Run) => { const tried = [...new Set([...keptTest(flow.id)?.tried ?? [], ...(run.steps ?? []).map((s) => idOf(s.path))])]; const made = { run, flow, tried, published: view.published_rev }; setTest(made); keepTest(flow.id, made); setTurns(new Map()) }, [flow, view.published_rev])
  return { results: useStill(results), looked, tested: keep }
}

/** hrefOf is where what became of a step can be read: in the run that it is of, or among those that failed. */
function hrefOf(flow: string, run: Run | undefined, path: string, result: Result | undefined, counted: Schemas['StepCount'] | undefined): string | undefined {
  if (!run) return undefined
  if (counted && counted.failed > 0 && result?.state !== 'failed') return `/runs?flow=${encodeURIComponent(flow)}&status=failed`
  return result && `/runs/${run.id}?step=${encodeURIComponent(path)}`
}

/** useStill keeps what a step had as long as it has the same: a key that is pressed in one step leaves all others as they are. */
function useStill<V>(now: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  const before = useRef(now)
  const kept = useMemo(() => still(before.current, now), [now])
  useEffect(() => {
    before.current = kept
  })
  return kept
}

/** useTold lets a screen reader hear how the newest run ended, at most once in three seconds. */
function useTold(run: Run | undefined) {
  const t = useWords()
  const words = useStatusWords()
  const before = useRef<string>(undefined)
  const at = useRef(0)
  const ended = run?.ended ? run.id : undefined
  useEffect(() => {
    if (run === undefined || ended === before.current) return
    const first = before.current === undefined
    before.current = ended
    if (first || !ended || Date.now() - at.current < 3000) return
    at.current = Date.now()
    if (run.status === 'succeeded' || run.status === 'failed' || run.status === 'filtered' || run.status === 'canceled') say(fill(t.runSaid, { status: words[run.status] }))
  }, [run, ended, t, words])
}
