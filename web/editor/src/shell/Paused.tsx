import { Radio } from 'lucide-react'
import { useWords } from './words'

/** Paused says that the page does not hear of what happens; it is fetched while the server is still there. */
export function Paused() {
  const t = useWords()
  return <span role="status" data-tip={t.livePausedHelp} className="inline-flex items-center gap-1.5 rounded-full bg-warn-soft px-2.5 py-1 text-meta font-medium whitespace-nowrap text-warn"><Radio size={13} aria-hidden /> {t.livePaused}</span>
}
