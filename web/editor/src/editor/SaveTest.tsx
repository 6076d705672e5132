import { useMutation } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import { api, type Schemas, take } from '../api/client'
import type { Edit, Flow } from '../flow'
import { Button, Problem } from '../ui/basics'
import { toast } from '../ui/Toast'
import { fill } from '../words/phrase'
import { useWords } from './panelWords'

type FlowTest = { name: string; event?: unknown; expect?: unknown; mocks?: unknown }

const testsOf = (flow: Flow) => (flow.tests ?? []).filter((x): x is FlowTest => typeof x === 'object' && x !== null && 'name' in x)

function freshName(flow: Flow, name: string): string {
  const taken = new Set(testsOf(flow).map((x) => x.name))
  let out = name
  for (let n = 2; taken.has(out); n++) out = `${name} ${n}`
  return out
}

/** expected is what a run in memory came to, and each step. */
function expected(run: Schemas['RunView']) {
  const steps = Object.fromEntries((run.steps ?? []).filter((s) => s.status !== 'succeeded' || s.request).map((s) => [s.path, s.status]))
  return { status: run.status, ...(Object.keys(steps).length > 0 && { steps }) }
}

type SaveProps = { flow: Flow; edit: Edit; /** of a trial of a step, whose event may be a typed one */ run?: Schemas['RunView']; event?: Schemas['EventView'] }

/** SaveTest keeps an event and what the flow made of it, as a test that travels with the flow. */
export function SaveTest({ flow, edit, run, event }: SaveProps) {
  const t = useWords()
  const save = useMutation({
    mutationFn: async () => {
      const { keptEvent, keptTitle } = await import('./savedTest')
      const whole = await take(api.POST('/flows/{id}/test', { params: { path: { id: flow.id } }, body: { flow, ...(event && { event_id: event.id }) } }))
      const trigger = event?.trigger ?? run?.trigger ?? whole.trigger ?? {}
      const title = keptTitle(event?.title || whole.title || '', trigger['body'])
      return { name: freshName(flow, title || flow.name), event: keptEvent(trigger), expect: expected(whole) }
    },
    onSuccess: (test) => {
      const { name } = test
      edit((f) => ({ ...f, tests: [...(f.tests ?? []), test] }))
      toast(fill(t.savedTest, { name }))
    },
  })
  return (
    <div>
      <Button look="quiet" size="small" className="-ml-2.5" busy={save.isPending} onClick={() => save.mutate()}><FlaskConical size={15} strokeWidth={1.75} aria-hidden />{t.saveTest}</Button>
      {save.error && <Problem error={save.error} />}
    </div>
  )
}
