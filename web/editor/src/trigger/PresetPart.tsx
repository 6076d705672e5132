import { ExternalLink, ShieldCheck } from 'lucide-react'
import type { Schemas } from '../api/client'
import { Combo } from '../fields/Combo'
import { fill } from '../words/phrase'
import { useSay } from '../words'
import { useWords } from './words'

type PresetProps = { presets: Schemas['PresetView'][]; value: string | undefined; set: (preset: string | undefined) => void }

/** PresetPart chooses whose webhooks these are, and says what to do there. */
export function PresetPart({ presets, value, set }: PresetProps) {
  const t = useWords()
  const say = useSay()
  const chosen = presets.find((p) => p.id === value)
  const options = [{ value: '-', label: t.providerNone, hint: '', words: '' }, ...presets.filter((p) => p.id !== 'generic').map((p) => ({ value: p.id, label: say(p.name), hint: '', words: `${p.name.en} ${p.name['pt-BR']} ${p.events.map((e) => `${e.label.en} ${e.label['pt-BR']}`).join(' ')}` }))]
  const called = { name: chosen ? say(chosen.name) : '', article: chosen?.article ?? '' }
  return (
    <div data-field="preset" className="min-w-0">
      <label id="preset-label" htmlFor="preset-control" className="mb-1 block font-medium">{t.provider}</label>
      <Combo id="preset-control" labelledBy="preset-label" options={options} value={value ?? '-'} set={(v) => set(v === '-' || v === '' ? undefined : v)} placeholder={t.providerSearch} />
      {chosen && (
        <div className="mt-2 rounded-lg bg-sunken p-3 text-secondary">
          <p className="font-medium">{fill(t.setupOf, called)}</p>
          <p className="mt-0.5 break-words text-text-2">{say(chosen.setup)}</p>
          {chosen.hydrate && <p className="mt-1 break-words text-text-2">{fill(t.fetches, called)}</p>}
          <p className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-meta">
            {chosen.verified && <span className="inline-flex items-center gap-1 text-text-2"><ShieldCheck size={14} aria-hidden />{t.verified}</span>}
            {chosen.docs && <a href={chosen.docs} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1 text-accent underline"><ExternalLink size={13} aria-hidden />{fill(t.documentation, called)}</a>}
          </p>
        </div>
      )}
    </div>
  )
}
