import { TriangleAlert } from 'lucide-react'
import { fill } from '../words/phrase'
import { useWords } from './words'

/** Unread tells above a list that it lacks what some files of the history hold. */
export function Unread({ pages = [] }: { pages?: readonly { unread?: string[] }[] }) {
  const t = useWords()
  const files = [...new Set(pages.flatMap((p) => p.unread ?? []))]
  if (files.length === 0) return null
  return (
    <div role="status" className="my-4 flex gap-3 rounded-xl bg-warn-soft p-4 text-warn">
      <TriangleAlert size={18} aria-hidden className="mt-px shrink-0" />
      <div className="min-w-0">
        <p className="font-medium">{t.unread}</p>
        <p className="mt-1 text-secondary break-words">{fill(t.unreadFiles, { files: files.join(', ') })}</p>
      </div>
    </div>
  )
}
