import { Link } from 'wouter'
import type { Schemas } from '../api/client'
import { usePlural } from '../words/phrase'
import { useWords } from './words'

/** Stays lists the flows whose own documents hold a person, and where in them. */
export function Stays({ flows }: { flows: Schemas['FlowHolding'][] }) {
  const t = useWords()
  const plural = usePlural()
  const places = (f: Schemas['FlowHolding']) => [
    f.draft && t.inDraft,
    f.tests.length > 0 && plural(t, 'inTests', f.tests.length, { which: f.tests.map((n) => n + 1).join(', ') }),
    f.undo && t.inUndo,
    f.revisions.length > 0 && plural(t, 'inRevisions', f.revisions.length, { which: f.revisions.join(', ') }),
  ].filter(Boolean).join(' · ')
  if (flows.length === 0) return null
  return (
    <section className="my-4">
      <h3 className="font-semibold">{t.flowsHold}</h3>
      <p className="text-text-2">{t.flowsHoldHelp}</p>
      <ul aria-label={t.flowsHold} className="mt-2 divide-y divide-line rounded-lg border border-line">
        {flows.map((f) => (
          <li key={f.flow} className="px-3 py-2">
            <Link href={`/flows/${f.flow}`} className="font-medium hover:underline">{f.flow_name}</Link>
            <p className="text-secondary text-text-2">{places(f)}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}
