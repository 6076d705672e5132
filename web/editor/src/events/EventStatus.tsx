import { RotateCw } from 'lucide-react'
import type { Schemas } from '../api/client'
import { Badge } from '../ui/Badge'
import { Status } from '../ui/Status'
import { useWords } from './words'

/** EventStatus says what became of a delivery; one that a replay made is told apart from those that came. */
export function EventStatus({ event }: { event: Schemas['EventView'] }) {
  const t = useWords()
  return event.replay_of ? <Badge><RotateCw size={13} aria-hidden /> {t.replay}</Badge> : <Status event of={event.status} />
}
