import { useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import { api, take } from '../api/client'
import { Button, inputLook, Labeled, Problem } from '../ui/basics'
import { Dialog } from '../ui/Dialog'
import { toast } from '../ui/Toast'
import { usePlural } from '../words/phrase'
import type { DraftHook } from './useDraft'
import { useWords } from './rotateWords'

/** RotateDialog makes a new trigger URL, and says how long the old one goes on. */
export function RotateDialog({ draft, close }: { draft: DraftHook; close: () => void }) {
  const t = useWords()
  const plural = usePlural()
  const [overlap, setOverlap] = useState('24h')
  const rotate = useMutation({
    mutationFn: () => take(api.POST('/flows/{id}/rotate-url', { params: { path: { id: draft.flow.id } }, body: { overlap } })),
    onSuccess: (view) => {
      draft.draft.settle(view)
      toast(t.rotated)
      close()
    },
  })
  return (
    <Dialog title={t.rotateTitle} help={t.rotateHelp} size="small" close={close} footer={<><Button onClick={close}>{t.cancel}</Button><Button look="primary" busy={rotate.isPending} onClick={() => rotate.mutate()}>{t.rotateDo}</Button></>}>
      <Labeled label={t.overlap}>
        <select className={inputLook} value={overlap} onChange={(e) => setOverlap(e.target.value)}>
          <option value="0s">{t.atOnceStop}</option>
          {[1, 3, 7, 30].map((n) => <option key={n} value={`${n * 24}h`}>{plural(t, 'day', n)}</option>)}
        </select>
      </Labeled>
      {rotate.error && <Problem error={rotate.error} />}
    </Dialog>
  )
}
