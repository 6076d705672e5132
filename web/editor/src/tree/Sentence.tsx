import { memo, useMemo } from 'react'
import { named, useNames } from '../fields/named'
import type { Step } from '../flow'
import { Tight } from '../ui/Tight'
import { useLang, useSay } from '../words'
import { fill } from '../words/phrase'
import { type Desk, useDesk } from './desk'
import { conditionParts, type Part, sentenceOf } from './summary'
import { type TreeWords, useWords } from './words'

/** quoteAt is the sign of a quotation that a text ends or begins with: it goes to the line of the chip beside it. */
const quoteAt = (part: Part | undefined, shape: RegExp) => (part && 'text' in part ? (shape.exec(part.text)?.[0] ?? '') : '')
const opening = /[“(]$/
const closing = /^[”),.]+/

/** Parts draws a sentence with its chips of data. Values are text, never markup. */
export function Parts({ parts }: { parts: Part[] }) {
  const isChip = (i: number) => { const p = parts[i]; return p !== undefined && 'chip' in p }
  return parts.map((p, i) => {
    if ('text' in p) return <span key={i}><Tight text={p.text.slice(isChip(i - 1) ? quoteAt(p, closing).length : 0, isChip(i + 1) && quoteAt(p, opening) ? -1 : undefined)} /></span>
    if ('chip' in p) return <span key={i} className="whitespace-nowrap">{quoteAt(parts[i - 1], opening)}<span title={p.source} className={`ml-0.5 ${quoteAt(parts[i + 1], closing) ? '' : 'mr-0.5'} inline-block max-w-[calc(100%-1.5em)] truncate rounded-[5px] bg-accent-soft px-1.5 py-px align-bottom text-meta/[18px] font-medium text-accent`}>{p.chip}</span>{quoteAt(parts[i + 1], closing)}</span>
    if ('code' in p) return <span key={i} className="rounded-[5px] bg-sunken px-1.5 py-0.5 font-mono text-meta">{p.code}</span>
    return <span key={i} className="mx-px rounded-[5px] border border-dashed border-edge px-1.5 text-meta text-text-3">{p.blank}</span>
  })
}

/** partsOf is the sentence of a step, in pieces. */
export function partsOf(step: Step, { actions, labels }: Pick<Desk, 'actions' | 'labels'>, t: TreeWords, say: ReturnType<typeof useSay>): Part[] {
  const action = actions.get(step.action)
  return action ? sentenceOf(step, { fields: action.fields, pattern: patternOf(step, t), labels, operators: t, say, named: (field, value) => named(step.action, field, step.connection, value) }) : [{ text: fill(t.unknownAction, { kind: step.action }) }]
}

/** Sentence says what a step does, in one sentence. */
export const Sentence = memo(function Sentence({ step, id }: { step: Step; id: string }) {
  const desk = useDesk()
  const t = useWords()
  const say = useSay()
  const { lang } = useLang()
  const names = useNames()
  const parts = useMemo(() => partsOf(step, desk, t, say), [step, desk.actions, desk.labels, lang, names])
  if (parts.length === 0) return null
  return <span id={id} className="mt-0.5 line-clamp-2 [overflow-wrap:anywhere] text-secondary text-text-2"><Parts parts={parts} /></span>
})

/** patternOf picks the sentence of a built-in action; connectors have none and list their fields. */
function patternOf(step: Step, t: TreeWords): string | undefined {
  const n = step.branches?.length ?? 0
  if (step.action === 'branch') return n === 1 ? t.by_branch_one : fill(step.with?.mode === 'all' ? t.by_branch_all : t.by_branch_first, { n })
  if (step.action === 'parallel') return n === 1 ? t.by_parallel_one : fill(t.by_parallel, { n })
  if (step.action === 'delay' && step.with?.until) return t.by_delay_until
  if (step.action === 'wait') {
    const timed = step.with?.timeout ? '_timed' as const : '' as const
    return t[`by_${step.with?.approve ? 'approval' : 'wait'}${timed}`]
  }
  if (step.action === 'respond') {
    const how = (['text', 'redirect', 'body'] as const).find((id) => step.with?.[id] !== undefined)
    if (how) return t[`by_respond_${how}`]
  }
  if (step.action === 'state.increment' && step.with?.value !== undefined && step.with.value !== 1) return t.by_state_add
  const key = `by_${step.action.replaceAll('.', '_')}`
  return key in t ? t[key as keyof TreeWords] : undefined
}

/** Condition says a condition in words. */
export function Condition({ source }: { source: string }) {
  const desk = useDesk()
  const t = useWords()
  return <Parts parts={conditionParts(source, desk.labels, t)} />
}
