import { RotateCw } from 'lucide-react'
import { Button } from '../ui/Button'
import { useWords } from './overWords'

/** Updated says that the program is newer than the page. */
export function Updated() {
  const t = useWords()
  return <p role="status" className="flex flex-wrap items-center justify-center gap-3 bg-warn-soft px-4 py-2 text-warn"><RotateCw size={16} aria-hidden />{t.updated}. {t.updatedHelp}<Button size="small" onClick={() => location.reload()}>{t.reloadNow}</Button></p>
}
