import { Trash2 } from 'lucide-react'
import { useSamples } from '../api/hooks'
import { say } from '../tree/announce'
import { Button, IconButton } from '../ui/basics'
import { later } from '../ui/Toast'
import { useTimes } from '../words'
import { fill } from '../words/phrase'
import { OwnTests } from './OwnTests'
import { Panel } from './Panel'
import type { DraftHook } from './useDraft'
import { useWords } from './words'

type Test = { name: string; event?: unknown; expect?: unknown }

/** TestsPanel holds the tests that travel with the flow. */
export function TestsPanel({ draft, close }: { draft: DraftHook; close: () => void }) {
  const t = useWords()
  const times = useTimes()
  const samples = useSamples(draft.flow.id)
  const newest = samples.data?.items[0]
  const edit = draft.draft.edit
  const tests = (draft.flow.tests ?? []) as Test[]
  const add = async () => {
    if (!newest?.trigger) return
    const { keptEvent, keptTitle } = await import('./savedTest')
    const test: Test = { name: keptTitle(newest.title ?? '', newest.trigger['body']) || fill(t.testNamed, { time: times(newest.at) }), event: keptEvent(newest.trigger), expect: { status: 'succeeded' } }
    edit((f) => ({ ...f, tests: [...(f.tests ?? []), test] }))
  }
  const drop = (at: number) => {
    const gone = tests[at]
    edit((f) => ({ ...f, tests: f.tests?.filter((_, i) => i !== at) }))
    const text = fill(t.removed, { name: gone?.name ?? '' })
    say(text)
    later(text, () => undefined, () => edit((f) => ({ ...f, tests: [...(f.tests ?? []).slice(0, at), gone, ...(f.tests ?? []).slice(at)] })))
  }
  return (
    <Panel title={t.tests} close={close} footer={<><Button disabled={!newest?.trigger} onClick={() => void add()}>{t.saveAsTest}</Button><p className="mt-1.5 text-meta text-text-3">{t.disguised}</p></>}>
      <div className="space-y-6">
        <OwnTests draft={draft} />
        <ul className="divide-y divide-line">
          {tests.map((test, i) => (
            <li key={i} className="flex items-center gap-2 py-1.5">
              <input aria-label={t.name} value={test.name} onChange={(e) => edit((f) => ({ ...f, tests: f.tests?.map((x, n) => (n === i ? { ...(x as Test), name: e.target.value } : x)) }))} className="min-w-0 flex-1 rounded-lg px-2 py-1 hover:bg-sunken" />
              <IconButton size="small" label={t.removeIt} onClick={() => drop(i)}><Trash2 size={15} aria-hidden /></IconButton>
            </li>
          ))}
        </ul>
        {!newest && tests.length === 0 && <p className="text-secondary text-text-2">{t.noEventYet}</p>}
      </div>
    </Panel>
  )
}
