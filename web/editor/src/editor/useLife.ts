import { useMutation } from '@tanstack/react-query'
import { CirclePause, CirclePlay, Power } from 'lucide-react'
import { api, take } from '../api/client'
import type { MenuItem } from '../ui/Menu'
import { toast } from '../ui/Toast'
import type { DraftHook } from './useDraft'
import { useWords } from './words'

type Way = '/flows/{id}/pause' | '/flows/{id}/resume' | '/flows/{id}/off'

/** useLifeItems are the ways to pause, resume and switch off a flow that is published. */
export function useLifeItems({ draft, view, flow }: DraftHook): MenuItem[] {
  const t = useWords()
  const life = useMutation({
    mutationFn: (to: Way) => take(api.POST(to, { params: { path: { id: flow.id } } })),
    onSuccess: draft.settle,
    onError: (e) => toast(e.message, 'fail'),
  })
  if (view.published_rev === 0) return []
  const on: MenuItem = { id: 'resume', label: view.state === 'off' ? t.turnOn : t.resume, icon: CirclePlay, run: () => life.mutate('/flows/{id}/resume') }
  const pause: MenuItem = { id: 'pause', label: t.pause, icon: CirclePause, run: () => life.mutate('/flows/{id}/pause') }
  const off: MenuItem = { id: 'off', label: t.off, icon: Power, danger: true, run: () => life.mutate('/flows/{id}/off') }
  return view.state === 'on' ? [pause, off] : view.state === 'paused' ? [on, off] : [on]
}
