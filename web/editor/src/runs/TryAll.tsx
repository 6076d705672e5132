import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { api, take } from '../api/client'
import { whole } from '../api/whole'
import { Button } from '../ui/Button'
import { toast } from '../ui/Toast'
import { usePlural } from '../words/phrase'
import { useWords } from './listWords'

const portion = 20

/** waitingIn gives all runs of a group that would try again later. */
export async function waitingIn(flow: string, group: string): Promise<string[]> {
  const { items } = await whole((at) => take(api.GET('/runs', { params: { query: { flow, group, status: 'waiting', ...at } } })))
  return items.map((r) => r.id)
}

/** TryAll lets runs try now what they would try later; those that have begun meanwhile are none of them. */
export function TryAll({ runs, done }: { runs: () => string[] | Promise<string[]>; done?: () => void }) {
  const t = useWords()
  const plural = usePlural()
  const queries = useQueryClient()
  const go = useMutation({
    mutationFn: async () => {
      const ids = await runs()
      let begun = 0
      for (let at = 0; at < ids.length; at += portion) {
        const answers = await Promise.all(ids.slice(at, at + portion).map((id) => api.POST('/runs/{id}/retry-now', { params: { path: { id } } })))
        begun += answers.filter((a) => a.data).length
      }
      return begun
    },
    onSuccess: (begun) => { toast(plural(t, 'triedNow', begun)); done?.() },
    onError: (error) => toast(error.message, 'fail'),
    onSettled: () => Promise.all(['runs', 'failures'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  })
  return <Button size="small" busy={go.isPending} onClick={() => go.mutate()}><RotateCw size={15} aria-hidden />{t.tryNow}</Button>
}
