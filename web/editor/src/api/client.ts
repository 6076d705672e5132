import { makeClient, notOurs } from './fetch'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

let language = document.documentElement.lang

const away = 10 * 60_000
let touched = Date.now()
for (const name of ['pointerdown', 'pointermove', 'keydown', 'wheel']) document.addEventListener(name, () => { touched = Date.now() }, { capture: true, passive: true })

/** unattended tells the server that nobody is at the page, so that what it asks by itself does not keep the session. */
const unattended = (): Record<string, string> => (Date.now() - touched > away ? { 'Gancho-Unattended': '1' } : {})

export const api = makeClient<paths>('/api/v1', () => ({ 'Accept-Language': language, ...unattended() }))

/** inLanguage makes the server's words come in the person's language. */
export function inLanguage(lang: string) {
  language = lang
}

/** Refused is an error answer of the server, in words. */
export class Refused extends Error {
  constructor(readonly problem: Partial<Schemas['Problem']>, readonly status: number) {
    super(problem.detail ?? `${status}`)
  }
}

/** isGone says that what was asked for is not there. */
export const isGone = (error: unknown) => error instanceof Refused && error.status === 404

let words = { offline: '', notOurs: '' }

/** inWords sets what is said when there is no answer of the server: none at all, or that of another. */
export function inWords(next: typeof words) {
  words = next
}

let ended: () => void = () => undefined

/** onSessionEnd sets what happens when the server no longer knows who asks. */
export function onSessionEnd(f: () => void) {
  ended = f
}

/** take gives the data of an answer, or throws what the server said. */
export async function take<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer.catch((e: Error) => {
    throw e instanceof TypeError ? new Error(words.offline) : e // no network, or no server
  })
  if (response.status === 401 && !response.url.endsWith('/session')) ended()
  if (error !== undefined || !response.ok) throw new Refused(error === notOurs ? { detail: `${words.notOurs} (${response.status})` } : (error ?? {}) as Partial<Schemas['Problem']>, response.status)
  return data as T
}
