import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useHidden } from '../data/useHidden'
import { Button } from '../ui/Button'
import { Choice } from '../ui/Choice'
import { Dialog } from '../ui/Dialog'
import { Problem } from '../ui/states'
import { useFormat } from '../words/format'
import { fill, usePlural } from '../words/phrase'
import { SettleAnswer, useSettleAnswer } from './SettleAnswer'
import { type Settled, settleAll, type Unsure, unsureOf } from './settling'
import { useWords } from './settleWords'

/** SettleDialog asks once for many runs what became of what nobody knows, and shows how far it is. */
export function SettleDialog({ which, of, close }: { which: Unsure; of?: string; close: () => void }) {
  const t = useWords()
  const plural = usePlural()
  const queries = useQueryClient()
  const [as, setAs] = useState<'done' | 'repeat'>('done')
  const [far, setFar] = useState<Settled>()
  const output = useSettleAnswer()
  const trial = useQuery({ queryKey: ['settle-trial', which], retry: false, staleTime: Infinity, gcTime: 0, queryFn: () => unsureOf(which) })
  const settle = useMutation({
    mutationFn: () => settleAll(which, { as, ...(as === 'done' && { output: output.value }) }, setFar),
    onSettled: () => Promise.all(['runs', 'run', 'unsure', 'ledger'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  })
  const count = trial.data?.items.length
  const begun = settle.isPending || settle.isSuccess
  return (
    <Dialog title={count === undefined ? t.settleAll : plural(t, trial.data?.more ? 'titleMore' : 'title', count)} help={of} close={close} footer={begun ? (
      <Button look="primary" busy={settle.isPending} onClick={close}>{t.close}</Button>
    ) : (
      <>
        <Button look="quiet" onClick={close}>{t.cancel}</Button>
        <Button look="primary" busy={trial.isPending} disabled={!count || (as === 'done' && output.bad)} onClick={() => settle.mutate()}>{t.goAhead}</Button>
      </>
    )}>
      {!begun && (
        <div className="space-y-4">
          <p className="text-text-2">{t.lookUp}</p>
          <Choice label={t.which} value={as} set={setAs} options={[{ value: 'done', label: t.done, help: t.doneHelp }, { value: 'repeat', label: t.repeat, help: t.repeatHelp }]} />
          {as === 'done' && <SettleAnswer {...output} />}
          {count === 0 && <p className="text-text-2">{t.none}</p>}
          {trial.error && <Problem error={trial.error} />}
        </div>
      )}
      {begun && <Far far={far} total={trial.data?.more ? null : count ?? null} over={settle.isSuccess} />}
      {settle.error && <Problem error={settle.error} />}
    </Dialog>
  )
}

function Far({ far = { resolved: 0, refused: 0, why: '' }, total, over }: { far?: Settled; total: number | null; over: boolean }) {
  const t = useWords()
  const plural = usePlural()
  const { number } = useFormat()
  const why = useHidden(far.why)
  const done = far.resolved + far.refused
  const words = over ? plural(t, 'settled', far.resolved) : total === null ? fill(t.doneSoFar, { done: number(done) }) : fill(t.progress, { done: number(done), total: number(total) })
  return (
    <div role="status" className="space-y-2 py-2">
      <progress {...(over ? { max: 1, value: 1 } : total !== null && { max: Math.max(1, total), value: done })} className="w-full" aria-label={words} />
      <p className="font-medium">{words}</p>
      {far.refused > 0 && <p className="text-warn">{plural(t, 'refused', far.refused, { why })}</p>}
    </div>
  )
}
