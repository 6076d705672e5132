import type { Step } from '../flow'
import { readSteps } from '../tree/clipboard'
import { fromCurl } from './curl'

/** readPaste finds steps in what a person pasted: steps as JSON, or a cURL line as an HTTP request. */
export function readPaste(text: string): Step[] | null {
  const trimmed = text.trim()
  if (/^curl\s/.test(trimmed)) {
    const request = fromCurl(trimmed)
    return request ? [{ id: 'request', action: 'http.request', with: request.with }] : null
  }
  return /^[[{]/.test(trimmed) ? readSteps(trimmed) : null
}
