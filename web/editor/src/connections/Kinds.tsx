import { useState } from 'react'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { Schemas } from '../api/client'
import { Badge } from '../ui/Badge'
import { Button } from '../ui/Button'
import { SearchInput } from '../ui/Input'
import { sentence } from '../ui/states'
import { useSay } from '../words'
import { plainText } from '../words/format'
import { fill } from '../words/phrase'
import { markOf, Tile } from './Tile'
import { useWords } from './words'

type Kind = Schemas['KindView']
type Words = Kind['title']

/** Service is what one signs in at, with the kinds of connection that do it. */
export type Service = { id: string; title: Words; kinds: Kind[] }

/** proves says that a kind proves the sender of a trigger's events, and does nothing else. */
const proves = (kind: Kind) => kind.kind.endsWith(':webhook')

const before = (text: string) => text.split(': ')[0] ?? text
const behind = (text: string) => text.split(': ').slice(1).join(': ')

/** servicesOf puts the kinds of each service together, those that act there first. */
export function servicesOf(kinds: Kind[]): Service[] {
  const services = new Map<string, Service>()
  for (const k of [...kinds].sort((a, b) => Number(proves(a)) - Number(proves(b)))) {
    const id = k.kind.includes(':') ? k.kind.split(':')[0] ?? k.kind : before(k.title.en)
    const service = services.get(id) ?? { id, title: { en: before(k.title.en), 'pt-BR': before(k.title['pt-BR']) }, kinds: [] }
    services.set(id, { ...service, kinds: [...service.kinds, k] })
  }
  return [...services.values()]
}

const row = 'flex w-full items-center gap-3 rounded-xl border border-transparent p-2 text-left transition-colors duration-120 hover:border-line hover:bg-sunken'

/** Services are what one may sign in at, one a row; where there are several ways in, the next question is which. */
export function Services({ services, choose, open }: { services: Service[]; choose: (kind: Kind) => void; open: (service: Service) => void }) {
  const t = useWords()
  const say = useSay()
  const [q, setQ] = useState('')
  const names = (s: Service) => plainText(s.kinds.map((k) => `${k.title.en} ${k.title['pt-BR']} ${k.kind}`).join(' '))
  const found = services.filter((s) => names(s).includes(plainText(q))).sort((a, b) => say(a.title).localeCompare(say(b.title)))
  return (
    <div className="pb-2">
      <SearchInput label={t.findKind} value={q} set={setQ} data-first="" className="mb-3 w-full" />
      <ul className="grid gap-1 sm:grid-cols-2">
        {found.map((s) => {
          const [first] = s.kinds
          const how = s.kinds.length > 1 ? fill(t.ways, { n: s.kinds.length }) : sentence(behind(say(first?.title ?? s.title)))
          return (
            <li key={s.id}>
              <button type="button" onClick={() => (s.kinds.length > 1 || !first ? open(s) : choose(first))} className={row}>
                <Tile kind={s.kinds.length > 1 || !first ? s.id : first.kind} mark={markOf(first, s.kinds)} />
                <span className="min-w-0 flex-1"><span className="block font-medium break-words">{say(s.title)}</span>{how && <span className="block text-secondary break-words text-text-2">{how}</span>}</span>
                {s.kinds.length > 1 && <ChevronRight size={16} aria-hidden className="shrink-0 text-text-3" />}
              </button>
            </li>
          )
        })}
      </ul>
      {found.length === 0 && <p className="p-3 text-text-2">{t.noMatch}</p>}
    </div>
  )
}

/** Ways are the kinds of connection of one service, each with what it is for. */
export function Ways({ service, choose, back }: { service: Service; choose: (kind: Kind) => void; back?: () => void }) {
  const t = useWords()
  const say = useSay()
  const either = service.kinds.some(proves)
  const usual = service.kinds.filter((k) => !proves(k)).length > 1 ? service.kinds[0] : undefined
  const purpose = (k: Kind) => (proves(k) ? t.forTriggers : k.for ? say(k.for) : either ? fill(t.forSteps, { name: say(service.title) }) : k.help && say(k.help))
  return (
    <div className="pb-2">
      {back && <Button size="small" look="quiet" className="mb-2 -ml-2" onClick={back}><ChevronLeft size={15} aria-hidden />{t.others}</Button>}
      <ul className="grid gap-1">
        {service.kinds.map((k, i) => (
          <li key={k.kind}>
            <button type="button" {...(i === 0 && { 'data-first': '' })} onClick={() => choose(k)} className={row}>
              <Tile kind={k.kind} mark={markOf(k, service.kinds)} />
              <span className="min-w-0 flex-1"><span className="block font-medium break-words">{sentence(behind(say(k.title)) || say(k.title))}{k === usual && <> <Badge tone="accent">{t.usual}</Badge></>}</span>{purpose(k) && <span className="block text-secondary break-words text-text-2">{purpose(k)}</span>}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
