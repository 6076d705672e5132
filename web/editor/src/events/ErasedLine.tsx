import { useFormat } from '../words/format'
import { fill } from '../words/phrase'
import { useWords } from './words'

/** ErasedLine says that an event was erased, and when, where that was kept. */
export function ErasedLine({ at }: { at?: string }) {
  const t = useWords()
  const { day } = useFormat()
  return <>{at ? fill(t.erasedOn, { when: day(at) }) : t.erased}</>
}
