import type { Schemas } from '../api/client'

/** effectOf names what a request does to the world: where it goes, or to whom. */
export function effectOf(r: Schemas['StepView']): string {
  const request = (typeof r.request === 'object' && r.request !== null ? r.request : {}) as Record<string, unknown>
  const input = r.input ?? {}
  const to = request['to'] ?? input['to'] ?? input['channel'] ?? input['phone'] ?? input['email']
  const line = typeof request['url'] === 'string' ? `${String(request['method'] ?? 'GET')} ${request['url']}` : ''
  return [to && (Array.isArray(to) ? to.join(', ') : String(to)), line].filter(Boolean).join(' · ')
}
