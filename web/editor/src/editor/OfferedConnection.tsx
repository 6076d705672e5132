import { useState } from 'react'
import { KeyRound } from 'lucide-react'
import { useConnections, useKinds } from '../api/hooks'
import { dropOffer, offerFor } from '../api/curl'
import type { Flow, Step } from '../flow'
import { PanelConnection } from './PanelConnection'
import { useWords } from './panelWords'
import type { SetStep } from './StepPanel'

/** OfferedConnection makes a connection of the secret that a pasted command held: a flow never keeps one. */
export function OfferedConnection({ flow, step, set }: { flow: Flow; step: Step; set: SetStep }) {
  const t = useWords()
  const [, again] = useState(0)
  const kinds = useKinds()
  const offer = offerFor(flow.id, step.id)
  const there = useConnections().data?.items.some((c) => c.name === step.connection)
  if (!offer || there) return null
  const over = () => {
    dropOffer(flow.id, step.id)
    again((n) => n + 1)
  }
  return (
    <section aria-label={t.offered} data-field="connection" className="rounded-xl bg-warn-soft p-3">
      <p className="flex items-start gap-2 font-medium text-warn"><KeyRound size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0" />{t.offered}</p>
      <p className="mt-0.5 ml-6 text-secondary text-warn">{t.offeredHelp}</p>
      <PanelConnection kinds={(kinds.data?.items ?? []).filter((k) => k.kind === offer.kind)} name={step.connection} start={{ ...offer, fields: { ...offer.fields, ...offer.secrets } }} close={over} made={(name) => { set({ connection: name }); over() }} />
    </section>
  )
}
