import { member } from '../fields/template'
import { type Flow, lists } from '../flow'
import { type Follow, followIn, type IsExpression } from './changes'

/** renameValue follows a new name of a value that a step sets, in whatever reads it and in the tests. */
export function renameValue(flow: Flow, id: string, old: string, name: string, isExpression: IsExpression): Flow {
  if (old === name || old === '' || name === '') return flow
  const quoted = old.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const place = new RegExp(`(?<![\\w.])(steps(?:\\??\\.${id}|\\[["']${id}["']\\]))(?:\\??\\.${quoted}(?!\\w)|(?:\\?\\.)?\\[(["'])${quoted}\\2\\])`, 'g')
  const follow: Follow = (source) => source.replace(place, (_, holder: string) => member(holder, name))
  const steps = lists(flow, (all) => all.map((s) => same(s, followIn(s, follow, isExpression))))
  return flow.tests ? { ...steps, tests: flow.tests.map((t) => renameValueInTest(t, id, old, name)) } : steps
}

/** same keeps what did not change the same object. */
const same = <T>(before: T, after: T) => (JSON.stringify(before) === JSON.stringify(after) ? before : after)

type Testing = { mocks?: unknown; expect?: { steps?: unknown } }

function renameValueInTest(test: unknown, id: string, old: string, name: string): unknown {
  const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)
  const key = (of: unknown) => (isObject(of) ? Object.fromEntries(Object.entries(of).map(([k, v]) => [k === old ? name : k, v])) : of)
  const told = (of: unknown) => (!isObject(of) ? of : { ...of, ...('output' in of && { output: key(of.output) }), ...(isObject(of.with) && { with: { ...of.with, values: key(of.with.values) } }) })
  const each = (of: unknown) => (isObject(of) ? Object.fromEntries(Object.entries(of).map(([path, v]) => [path, path.split('.').at(-1) === id ? told(v) : v])) : of)
  if (!isObject(test)) return test
  const { mocks, expect } = test as Testing
  return { ...test, ...(isObject(mocks) && { mocks: each(mocks) }), ...(expect?.steps !== undefined && { expect: { ...expect, steps: each(expect.steps) } }) }
}
