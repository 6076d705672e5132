import { TriangleAlert } from 'lucide-react'
import type { Schemas } from '../api/client'
import { Fixes } from '../fields/Fixes'
import type { Edit, Flow, Step } from '../flow'
import { Button } from '../ui/basics'
import { Ticked } from '../ui/Ticked'
import { fill } from '../words/phrase'
import { toldShort } from '../words/told'
import { useWords } from './panelWords'
import { nameOf } from './shownAt'
import type { SetStep } from './StepPanel'
import { useWords as useTabWords } from './tabWords'

type Props = { flow: Flow; edit: Edit; step: Step; problems: Schemas['ProblemView'][]; pointer: string; set: SetStep }

/** OtherProblems are those that no field of the form shows: of how the step is delivered, or of fields that it does not have. */
export function OtherProblems({ flow, edit, step, problems, pointer, set }: Props) {
  const t = useWords()
  const tab = useTabWords()
  const named: Record<string, string> = { '/delivery': tab.delivery, '/timeout': tab.timeout, '/on_error': tab.onError, '/missing': tab.missing, '/retry/attempts': tab.attempts, '/retry/first': tab.first, '/retry/factor': tab.factor, '/retry/max': tab.max }
  const ways = problems.map((p) => ({ p, way: p.path.slice(pointer.length) }))
  return (
    <ul className="space-y-2">
      {ways.map(({ p, way }) => (
        <li key={p.path + p.code} className={`rounded-lg p-3 text-secondary ${p.severity === 'error' ? 'bg-fail-soft text-fail' : 'bg-warn-soft text-warn'}`}>
          <p className="flex items-start gap-2"><TriangleAlert size={15} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0" /><span className="min-w-0 break-words">{named[way] && <b className="font-semibold">{named[way]}: </b>}<Ticked text={toldShort(p)} /></span></p>
          {way === ''
            ? <Fixes problem={p} value={flow} pointer={p.path} set={(next) => edit(next as Flow)} />
            : <Fixes problem={p} value={step} pointer={way} set={(next) => set(next as Partial<Step>)} />}
          {p.code === 'unknown_member' && way.startsWith('/with/') && <Button size="small" className="mt-2 ml-5" onClick={() => set((s) => ({ ...s, with: without(s.with, way) }))}>{fill(t.dropField, { name: nameOf(way) })}</Button>}
        </li>
      ))}
    </ul>
  )
}

const without = (members: Step['with'], way: string) => Object.fromEntries(Object.entries(members ?? {}).filter(([k]) => k !== nameOf(way)))
