import { Cable, Globe, IdCard, KeyRound, Link2, Mail, ShieldCheck, Signature, Tag, Webhook } from 'lucide-react'
import type { Schemas } from '../api/client'
import { Mark } from '../ui/Mark'

type Kind = Pick<Schemas['KindView'], 'title' | 'mark'>

/** markOf is the mark of a kind; a webhook's secret has that of its service. */
export const markOf = (kind: Kind | undefined, kinds: Kind[]) => kind && (kind.mark ?? kinds.find((k) => k.mark && kind.title.en.startsWith(k.title.en.split(': ')[0] ?? ''))?.mark)

/** signs draw what a connection of no service holds: how it proves who calls. */
const signs: Record<string, typeof Cable> = {
  HTTP: Globe, http_bearer: KeyRound, http_header: Tag, http_query: Link2, http_basic: IdCard, oauth2: ShieldCheck, hmac: Signature, smtp: Mail, 'generic:webhook': Webhook,
}

/** Tile is a service's mark on its colour; of what is no service, a sign of its kind. */
export function Tile({ kind, mark }: { kind: string; mark?: Schemas['Mark'] }) {
  const Sign = signs[kind] ?? Cable
  return <span aria-hidden className="relative grid size-9 shrink-0 place-items-center rounded-lg bg-accent-soft text-accent">{mark ? <Mark mark={mark} size={20} /> : <Sign size={18} strokeWidth={1.75} />}</span>
}
