import { Check } from 'lucide-react'
import { fill } from '../words/phrase'
import { useFormat } from '../words/format'
import { useWords } from './tabWords'

/** Sent says that a test was done for real, and when. */
export function Sent({ at }: { at: string }) {
  const t = useWords()
  const format = useFormat()
  return <p className="flex items-center gap-1.5 rounded-lg bg-ok-soft p-3 font-medium text-ok"><Check size={15} aria-hidden />{fill(t.sentReal, { at: format.clock(at) })}</p>
}
