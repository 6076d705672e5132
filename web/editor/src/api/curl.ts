import { api, type Schemas, take } from './client'
import { secretsIn } from './curlSecrets'

/** A command read as fields of an HTTP request; its secret is not among them, but in the connection that it asks for. */
export type Curl = { with: Record<string, unknown>; connection: Offer | null }

export type Offer = Schemas['CurlConnectionView']

export const isCurl = (text: string) => /^\s*curl\s/.test(text)

/** readCurl lets the server read a command; null where it is none. */
export async function readCurl(command: string): Promise<Curl | null> {
  const read = await take(api.POST('/curl', { body: { command } }))
  const fields = read.with as Record<string, unknown> | null
  const offer = read.connection as Offer | null
  return fields && typeof fields['url'] === 'string' && fields['url'] !== '' ? { with: fields, connection: offer && { ...offer, fields: { ...offer.fields, ...secretsIn(command, offer) } } } : null
}

const offers = new Map<string, Offer>()
globalThis.addEventListener?.('left', () => offers.clear()) // the next person has not pasted them

/** keepOffer remembers, in this tab alone, the connection that a pasted command asks for, until a person makes it at the step. */
export const keepOffer = (flow: string, step: string, offer: Offer) => void offers.set(`${flow}/${step}`, offer)
export const offerFor = (flow: string, step: string) => offers.get(`${flow}/${step}`)
export const dropOffer = (flow: string, step: string) => void offers.delete(`${flow}/${step}`)
