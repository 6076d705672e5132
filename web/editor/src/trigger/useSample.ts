import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import type { Flow } from '../flow'

/** plainBody is what a shop may send. */
export const plainBody = () => ({ id: Math.floor(Math.random() * 9000) + 1000, status: 'paid', total: 199.9, customer: { name: 'Ana Souza', email: 'ana.souza@example.com', phone: '+5511912345678' } })

/** useSample sends an event as the provider would, or a plain one. */
export function useSample(flow: string, sample: string | undefined) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => take(api.POST('/flows/{id}/events', { params: { path: { id: flow } }, body: sample ? { sample } : { event: { body: plainBody() } } })),
    onSuccess: () => Promise.all([queries.invalidateQueries({ queryKey: ['samples', flow] }), queries.invalidateQueries({ queryKey: ['schema', flow] })]),
  })
}

/** isUnsigned says that an event cannot be signed yet: the connection with the secret is not chosen. */
export const isUnsigned = (flow: Flow, preset: Schemas['PresetView'] | undefined) => preset !== undefined && preset.secrets.length > 0 && !preset.verify_optional && !flow.trigger.connection
