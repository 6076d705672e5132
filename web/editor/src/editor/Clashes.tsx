import { GitCompareArrows } from 'lucide-react'
import { useActions } from '../api/hooks'
import { find, type Flow } from '../flow'
import { Parts } from '../tree/Sentence'
import { templateParts } from '../tree/summary'
import { Button } from '../ui/basics'
import { useSay } from '../words'
import type { Clash } from './rebase'
import type { DraftHook } from './useDraft'
import { useNamesIn } from './useNamesIn'
import { useWords } from './clashWords'

/** Clashes shows both values where two people changed the same, and who would be taken back by an undo. */
export function Clashes({ draft }: { draft: DraftHook }) {
  const t = useWords()
  return (
    <>
      {draft.ask !== null && (
        <div role="alert" className="mx-auto mb-5 flex max-w-[680px] flex-wrap items-center gap-2 rounded-xl bg-warn-soft px-4 py-3 text-warn">
          <p className="min-w-40 flex-1">{draft.ask}</p>
          <Button size="small" onClick={() => void draft.draft.step('undo', true)}>{t.undoAnyway}</Button>
          <Button size="small" look="quiet" onClick={draft.draft.leaveIt}>{t.leaveIt}</Button>
        </div>
      )}
      {draft.clashes.length > 0 && (
        <section role="alert" aria-label={t.clashTitle} className="mx-auto mb-6 max-w-[680px] rounded-xl border border-warn bg-surface p-4">
          <h2 className="flex items-center gap-2 font-semibold"><GitCompareArrows size={16} aria-hidden className="text-warn" />{t.clashTitle}</h2>
          <p className="mt-0.5 text-secondary text-text-2">{t.clashHelp}</p>
          <ul className="mt-3 space-y-4">
            {draft.clashes.map((clash, i) => <ClashRow key={i} clash={clash} flow={draft.flow} decide={(mine) => draft.draft.decide(clash, mine)} />)}
          </ul>
        </section>
      )}
    </>
  )
}

function ClashRow({ clash, flow, decide }: { clash: Clash; flow: Flow; decide: (mine: boolean) => void }) {
  const t = useWords()
  const step = clash.step === undefined ? undefined : find(flow, clash.step)
  const say = useSay()
  const nameOf = useNamesIn(flow)
  const fields = useActions().data?.items.find((a) => a.kind === step?.action)?.fields ?? []
  const words: Record<string, string> = t
  const called = (id: string) => { const label = fields.find((f) => f.id === id)?.label; return label ? say(label) : ((clash.path[0] !== 'with' && words[`of_${id}`]) || id) }
  const where = [step ? nameOf(step) : flow.name, ...clash.path.filter((p) => p !== 'with').map(called)].join(' › ')
  return (
    <li>
      <p className="mb-1.5 font-medium">{where}</p>
      <div className="grid gap-3 min-[640px]:grid-cols-2">
        {([['mine', t.mine, t.useMine], ['theirs', t.theirs, t.useTheirs]] as const).map(([side, title, word]) => (
          <div key={side} className="flex min-w-0 flex-col rounded-lg bg-sunken p-3">
            <p className="text-meta text-text-2">{title}</p>
            <p className="my-1.5 min-w-0 flex-1 break-words whitespace-pre-wrap"><Value of={clash[side]} /></p>
            <Button size="small" className="self-start" onClick={() => decide(side === 'mine')}>{word}</Button>
          </div>
        ))}
      </div>
    </li>
  )
}

/** Value is what a side holds, with chips for its data. */
function Value({ of: value }: { of: unknown }) {
  const t = useWords()
  if (value === undefined || value === '') return t.nothingThere
  return <Parts parts={typeof value === 'string' ? templateParts(value, () => undefined) : [{ text: JSON.stringify(value, null, 2) }]} />
}
