import { Check, CircleDashed, CircleHelp, CircleSlash, Copy, Funnel, Hourglass, LoaderCircle, RotateCw, TriangleAlert } from 'lucide-react'
import { Badge } from './Badge'
import { useWords } from './statusWords'

const icons = {
  succeeded: [Check, 'ok'], failed: [TriangleAlert, 'fail'], filtered: [Funnel, 'none'], waiting: [Hourglass, 'wait'], running: [LoaderCircle, 'accent'], retrying: [RotateCw, 'wait'], refused: [TriangleAlert, 'warn'], pending: [CircleDashed, 'none'],
  unknown: [CircleHelp, 'warn'], canceled: [CircleSlash, 'none'], skipped: [CircleSlash, 'none'], duplicate: [Copy, 'none'], accepted: [Check, 'ok'], rejected: [TriangleAlert, 'fail'], captured: [Check, 'accent'],
} as const

type Known = keyof typeof icons

const isStatus = (text: string): text is Known => text in icons

/** standOf is the state of a run, told apart where it waits because something went wrong. */
export const standOf = (run: { status: string; waiting_for?: string; error?: unknown }) => (run.status !== 'waiting' || !run.error ? run.status : run.waiting_for === 'connection' ? 'refused' : 'retrying')

/** useStatusWord gives the word of a state of a run or step, or of an event: Portuguese tells them apart. */
export function useStatusWord(event = false) {
  const t = useWords()
  return (of: string) => {
    if (!isStatus(of)) return of
    if (of === 'duplicate') return event ? t.duplicateEvent : t.duplicateStatus
    return of === 'filtered' && event ? t.filteredEvent : t[of]
  }
}

/** Status says a state by icon and word, of several things by one that is given; colour only repeats it, and is left out of what is over and done with. */
export function Status({ of, event, over = false, said }: { of: string; event?: boolean; over?: boolean; said?: string }) {
  const word = useStatusWord(event)
  if (!isStatus(of)) return <Badge>{of}</Badge>
  const [Icon, tone] = icons[of]
  return (
    <Badge tone={over ? 'none' : tone}>
      <Icon size={13} aria-hidden className={`shrink-0 ${of === 'running' ? 'animate-spin' : ''}`} /> {said ?? word(of)}
    </Badge>
  )
}
