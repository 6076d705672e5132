import { Suspense } from 'react'
import { CirclePause, Power, Send } from 'lucide-react'
import { Link } from 'wouter'
import type { Schemas } from '../api/client'
import { useSamples } from '../api/hooks'
import type { Flow } from '../flow'
import { TriggerCard } from '../tree/TriggerCard'
import { Badge, Button } from '../ui/basics'
import { CopyField } from '../ui/Copy'
import { soon } from '../ui/soon'
import { useSay } from '../words'
import { IsOff, OnlyHere } from '../trigger/AddressNotes'
import { isUnsigned, useSample } from '../trigger/useSample'
import { usePlural } from '../words/phrase'
import { useFlowStats } from './useFlowStats'
import { usePlan } from './usePlan'
import { useWords } from './words'

const StillNothing = soon(() => import('../trigger/StillNothing').then((m) => m.StillNothing))

type Props = { flow: Flow; view: Schemas['FlowView']; triggers: Schemas['TriggerView'][]; preset?: Schemas['PresetView']; choose?: (field: string) => void }

/** EditorTrigger is the trigger with its URL, lit until the first event has come. The URL box is for eye and hand: keys copy it with Ctrl+C on the row, ears find it in the panel. */
export function EditorTrigger({ flow, view, triggers, preset, choose }: Props) {
  const t = useWords()
  const say = useSay()
  const kind = triggers.find((k) => k.kind === flow.trigger.kind)
  const title = preset ? say(preset.name) : kind ? say(kind.title) : flow.trigger.kind
  const plan = usePlan(flow)
  const samples = useSamples(flow.id)
  const refused = useFlowStats(flow.id)?.rejected ?? 0
  const waiting = view.url !== undefined && samples.data?.items.length === 0
  return (
    <TriggerCard flow={flow} title={title} mark={preset?.id === 'generic' ? undefined : preset?.mark} badge={<TriggerState flow={flow} state={view.state} />}>
      {view.url && (
        <div aria-hidden onClick={(e) => e.stopPropagation()} className="mt-2">
          <CopyField text={view.url} label={t.copyURL} tabIndex={-1} />
        </div>
      )}
      {plan && <span className="mt-0.5 block text-secondary text-text-2">{[plan.text, plan.place].filter(Boolean).join(' · ')}</span>}
      {waiting && view.state === 'off' && <span aria-hidden onClick={(e) => e.stopPropagation()}><IsOff view={view} tabIndex={-1} /></span>}
      {waiting && view.state !== 'off' && <span className="mt-2 flex items-center gap-2 text-secondary text-text-2"><span aria-hidden className="size-2 rounded-full bg-accent motion-safe:animate-pulse" />{t.waitingEvent}</span>}
      {waiting && view.state !== 'off' && refused > 0 && <div onClick={(e) => e.stopPropagation()}><Suspense fallback={null}><StillNothing flow={flow.id} card /></Suspense></div>}
      {waiting && view.state !== 'off' && choose && flow.trigger.kind === 'webhook' && <FirstSteps flow={flow} view={view} preset={preset} choose={choose} />}
    </TriggerCard>
  )
}

/** FirstSteps are the ways to a first event, for eye and hand: keys and ears find them in the panel. */
function FirstSteps({ flow, view, preset, choose }: { flow: Flow; view: Schemas['FlowView']; preset?: Schemas['PresetView']; choose: (field: string) => void }) {
  const t = useWords()
  const named = preset?.id === 'generic' ? undefined : preset
  const send = useSample(flow.id, view.draft_rev, '')
  const link = 'min-h-6 text-left font-medium text-accent hover:underline'
  return (
    <span aria-hidden onClick={(e) => e.stopPropagation()} className="mt-1 block text-secondary text-text-2">
      {view.url && <OnlyHere url={view.url} tabIndex={-1} />}
      {!named && <span className="block">{t.pasteThere} <button type="button" tabIndex={-1} onClick={() => choose('/trigger/with/preset')} className={link}>{t.chooseWhere}</button></span>}
      <Button tabIndex={-1} size="small" className="mt-2" busy={send.isPending} onClick={() => (isUnsigned(flow, named) ? choose('/trigger/connection') : send.mutate())}><Send size={14} strokeWidth={1.75} />{t.sendSample}</Button>
      {send.error && <span className="mt-1 block text-fail">{send.error.message}</span>}
    </span>
  )
}

function TriggerState({ flow, state }: { flow: Flow; state: Schemas['FlowView']['state'] }) {
  const t = useWords()
  const plural = usePlural()
  const stats = useFlowStats(flow.id)
  const n = stats ? stats.accepted - stats.replayed + stats.filtered + stats.duplicates + stats.captured : 0
  return (
    <>
      {n > 0 && <Link href={`/events?flow=${flow.id}`} tabIndex={-1} data-tip={t.events} onClick={(e) => e.stopPropagation()} className="finger inline-flex rounded-full hover:underline"><Badge tone="ok">{plural(t, 'eventsSeen', n)}</Badge></Link>}{' '}
      {state === 'paused' && <Badge tone="wait"><CirclePause size={13} aria-hidden />{t.statePaused}</Badge>}
      {state === 'off' && <Badge><Power size={13} aria-hidden />{t.stateOff}</Badge>}
      {state === 'on' && n === 0 && <Badge tone="ok">{t.stateOn}</Badge>}
      {state === 'new' && <Badge tone="accent">{t.stateNew}</Badge>}
    </>
  )
}
