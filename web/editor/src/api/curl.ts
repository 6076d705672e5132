import { api, type Schemas, take } from './client'
import { secretsIn } from './curlSecrets'

/** A command read as fields of an HTTP request; its secret is not among them, but in the connection that it asks for. */
export type Curl = { with: Record<string, unknown>; connection: Offer | null }

export type Offer = Schemas['CurlConnectionView'] & { /** as they were pasted */ secrets?: Record<string, string> }

export const isCurl = (text: string) => /^\s*curl\s/.test(text)

/** readCurl lets the server read a command; null where it is none. */
export async function readCurl(command: string): Promise<Curl | null> {
  const read = await take(api.POST('/curl', { body: { command } }))
  const fields = read.with as Record<string, unknown> | null
  const offer = read.connection as Offer | null
  return fields && typeof fields['url'] === 'string' && fields['url'] !== '' ? { with: fields, connection: offer && { ...offer, secrets: secretsIn(command, offer) } } : null
}

const kept = 'offers'
const offers = new Map<string, Offer>(Object.entries(JSON.parse(globalThis.sessionStorage?.getItem(kept) ?? '{}') as Record<string, Offer>))
globalThis.addEventListener?.('left', () => { offers.clear(); keep() }) // the next person has not pasted them

/** keep remembers over a reload that a secret is yet to be saved, and never the secret. */
const keep = () => sessionStorage.setItem(kept, JSON.stringify(Object.fromEntries([...offers].map(([step, offer]) => [step, { ...offer, secrets: undefined }]))))

/** keepOffer remembers, in this tab alone, the connection that a pasted command asks for, until a person makes it at the step. */
export function keepOffer(flow: string, step: string, offer: Offer) {
  offers.set(`${flow}/${step}`, offer)
  keep()
}

export const offerFor = (flow: string, step: string) => offers.get(`${flow}/${step}`)

export function dropOffer(flow: string, step: string) {
  offers.delete(`${flow}/${step}`)
  keep()
}
