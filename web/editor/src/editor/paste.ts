import { isCurl, type Offer, readCurl } from '../api/curl'
import type { Step } from '../flow'
import { readSteps } from '../tree/clipboard'

/** Pasted are steps, and the connection that the first one asks for where it came with a secret. */
export type Pasted = { steps: Step[]; offer?: Offer }

/** pastes says at a glance whether a text may hold steps. */
export const pastes = (text: string) => isCurl(text) || (/^\s*[[{]/.test(text) && readSteps(text) !== null)

/** readPaste finds steps in what a person pasted: steps as JSON, or a cURL line as an HTTP request. */
export async function readPaste(text: string): Promise<Pasted | null> {
  if (isCurl(text)) {
    const request = await readCurl(text)
    return request && { steps: [{ id: 'request', action: 'http.request', with: request.with }], ...(request.connection && { offer: request.connection }) }
  }
  const steps = /^\s*[[{]/.test(text) ? readSteps(text.trim()) : null
  return steps && { steps }
}
