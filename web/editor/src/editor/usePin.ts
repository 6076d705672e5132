import { useSamples } from '../api/hooks'
import { pinSample, usePinned } from '../data/pinned'
import { say } from '../tree/announce'
import { toast } from '../ui/Toast'
import type { EditorWords } from './words'

/** usePin pins the newest event as the sample that previews use, or lets it go again. */
export function usePin(flow: string, t: EditorWords) {
  const samples = useSamples(flow)
  const held = usePinned(flow)
  return () => {
    const newest = samples.data?.items[0]
    if (!newest) return toast(t.noEventYet, 'fail')
    const pinned = held === newest.id
    pinSample(flow, pinned ? null : newest.id)
    say(pinned ? t.unpinned : t.pinned)
    toast(pinned ? t.unpinned : t.pinned, 'ok', 'pin')
  }
}
