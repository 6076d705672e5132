import { type FormEvent, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Barcode, BarChart3, ChevronRight, CircleDollarSign, FilePlus2, Gem, type LucideIcon, MessageCircleHeart, PackageOpen, QrCode, ShoppingCart, Undo2, UserPlus, Workflow } from 'lucide-react'
import { useLocation } from 'wouter'
import { api, take } from '../../api/client'
import { whole } from '../../api/whole'
import { type Flow, documentOf, idOf } from '../../flow'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Field } from '../../ui/Field'
import { inputLook } from '../../ui/Input'
import { Card } from '../../ui/Page'
import { Problem } from '../../ui/states'
import { Tight } from '../../ui/Tight'
import { useLang } from '../../words'
import { fill } from '../../words/phrase'
import { useWords } from './words'
import { Report } from './Report'
import { type Bundle, needs } from './read'
import { PasteBox } from './PasteBox'

const icons: LucideIcon[] = [CircleDollarSign, ShoppingCart, UserPlus, QrCode, Undo2, BarChart3, Barcode, Gem, PackageOpen, MessageCircleHeart]

/** atFirst is how many starters are seen before more are asked for. */
const atFirst = 6

/** StartDialog is Start over a list that has flows already. */
export function StartDialog({ close }: { close: () => void }) {
  const t = useWords()
  return <Dialog title={t.newFlow} size="wide" close={close}><Ways /></Dialog>
}

/** Start is what an empty house shows: ways to the first flow. */
export function Start() {
  const t = useWords()
  return (
    <div className="pt-4">
      <h2 className="text-display font-semibold text-balance">{t.noFlows}</h2>
      <p className="mt-1 mb-7 max-w-xl text-pretty text-text-2">{t.noFlowsHelp}</p>
      <Ways />
    </div>
  )
}

function Ways() {
  const t = useWords()
  const [bundle, setBundle] = useState<Bundle | null>(null)
  const [text, setText] = useState('') // it stays when what was read is not what was meant
  if (bundle) return <Report bundle={bundle} back={() => setBundle(null)} />
  return (
    <div className="space-y-7 pb-3">
      <Blank />
      <Starters />
      <section>
        <h3 className="text-title font-semibold">{t.paste}</h3>
        <p className="mb-3 text-text-2">{t.pasteHelp}</p>
        <PasteBox text={text} setText={setText} found={setBundle} />
      </section>
    </div>
  )
}

/** useCreate makes a flow under a name that is free, and opens it. */
function useCreate() {
  const queries = useQueryClient()
  const [, go] = useLocation()
  return useMutation({
    mutationFn: async (flow: Flow) => {
      const { items } = await whole((query) => take(api.GET('/flows', { params: { query } })))
      let { id } = flow
      for (let n = 2; items.some((f) => f.id === id); n++) id = `${flow.id}-${n}`
      return take(api.POST('/flows', { body: { ...flow, id } }))
    },
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ['flows'] })
      go(`/flows/${documentOf(made).id}`, { state: { made: true } })
    },
  })
}

function Blank() {
  const t = useWords()
  const [name, setName] = useState('')
  const make = useCreate()
  const submit = (e: FormEvent) => {
    e.preventDefault()
    make.mutate({ id: idOf(name), name, trigger: { kind: 'webhook' }, steps: [] })
  }
  return (
    <section>
      <h3 className="text-title font-semibold">{t.blank}</h3>
      <form onSubmit={submit} className="mt-2 flex flex-wrap items-end gap-2">
        <div className="min-w-56 flex-1"><Field label={t.flowName}><input className={inputLook} autoFocus data-first required maxLength={120} value={name} onChange={(e) => setName(e.target.value)} /></Field></div>
        <Button type="submit" look="primary" busy={make.isPending}><FilePlus2 size={16} aria-hidden />{t.create}</Button>
      </form>
      {make.error && <Problem error={make.error} />}
    </section>
  )
}

const load = { en: () => import('./../starters/en.json'), 'pt-BR': () => import('./../starters/pt-BR.json') }

function Starters() {
  const t = useWords()
  const { lang } = useLang()
  const { data } = useQuery({ queryKey: ['starters', lang], staleTime: Infinity, queryFn: async () => (await load[lang]()).default as unknown as { flows: Flow[] } })
  const make = useCreate()
  const [all, setAll] = useState(false)
  const flows = data?.flows ?? []
  return (
    <section>
      <h3 className="text-title font-semibold">{t.starters}</h3>
      <p className="mb-3 text-text-2">{t.startersHelp}</p>
      {make.error && <Problem error={make.error} />}
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {(all ? flows : flows.slice(0, atFirst)).map((flow, i) => <li key={flow.id} className="flex"><Starter flow={flow} icon={icons[i] ?? Workflow} busy={make.isPending} use={() => make.mutate(flow)} /></li>)}
      </ul>
      {!all && flows.length > atFirst && <Button look="quiet" className="mt-2 -ml-2.5" onClick={() => setAll(true)}><ChevronRight size={16} aria-hidden />{fill(t.moreStarters, { n: flows.length - atFirst })}</Button>}
    </section>
  )
}

/** called is the service that a connection of a starter is for. */
const called = (t: ReturnType<typeof useWords>, name: string) => ({ hotmart: 'Hotmart', 'rd-station': 'RD Station', 'team-slack': 'Slack', woovi: 'Woovi', kiwify: 'Kiwify', pagarme: 'Pagar.me', shopify: 'Shopify', woocommerce: 'WooCommerce', mail: t.ownMail, shop: t.ownShop })[name] ?? name

function Starter({ flow, icon: Icon, busy, use }: { flow: Flow; icon: LucideIcon; busy: boolean; use: () => void }) {
  const t = useWords()
  return (
    <Card className="flex w-full transition-colors duration-120 hover:border-accent">
      <button type="button" disabled={busy} onClick={use} className="flex w-full gap-3 rounded-xl p-4 text-left">
        <span className="grid size-9 shrink-0 place-items-center rounded-lg bg-accent-soft text-accent"><Icon size={18} strokeWidth={1.75} aria-hidden /></span>
        <span className="min-w-0">
          <span className="block font-semibold">{flow.name}</span>
          <span className="mt-0.5 block text-secondary text-text-2"><Tight text={flow.description ?? ''} /></span>
          <span className="mt-1.5 block text-meta text-text-3">{fill(t.startsWith, { names: needs([flow]).connections.map((name) => called(t, name)).join(' · ') })}</span>
          <span className="sr-only">{t.makeIt}</span>
        </span>
      </button>
    </Card>
  )
}
