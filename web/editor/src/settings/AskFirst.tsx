import { useMutation } from '@tanstack/react-query'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Problem } from '../ui/states'
import { useWords } from './words'

/** AskFirst asks before somebody loses the right to come in: that is done at once, for good. */
export function AskFirst({ title, help, deed, act, close }: { title: string; help: string; deed: string; act: () => Promise<unknown>; close: () => void }) {
  const t = useWords()
  const run = useMutation({ mutationFn: act, onSuccess: close })
  return (
    <Dialog title={title} help={help} size="small" close={close} footer={<><Button data-first onClick={close}>{t.cancel}</Button><Button look="danger" busy={run.isPending} onClick={() => run.mutate()}>{deed}</Button></>}>
      {run.error && <Problem error={run.error} />}
    </Dialog>
  )
}
