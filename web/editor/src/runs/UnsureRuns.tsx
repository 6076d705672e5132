import { useState } from 'react'
import { CircleHelp } from 'lucide-react'
import type { Schemas } from '../api/client'
import { Badge } from '../ui/Badge'
import { Button } from '../ui/Button'
import { Card } from '../ui/Page'
import { usePlural } from '../words/phrase'
import { SettleDialog } from './SettleDialog'
import { stepsOf, type Unsure } from './settling'
import { useWords } from './settleWords'
import { useRunNames } from './useRunNames'
import { type UnsureQuery, useUnsure } from './useUnsure'

type Group = { flow: string; step: string; count: number; run: string }

/** groupsOf counts the runs by the step that they stand at. */
function groupsOf(items: Schemas['Resolved'][]): Group[] {
  const groups = new Map<string, Group>()
  for (const item of items) {
    for (const step of stepsOf(item)) {
      const key = `${item.flow} ${step}`
      groups.set(key, { flow: item.flow, step, run: item.run, count: (groups.get(key)?.count ?? 0) + 1 })
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}

type UnsureProps = { query: UnsureQuery; names: ReadonlyMap<string, string>; show?: (flow: string) => void; settled?: () => void }

/** UnsureRuns are those that stand because nobody knows whether something happened, by step: settled at once. */
export function UnsureRuns({ query: given, names, show, settled }: UnsureProps) {
  const t = useWords()
  const [settling, setSettling] = useState<{ which: Unsure; of?: string }>()
  const { data, query } = useUnsure(given)
  const groups = groupsOf(data?.items ?? [])
  if (groups.length === 0 && !settling) return null
  return (
    <Card className="mb-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2.5">
        <CircleHelp size={16} aria-hidden className="shrink-0 text-warn" />
        <h2 className="min-w-40 flex-1 text-secondary font-medium text-warn">{t.unsure}</h2>
        {(groups.length > 1 || data?.more) && <Button size="small" onClick={() => setSettling({ which: { query } })}>{t.settleAll}</Button>}
      </div>
      <ul className="divide-y divide-line">
        {groups.map((g) => <Row key={`${g.flow} ${g.step}`} group={g} name={names.get(g.flow) ?? g.flow} show={show && (() => show(g.flow))} settle={(of) => setSettling({ which: { query: { ...query, flow: g.flow }, step: g.step }, of })} />)}
      </ul>
      {settling && <SettleDialog {...settling} close={() => { setSettling(undefined); settled?.() }} />}
    </Card>
  )
}

function Row({ group: g, name, show, settle }: { group: Group; name: string; show?: () => void; settle: (of: string) => void }) {
  const t = useWords()
  const plural = usePlural()
  const step = useRunNames(g.run)(g.step)
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-5 gap-y-2 px-4 py-3">
      <div className="min-w-60 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1"><Badge tone="warn">{plural(t, 'group', g.count)}</Badge><span className="font-medium break-words">{step}</span></p>
        <p className="mt-0.5 text-secondary break-words text-text-2">{name}</p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        {show && <Button size="small" look="quiet" className="max-sm:-ml-2.5" onClick={show}>{t.showThem}</Button>}
        <Button size="small" onClick={() => settle(`${step} · ${name}`)}>{g.count > 1 ? t.settleAll : t.settleOne}</Button>
      </div>
    </li>
  )
}
