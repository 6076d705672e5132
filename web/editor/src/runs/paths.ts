import type { Schemas } from '../api/client'
import { type Flow, type Step, walk } from '../flow'
import { ticked } from '../words/told'
import { pathsOf, turnsOf } from '../tree/results'

type Run = Schemas['RunView']

/** Turns say which turn of each loop is looked at, by the loop's id. */
export type Turns = ReadonlyMap<string, number>

/** stepOfPath takes a step path apart: the step, and the turns around it. */
export function stepOfPath(path: string): { step: string; turns: Turns } {
  const turns = new Map<string, number>()
  let step = ''
  for (const part of path.split('.')) {
    if (/^\d+$/.test(part)) turns.set(step, Number(part))
    else step = part
  }
  return { step, turns }
}

/** atTrigger says that a run failed before its first step: at the condition of its trigger, or at what fetches its event. */
export const atTrigger = (error?: { code: string; step?: string }): boolean => error?.code === 'trigger' || error?.step?.startsWith('trigger.') === true

/** mendAt is the part of an address that opens in the editor what failed. */
export const mendAt = (error?: { code: string; step?: string }): string => (error?.code === 'trigger' ? '&step=trigger&field=/where' : atTrigger(error) ? '&step=trigger' : error?.step ? `&step=${stepOfPath(error.step).step}` : '')

/** firstTurns shows of each loop the turn that is asked for, or that failed, or the first. */
export function firstTurns(flow: Flow, run: Run, wanted = run.error?.step): Turns {
  const turns = new Map<string, number>()
  if (wanted) for (const [loop, n] of stepOfPath(wanted).turns) turns.set(loop, n)
  walk(flow.steps, (s) => {
    if (!s.steps || turns.has(s.id)) return
    const path = pathsOf(flow, (id) => turns.get(id) ?? 0).get(s.id) ?? s.id
    const failed = run.steps?.find((x) => x.path.startsWith(`${path}.`) && (x.status === 'failed' || x.status === 'unknown'))
    turns.set(s.id, failed ? Number(failed.path.slice(path.length + 1).split('.')[0]) : (turnsOf(run, path)[0] ?? 0))
  })
  return turns
}

/** remains is as much of a deleted flow as one of its runs tells. */
export function remains(run: Run): Flow {
  const flow: Flow = { id: run.flow, name: run.flow, trigger: { kind: 'webhook' }, steps: [] }
  const known = new Map<string, Step>()
  for (const s of run.steps ?? []) {
    const ids = s.path.split('.').filter((part) => !/^\d+$/.test(part))
    const id = ids.at(-1) ?? ''
    if (s.path.startsWith('trigger.') || known.has(id)) continue
    const step: Step = { id, action: s.action, ...(s.input && { with: s.input }) }
    const above = known.get(ids.at(-2) ?? '')
    known.set(id, step)
    if (above) (above.steps ??= []).push(step)
    else flow.steps.push(step)
  }
  return flow
}

const telling = ['message', 'error_description', 'detail', 'error', 'description', 'title', 'errors', 'mensagem', 'erro', 'body']

/** inside is the JSON that a service sent as text. */
function inside(text: string): unknown {
  try {
    return /^\s*[{[]/.test(text) ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}

/** saidBy finds in an answer the words with which a service says what is wrong. */
export function saidBy(answer: unknown, depth = 0): string {
  if (typeof answer === 'string') return depth > 0 && answer.length < 400 && !answer.trimStart().startsWith('<') ? saidBy(inside(answer), depth + 1) || answer.trim() : ''
  if (typeof answer !== 'object' || answer === null || depth > 4) return ''
  if (Array.isArray(answer)) return answer.map((x) => saidBy(x, depth + 1)).find(Boolean) ?? ''
  const members = answer as Record<string, unknown>
  return telling.map((name) => saidBy(members[name], depth + 1)).find(Boolean) ?? ''
}

/** bare are the words of a service that say no more than its status does. */
const bare = /^(bad request|unauthorized|forbidden|not found|conflict|unprocessable (entity|content)|too many requests|internal server error|bad gateway|service unavailable|gateway time-?out|error|erro)[.!]?$/i

/** troubleOf says what went wrong in the words of the service, where there are any, and what the program says of it. */
export function troubleOf(error: Schemas['ErrorView'], step?: Schemas['StepView']): { said: string; rest: string } {
  const answer = step?.attempts.at(-1)?.response as { body?: unknown } | undefined
  const words = saidBy(answer)
  if (!words || bare.test(words)) return { said: ticked(error.message), rest: '' }
  const rest = error.message.includes(words) ? error.message.replace(words, '').replace(/[\s:,;-]+$/, '') : error.message
  return { said: words, rest: ticked(rest) }
}

/** curlOf writes a request as a line for a terminal. Secrets were never in it. */
export function curlOf(request: unknown): string | null {
  if (typeof request !== 'object' || request === null || !('url' in request)) return null
  const r = request as { method?: string; url: string; headers?: Record<string, string>; body?: unknown }
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
  const parts = ['curl', ...(r.method && r.method !== 'GET' ? ['-X', quote(r.method)] : []), quote(r.url)]
  for (const [name, value] of Object.entries(r.headers ?? {})) parts.push('\\\n  -H', quote(`${name}: ${value}`))
  if (r.body !== undefined && r.body !== null) parts.push('\\\n  --data-raw', quote(typeof r.body === 'string' ? r.body : JSON.stringify(r.body)))
  return parts.join(' ')
}

/** erased says that the data of a run was taken out for good: there is nothing to do again. */
export const erased = (run: Schemas['RunView']) => run.erased === true
