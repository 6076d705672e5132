import { useMutation, useQueryClient } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { api, take } from '../api/client'
import { Button } from '../ui/Button'
import { toast } from '../ui/Toast'
import { useWords } from './runWords'

/** TryNow ends the wait of a run that would try again later. */
export function TryNow({ run }: { run: string }) {
  const t = useWords()
  const queries = useQueryClient()
  const go = useMutation({
    mutationFn: () => take(api.POST('/runs/{id}/retry-now', { params: { path: { id: run } } })),
    onSuccess: (view) => queries.setQueryData(['run', run], view),
    onError: (e) => toast(e.message, 'fail'),
    onSettled: () => queries.invalidateQueries({ queryKey: ['run', run] }),
  })
  return <Button size="small" className="text-text" busy={go.isPending} onClick={() => go.mutate()}><RotateCw size={15} aria-hidden />{t.tryNow}</Button>
}
