import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import type { Flow } from '../flow'

/** plainBody is what a shop may send. */
export const plainBody = () => ({ id: Math.floor(Math.random() * 9000) + 1000, status: 'paid', total: 199.9, customer: { name: 'Ana Souza', email: 'ana.souza@example.com', phone: '+5511912345678' } })

/** offerQuery asks for an event that the flow takes; its draft decides which. */
export const offerQuery = (flow: string, rev: number) => ({ queryKey: ['offer', flow, rev], queryFn: () => take(api.GET('/flows/{id}/sample', { params: { path: { id: flow } } })) })

/** useSample sends an event as the provider would: the chosen one, else one that the flow takes, or a plain one. */
export function useSample(flow: string, rev: number, sample: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async () => {
      const offer = sample ? { sample, event: undefined } : await queries.fetchQuery(offerQuery(flow, rev))
      return take(api.POST('/flows/{id}/events', { params: { path: { id: flow } }, body: offer.sample ? { sample: offer.sample } : { event: offer.event ?? { body: plainBody() } } }))
    },
    onSuccess: () => Promise.all([queries.invalidateQueries({ queryKey: ['samples', flow] }), queries.invalidateQueries({ queryKey: ['schema', flow] })]),
  })
}

/** isUnsigned says that an event cannot be signed yet: the connection with the secret is not chosen. */
export const isUnsigned = (flow: Flow, preset: Schemas['PresetView'] | undefined) => preset !== undefined && preset.secrets.length > 0 && !preset.verify_optional && !flow.trigger.connection
