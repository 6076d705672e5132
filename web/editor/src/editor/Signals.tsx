import { useQuery } from '@tanstack/react-query'
import { Radio } from 'lucide-react'
import { api, take } from '../api/client'
import { whole } from '../api/whole'
import { useDesk } from '../data/desk'
import { read } from '../fields/formats'
import { parts } from '../fields/template'
import type { Flow, Step } from '../flow'
import { makeWords } from '../words'
import { fill } from '../words/phrase'

const en = {
  wait: 'The run goes on once another flow reaches a step “Send a signal” with the same name. Where the name holds data, as the number of an order, only the run of that order goes on.',
  signal: 'Runs that wait for a signal with the same name go on. Where the name holds data, as the number of an order, only the run of that order goes on.',
  sends: '{flow} sends',
  waits: '{flow} waits for',
  use: 'Use the name {name}',
  none: 'No other flow has a signal yet.',
}

const pt: typeof en = {
  wait: 'A execução continua quando outro fluxo chega a um passo “Enviar um sinal” com o mesmo nome. Se o nome tem dados, como o número de um pedido, só continua a execução desse pedido.',
  signal: 'As execuções que esperam por um sinal com o mesmo nome continuam. Se o nome tem dados, como o número de um pedido, só continua a execução desse pedido.',
  sends: '{flow} envia',
  waits: '{flow} espera por',
  use: 'Usar o nome {name}',
  none: 'Nenhum outro fluxo tem um sinal ainda.',
}

const useWords = makeWords(en, pt)

/** Signals says how a wait and what ends it find each other, and offers the names that other flows have. */
export function Signals({ flow, step, take: use }: { flow: Flow; step: Step; take: (name: string) => void }) {
  const t = useWords()
  const desk = useDesk()
  const list = useQuery({ queryKey: ['signals'], queryFn: () => whole((query) => take(api.GET('/signals', { params: { query } }))), staleTime: 5_000, retry: false })
  const all = (list.data?.items ?? []).filter((s) => s.flow !== flow.id && s.name !== step.with?.['signal'])
  const others = [...all].sort((a, b) => Number(a.action === step.action) - Number(b.action === step.action)).slice(0, 8)
  const said = (name: string) => parts(name).map((p) => (p.hole ? `[${desk.labelOf(read(p.text)?.path ?? p.text)}]` : p.text)).join('')
  return (
    <div className="text-meta text-text-3">
      <p>{step.action === 'wait' ? t.wait : t.signal}</p>
      {list.isSuccess && (others.length === 0 ? all.length === 0 && <p>{t.none}</p> : (
        <ul className="mt-1.5 flex flex-wrap gap-1.5">
          {others.map((s) => (
            <li key={`${s.flow} ${s.action} ${s.name}`} className="flex min-w-0 flex-wrap items-center gap-1.5">
              <span className="min-w-0 break-words">{fill(s.action === 'wait' ? t.waits : t.sends, { flow: s.called })}</span>
              <button type="button" aria-label={fill(t.use, { name: said(s.name) })} onClick={() => use(s.name)} className="inline-flex min-w-0 items-center gap-1 rounded-full border border-line bg-sunken px-2.5 py-0.5 text-text hover:border-accent pointer-coarse:min-h-11"><Radio size={13} aria-hidden className="shrink-0 text-accent" /><span className="truncate">{said(s.name)}</span></button>
            </li>
          ))}
        </ul>
      ))}
    </div>
  )
}
