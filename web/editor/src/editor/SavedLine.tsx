import { CloudOff, TriangleAlert } from 'lucide-react'
import { useLang } from '../words'
import { fill } from '../words/phrase'
import { useHeld } from './keptRows'
import type { DraftHook } from './useDraft'
import { useWords } from './words'

/** SavedLine says how it stands with the draft; without a server it offers to try again. */
export function SavedLine({ draft }: { draft: DraftHook }) {
  const t = useWords()
  const { lang } = useLang()
  const rows = useHeld(draft.flow)
  const time = new Intl.DateTimeFormat(lang, { timeStyle: 'short' }).format(new Date(draft.savedAt ?? draft.view.updated))
  const hold = 'flex min-w-0 items-center gap-1.5 px-1 text-secondary'
  if (draft.saving === 'waiting') {
    return (
      <span role="status" className={`${hold} text-warn`}>
        <CloudOff size={15} aria-hidden className="shrink-0" /><span className="truncate max-sm:sr-only" title={t.waits}>{t.waits}</span><span aria-hidden className="whitespace-nowrap sm:hidden">{t.waitsShort}</span>
        <button type="button" onClick={draft.draft.retry} className="rounded px-1 font-medium whitespace-nowrap underline underline-offset-2">{t.retry}</button>
      </span>
    )
  }
  if (draft.saving === 'refused') {
    const words = fill(t.refusedDraft, { why: draft.refusal })
    return <span role="status" className={`${hold} text-fail`}><TriangleAlert size={15} aria-hidden className="shrink-0" /><span className="truncate" title={words}>{words}</span></span>
  }
  if (rows === 'held') return <span role="status" title={t.rowsHeld} className={`${hold} text-warn`}><TriangleAlert size={15} aria-hidden className="shrink-0" /><span className="truncate">{t.savedButRows}</span></span>
  return <span role="status" className={`${hold} shrink-0 whitespace-nowrap text-text-2 max-sm:sr-only`}><span>{draft.saving === 'saving' || rows ? t.saving : fill(t.savedAt, { time })}</span></span>
}
