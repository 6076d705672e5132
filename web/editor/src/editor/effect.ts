import type { Schemas } from '../api/client'

/** effectOf names what a request does to the world: where it goes, or to whom and about what. */
export function effectOf(r: Schemas['StepView']): string {
  const request = (typeof r.request === 'object' && r.request !== null ? r.request : {}) as Record<string, unknown>
  const input = r.input ?? {}
  const to = request['to'] ?? input['to'] ?? input['channel'] ?? input['phone'] ?? input['email']
  const line = typeof request['url'] === 'string' ? `${String(request['method'] ?? 'GET')} ${request['url']}` : ''
  const subject = request['subject'] ?? input['subject']
  return [to && (Array.isArray(to) ? to.join(', ') : String(to)), typeof subject === 'string' && subject, line].filter(Boolean).join(' · ')
}
