import { TriangleAlert } from 'lucide-react'
import type { Schemas } from '../api/client'
import { fill, usePlural } from '../words/phrase'
import { testsPart } from './OwnTests'
import { useWords } from './publishWords'

/** Stopped says beside the button that the flow's own tests fail, and leads to what they say. */
export function Stopped({ tests = [] }: { tests?: Schemas['TestView'][] }) {
  const t = useWords()
  const plural = usePlural()
  const failed = tests.filter((x) => x.status !== 'passed')
  const show = () => {
    const part = document.getElementById(testsPart)
    part?.scrollIntoView({ block: 'start' })
    part?.focus({ preventScroll: true })
  }
  return (
    <div role="alert" className="mb-3 flex items-start gap-2 rounded-lg bg-fail-soft px-3 py-2 text-fail">
      <TriangleAlert size={16} aria-hidden className="mt-0.5 shrink-0" />
      <p className="line-clamp-3 min-w-0 flex-1 break-words">{failed.length > 0 ? plural(t, 'testsStop', failed.length) : t.testsRefused} {failed.map((x) => fill(t.quoted, { name: x.name })).join(', ')}</p>
      <button type="button" onClick={show} className="-my-0.5 min-h-6 shrink-0 font-medium underline underline-offset-2">{t.seeTests}</button>
    </div>
  )
}
