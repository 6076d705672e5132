import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CirclePause, CirclePlay, Play, Power } from 'lucide-react'
import { api, take } from '../api/client'
import type { MenuItem } from '../ui/Menu'
import { later, toast } from '../ui/Toast'
import { toldOf } from '../flows/lifeWords'
import { useLang } from '../words'
import type { DraftHook } from './useDraft'
import { useFlowStats } from './useFlowStats'
import { useWords } from './words'

const ways = { pause: '/flows/{id}/pause', resume: '/flows/{id}/resume', off: '/flows/{id}/off' } as const
type Life = keyof typeof ways

/** useRunNow starts a published flow that waits for no sender, as its time would; undefined where it may not. */
export function useRunNow({ view, flow }: Pick<DraftHook, 'view' | 'flow'>) {
  const t = useWords()
  const queries = useQueryClient()
  const run = useMutation({
    mutationFn: () => take(api.POST('/flows/{id}/events', { params: { path: { id: flow.id } }, body: {} })),
    onSuccess: () => {
      toast(t.ranNow)
      void queries.invalidateQueries({ queryKey: ['samples', flow.id] })
    },
    onError: (e) => toast(e.message, 'fail'),
  })
  return view.state === 'on' && ['schedule', 'manual'].includes(flow.trigger.kind) ? { busy: run.isPending, start: () => run.mutate() } : undefined
}

/** useLifeItems are the ways to run, pause, resume and switch off a flow that is published. */
export function useLifeItems(hook: DraftHook): MenuItem[] {
  const { draft, view, flow } = hook
  const now = useRunNow(hook)
  const t = useWords()
  const { lang } = useLang()
  const stats = useFlowStats(flow.id)
  const life = useMutation({
    mutationFn: ({ to }: { to: Life; back?: Life }) => take(api.POST(ways[to], { params: { path: { id: flow.id } } })),
    onSuccess: (now, { to, back }) => {
      draft.settle(now)
      const told = toldOf(lang, to, flow.name || flow.id, (stats?.waiting ?? 0) + (stats?.pending ?? 0))
      if (to === 'pause') toast(told)
      if (back) later(told, () => undefined, () => life.mutate({ to: back }))
    },
    onError: (e) => toast(e.message, 'fail'),
  })
  if (view.published_rev === 0) return []
  const on: MenuItem = { id: 'resume', label: view.state === 'off' ? t.turnOn : t.resume, icon: CirclePlay, run: () => life.mutate({ to: 'resume' }) }
  const pause: MenuItem = { id: 'pause', label: t.pause, icon: CirclePause, run: () => life.mutate({ to: 'pause' }) }
  const off: MenuItem = { id: 'off', label: t.off, icon: Power, danger: true, run: () => life.mutate({ to: 'off', back: view.state === 'paused' ? 'pause' : 'resume' }) }
  return view.state === 'on' ? [...(now ? [{ id: 'run', label: t.runNow, icon: Play, run: now.start }] : []), pause, off] : view.state === 'paused' ? [on, off] : [on]
}
