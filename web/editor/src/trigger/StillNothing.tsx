import { useEffect, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { Link } from 'wouter'
import { api, take } from '../api/client'
import { makeWords } from '../words'
import { useFormat } from '../words/format'
import { fill } from '../words/phrase'

const en = {
  refused: 'A delivery came at {time} and was refused: {why}.',
  seeRefused: 'See what came',
  nothingYet: 'Still nothing? Look at these:',
  saved: 'Is the whole address saved there, and is the event that you wait for chosen?',
  happens: 'Most tools send only when something happens: make a test purchase, fill in the form, or press their own test button.',
  reached: 'Can they reach it? Open the address on a phone without Wi-Fi: Gancho answers that the method is not accepted. If nothing answers, the server is not open to the internet.',
}

const pt: typeof en = {
  refused: 'Uma entrega chegou às {time} e foi recusada: {why}.',
  seeRefused: 'Ver o que chegou',
  nothingYet: 'Ainda nada? Confira:',
  saved: 'O endereço inteiro está salvo lá, e o evento que você espera está marcado?',
  happens: 'A maioria das ferramentas só envia quando algo acontece: faça uma compra de teste, preencha o formulário ou use o botão de teste delas.',
  reached: 'Elas alcançam este endereço? Abra-o em um celular sem Wi-Fi: o Gancho responde que o método não é aceito. Se nada responder, o servidor não está aberto para a internet.',
}

const useWords = makeWords(en, pt)

/** patience is how long one waits for a first event before it is time to look for the reason. */
const patience = 2 * 60_000

/** StillNothing says what keeps a first event away: that one was refused, at once; what to look at, when none comes for minutes, but on a card. */
export function StillNothing({ flow, card = false }: { flow: string; card?: boolean }) {
  const t = useWords()
  const format = useFormat()
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patience)
    return () => clearTimeout(timer)
  }, [])
  const refused = useQuery({ queryKey: ['samples', flow, 'refused'], queryFn: () => take(api.GET('/events', { params: { query: { flow, status: 'rejected', limit: 1 } } })) }).data?.items[0]
  if (refused) return <p className={`mt-2 flex items-start gap-1.5 text-secondary text-warn ${card ? '' : 'rounded-lg bg-warn-soft p-3'}`}><TriangleAlert size={15} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0" /><span className="min-w-0 break-words">{fill(t.refused, { time: format.clock(refused.at), why: refused.reason ?? '' })} <Link href={`/events?flow=${flow}`} tabIndex={card ? -1 : undefined} className="underline underline-offset-2">{t.seeRefused}</Link></span></p>
  if (!late || card) return null
  return (
    <div className="mt-2 rounded-lg bg-sunken p-3 text-secondary">
      <p className="font-medium">{t.nothingYet}</p>
      <ul className="mt-1 list-disc space-y-1 pl-5 text-text-2"><li>{t.saved}</li><li>{t.happens}</li><li>{t.reached}</li></ul>
    </div>
  )
}
