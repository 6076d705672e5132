import { useQueryClient } from '@tanstack/react-query'
import { api, Refused, take } from '../api/client'
import { later, toast } from '../ui/Toast'
import { fill, usePlural } from '../words/phrase'
import { useWords } from './menuWords'

type Removal = { id: string; name: string; open: number; url: string | undefined; undone?: () => void }

/** useRemove deletes a flow, and cancels its open runs, unless that is undone in time. */
export function useRemove() {
  const t = useWords()
  const queries = useQueryClient()
  const plural = usePlural()
  return ({ id, name, open, url, undone = () => undefined }: Removal) => later([fill(t.deleted, { name }), open > 0 && plural(t, 'endsOpen', open), url && t.endsURL].filter(Boolean).join(' '), async () => {
    const fault = await take(api.DELETE('/flows/{id}', { params: { path: { id }, query: { cancel: true } }, keepalive: true })).then(() => null, (error: unknown) => error)
    if (fault) toast(fault instanceof Refused ? fault.message : t.offline, 'fail')
    else queries.removeQueries({ queryKey: ['flow', id] })
    await queries.invalidateQueries({ queryKey: ['flows'], refetchType: 'all' }) // no list shows it again
  }, undone, `flow ${id}`)
}
