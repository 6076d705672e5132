import { useState } from 'react'
import { ChevronLeft } from 'lucide-react'
import type { Schemas } from '../api/client'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { SearchInput } from '../ui/Input'
import { sentence } from '../ui/states'
import { toast } from '../ui/Toast'
import { useSay } from '../words'
import { plainText } from '../words/format'
import { ConnectionForm } from './ConnectionForm'
import { markOf, Tile } from './Tile'
import { useWords } from './words'

type Kind = Schemas['KindView']
type Connection = Schemas['ConnectionView']
type DialogProps = { before?: Connection; name?: string; wanted?: string[]; kinds: Kind[]; close: () => void }

/** ConnectionDialog chooses a service and takes what signs in there. */
export function ConnectionDialog({ before, name, wanted, kinds, close }: DialogProps) {
  const t = useWords()
  const say = useSay()
  const fits = (k: Kind) => !wanted || wanted.length === 0 || wanted.some((w) => w === k.kind || (w.endsWith(':*') && k.kind.startsWith(w.slice(0, -1))))
  const offered = kinds.filter(fits)
  const only = offered.length === 1 ? offered[0] : undefined
  const [chosen, choose] = useState<Kind | undefined>(before ? kinds.find((k) => k.kind === before.kind) : only)
  const done = (name: string, tried?: Schemas['TestConnectionOutputBody']) => {
    close()
    if (tried) toast([name, tried.detail, tried.account].filter(Boolean).join(' · '))
  }
  if (!chosen) return <Dialog title={t.which} close={close}><Kinds kinds={offered.length > 0 ? offered : kinds} choose={choose} /></Dialog>
  return (
    <Dialog title={before ? before.name : say(chosen.title)} help={before ? say(chosen.title) : undefined} close={close}>
      {!before && !only && <Button size="small" look="quiet" className="mb-3 -ml-2" onClick={() => choose(undefined)}><ChevronLeft size={15} aria-hidden />{t.others}</Button>}
      <ConnectionForm key={chosen.kind} className="bg-surface [--side:20px] [--foot:12px] [--pin:12px]" kinds={[chosen]} before={before} name={name} close={close} made={done} />
    </Dialog>
  )
}

function Kinds({ kinds, choose }: { kinds: Kind[]; choose: (kind: Kind) => void }) {
  const t = useWords()
  const say = useSay()
  const [q, setQ] = useState('')
  const found = kinds.filter((k) => plainText(`${k.title.en} ${k.title['pt-BR']} ${k.kind}`).includes(plainText(q))).sort((a, b) => say(a.title).localeCompare(say(b.title)))
  return (
    <div className="pb-2">
      <SearchInput label={t.findKind} value={q} set={setQ} data-first="" className="mb-3 w-full" />
      <ul className="grid gap-1 sm:grid-cols-2">
        {found.map((k) => (
          <li key={k.kind}>
            <button type="button" onClick={() => choose(k)} className="flex w-full items-center gap-3 rounded-xl border border-transparent p-2 text-left transition-colors duration-120 hover:border-line hover:bg-sunken">
              <Tile title={say(k.title)} mark={markOf(k, kinds)} /><KindName title={say(k.title)} />
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="p-3 text-text-2">{t.noMatch}</p>}
    </div>
  )
}

/** KindName is a service, and below it what signs in there: "Asaas: API key" on two lines. */
function KindName({ title }: { title: string }) {
  const [service = '', ...how] = title.split(': ')
  return <span className="min-w-0"><span className="block font-medium break-words">{service}</span>{how.length > 0 && <span className="block text-secondary break-words text-text-2">{sentence(how.join(': '))}</span>}</span>
}
