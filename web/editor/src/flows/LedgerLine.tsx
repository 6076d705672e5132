import { Scale } from 'lucide-react'
import { useLedger } from '../api/hooks'
import { OnlyLooks } from '../shell/OnlyLooks'
import { useFormat } from '../words/format'
import { usePlural } from '../words/phrase'
import { useWords } from './ledgerWords'

/** LedgerLine says where everything that was accepted is now; it always adds up. Who may only look is told so below it. */
export function LedgerLine() {
  const t = useWords()
  const { number } = useFormat()
  const plural = usePlural()
  const { data } = useLedger()
  if (!data) return <p className="mb-3 h-5" />
  if (data.accepted === 0) return <OnlyLooks of="flows" className="mb-4" />
  return (
    <>
      <p data-tip={t.ledgerHelp} className="mb-3 flex w-fit items-center gap-2 text-secondary text-text-2">
        <Scale size={15} strokeWidth={1.75} aria-hidden className="shrink-0" />
        {plural(t, 'accepted', data.accepted - data.replayed, { replayed: data.replayed > 0 ? plural(t, 'replayed', data.replayed) : '', finished: plural(t, 'finished', data.finished), waiting: number(data.waiting), pending: number(data.pending) })}
      </p>
      <OnlyLooks of="flows" className="mb-4" />
    </>
  )
}
