import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, take } from '../api/client'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Problem } from '../ui/states'
import { toast } from '../ui/Toast'
import { fill } from '../words/phrase'
import { Flows } from './Flows'
import { useWords } from './words'

/** DeleteUsed asks before a connection is deleted that flows use. */
export function DeleteUsed({ connection: { name, used_by }, close }: { connection: Schemas['ConnectionView']; close: () => void }) {
  const t = useWords()
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => take(api.DELETE('/connections/{name}', { params: { path: { name }, query: { force: true } } })),
    onSuccess: () => {
      toast(fill(t.deleted, { name }))
      close()
      for (const key of ['connections', 'flows']) void queries.invalidateQueries({ queryKey: [key] })
    },
  })
  return (
    <Dialog title={fill(t.deleteUsed, { name })} help={t.deleteUsedHelp} size="small" close={close} footer={<><Button data-first onClick={close}>{t.cancel}</Button><Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>{t.deleteAnyway}</Button></>}>
      <Flows ids={used_by} />
      {remove.error && <Problem error={remove.error} />}
    </Dialog>
  )
}
