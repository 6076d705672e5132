import type { Schemas } from '../api/client'

const refusals = [
  [/^this flow is off|^este fluxo está desligado/, 'flowOff'],
  [/^(not verified: there is no connection|não verificado: ainda não existe a conexão)/, 'noConnection'], [/^not verified|^não verificado|^handshake/, 'notVerified'], [/^address |^endereço /, 'badAddress'], [/^method |^método /, 'badMethod'], [/schema/, 'badSchema'],
  [/^content|^tipo de|^codificação|body|corpo|json|form|could not|invalid|unexpected|cut/i, 'badBody'],
] as const

/** whyOf names the words for what became of an event. */
export function whyOf(event: Schemas['EventView']) {
  if (event.replay_of) return 'replayed'
  if (event.status === 'captured' && event.erased) return 'capturedErased'
  if (event.status === 'accepted') return event.run ? 'accepted' : 'acceptedWaits'
  if (event.status === 'captured' && event.reason) return 'capturedUnsure'
  if (event.status === 'filtered' || event.status === 'duplicate' || event.status === 'captured') return event.status
  return refusals.find(([pattern]) => pattern.test(event.reason ?? ''))?.[1] ?? 'rejected'
}
