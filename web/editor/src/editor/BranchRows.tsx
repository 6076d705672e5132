import { useRef, useState } from 'react'
import { Plus } from 'lucide-react'
import type { Schemas } from '../api/client'
import type { Branch, Step } from '../flow'
import { blank, roomForBranch, withBranch } from '../tree/changes'
import { Button, inputLook } from '../ui/basics'
import { fill } from '../words/phrase'
import { ConditionPart } from './ConditionPart'
import { pathTo } from './followRows'
import { useWords } from './panelWords'
import { useWords as useEditorWords } from './words'
import type { SetStep } from './StepPanel'
import { below } from './where'

type BranchProps = { step: Step; set: SetStep; problems: Schemas['ProblemView'][]; pointer: string }

/** BranchRows names the paths of a step, and says when each is taken. */
export function BranchRows({ step, set, problems, pointer }: BranchProps) {
  const t = useWords()
  const put = (i: number, part: Partial<Branch>) => set((s) => ({ ...s, branches: s.branches?.map((b, n) => (n === i ? { ...b, ...part } : b)) }))
  const { pathN } = useEditorWords()
  const box = useRef<HTMLElement>(null)
  const keys = useKeys(step.branches ?? none)
  const add = () => {
    const at = roomForBranch(step)
    set((s) => withBranch(s, (n) => fill(pathN, { n })))
    queueMicrotask(() => box.current?.querySelectorAll<HTMLInputElement>('[data-path]')[at]?.select())
  }
  return (
    <section ref={box} aria-label={t.branches} className="space-y-3">
      <h3 className="font-semibold">{t.branches}</h3>
      {step.branches?.map((branch, i) => (
        <div key={keys[i]} className="space-y-3 rounded-xl border border-line p-3">
          <label className="block"><span className="sr-only">{t.branchName}</span><input data-path className={`${inputLook} font-medium`} value={branch.name} onChange={(e) => put(i, { name: e.target.value })} /></label>
          {step.action === 'branch' && (branch.when === undefined
            ? <p className="flex items-center justify-between gap-2 text-secondary text-text-2">{t.otherwiseHelp}<Button look="quiet" size="small" onClick={() => put(i, { when: blank })}>{t.giveCondition}</Button></p>
            : (
              <>
                <ConditionPart name={`branches/${i}`} label={t.branchWhen} value={branch.when === blank ? '' : branch.when} set={(when) => put(i, { when: when ?? blank })} problems={below(problems, `${pointer}/branches/${i}/when`)} />
                {i === (step.branches?.length ?? 0) - 1 && <Button look="quiet" size="small" className="-ml-2.5" onClick={() => put(i, { when: undefined })}>{t.makeOtherwise}</Button>}
              </>
            ))}
        </div>
      ))}
      <Button look="quiet" size="small" className="-ml-2.5" onClick={add}><Plus size={15} aria-hidden />{t.addPath}</Button>
    </section>
  )
}

const none: Branch[] = []

/** useKeys names the paths, so that what is typed for one goes where it goes. */
function useKeys(now: Branch[]): number[] {
  const made = useRef(0)
  const [last, setLast] = useState<{ of: Branch[]; keys: number[] }>({ of: [], keys: [] })
  if (last.of === now) return last.keys
  const keys: number[] = []
  last.of.forEach((_, at) => {
    const to = pathTo(last.of, now, at)
    if (to >= 0) keys[to] ??= last.keys[at] ?? 0
  })
  const all = now.map((_, at) => keys[at] ?? ++made.current)
  setLast({ of: now, keys: all })
  return all
}
