import { useState } from 'react'
import { ChevronLeft } from 'lucide-react'
import type { Schemas } from '../api/client'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { toast } from '../ui/Toast'
import { useSay } from '../words'
import { usePlural } from '../words/phrase'
import { ConnectionForm } from './ConnectionForm'
import { type Service, Services, servicesOf, Ways } from './Kinds'
import { useWords } from './words'

type Kind = Schemas['KindView']
type Connection = Schemas['ConnectionView']
type DialogProps = { before?: Connection; name?: string; wanted?: string[]; kinds: Kind[]; close: () => void }

/** ConnectionDialog chooses a service and takes what signs in there. */
export function ConnectionDialog({ before, name, wanted, kinds, close }: DialogProps) {
  const t = useWords()
  const say = useSay()
  const plural = usePlural()
  const fits = (k: Kind) => !wanted || wanted.length === 0 || wanted.some((w) => w === k.kind || (w.endsWith(':*') && k.kind.startsWith(w.slice(0, -1))))
  const offered = kinds.filter(fits)
  const only = offered.length === 1 ? offered[0] : undefined
  const [chosen, choose] = useState<Kind | undefined>(before ? kinds.find((k) => k.kind === before.kind) : only)
  const services = servicesOf(offered.length > 0 ? offered : kinds)
  const [service, open] = useState<Service | undefined>(services.length === 1 ? services[0] : undefined)
  const done = (name: string, tried?: Schemas['TestConnectionOutputBody'], goesOn = 0) => {
    close()
    if (tried || goesOn > 0) toast([name, tried?.detail, tried?.account, goesOn > 0 && plural(t, 'goOn', goesOn)].filter(Boolean).join(' · '))
  }
  if (!chosen && service) return <Dialog key={service.id} title={say(service.title)} help={t.whichWay} close={close}><Ways service={service} choose={choose} back={services.length > 1 ? () => open(undefined) : undefined} /></Dialog>
  if (!chosen) return <Dialog tall title={t.which} close={close}><Services services={services} choose={choose} open={open} /></Dialog>
  return (
    <Dialog title={before ? before.name : say(chosen.title)} help={before ? say(chosen.title) : undefined} close={close}>
      {!before && !only && <Button size="small" look="quiet" className="mb-3 -ml-2" onClick={() => choose(undefined)}><ChevronLeft size={15} aria-hidden />{service ? say(service.title) : t.others}</Button>}
      <ConnectionForm key={chosen.kind} className="bg-surface [--side:20px] [--foot:12px] [--pin:12px]" kinds={[chosen]} before={before} name={name} close={close} made={done} />
    </Dialog>
  )
}
