import { useQueryClient } from '@tanstack/react-query'
import { api, Refused, take } from '../api/client'
import { later, toast } from '../ui/Toast'
import { fill } from '../words/phrase'
import { useWords } from './menuWords'

type Removal = { id: string; name: string; open: number; undone?: () => void }

/** useRemove deletes a flow, and cancels its open runs, unless that is undone in time. */
export function useRemove() {
  const t = useWords()
  const queries = useQueryClient()
  return ({ id, name, open, undone = () => undefined }: Removal) => later(open > 0 ? fill(t.deletedWith, { name, n: open }) : fill(t.deleted, { name }), async () => {
    const fault = await take(api.DELETE('/flows/{id}', { params: { path: { id }, query: { cancel: true } }, keepalive: true })).then(() => null, (error: unknown) => error)
    if (fault) toast(fault instanceof Refused ? fault.message : t.offline, 'fail')
    else queries.removeQueries({ queryKey: ['flow', id] })
    await queries.invalidateQueries({ queryKey: ['flows'], refetchType: 'all' }) // no list shows it again
  }, undone, `flow ${id}`)
}
