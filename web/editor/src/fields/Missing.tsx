import { useState } from 'react'
import { useDesk } from '../data/desk'
import { write } from './formats'
import { missingOf } from './missingOf'
import { hole } from './template'
import { fill } from '../words/phrase'
import { useWords } from './words'

/** Missing asks once what to do when a value that is not in every event is not there. */
export function Missing({ field, value, set }: { field: string; value: string; set: (value: unknown) => void }) {
  const t = useWords()
  const desk = useDesk()
  const [instead, setInstead] = useState<string | null>(null)
  const rare = missingOf(desk, value)
  const setMissing = desk.setMissing
  if (!rare?.stats || !setMissing) return null
  const policy = desk.missing?.(field)
  const choice = 'rounded-md border border-edge bg-surface px-2 py-1 font-medium text-text hover:bg-accent-soft max-[899px]:py-2'
  if (policy) {
    const words = { fail: t.isFail, empty: t.isEmpty, skip: t.isSkip }[policy] ?? policy
    return <p data-asks className="mt-1 text-xs text-text-2">{t.missingIs} {words} <button type="button" className="text-accent underline" onClick={() => setMissing(field, undefined)}>{t.missingChange}</button></p>
  }
  const use = () => {
    if (rare.written) set(value.slice(0, rare.from) + hole(write({ ...rare.written, instead: instead ?? '' })) + value.slice(rare.to))
  }
  return (
    <div role="group" data-asks aria-label={desk.labelOf(rare.written?.path ?? rare.text)} className="mt-2 group-has-[[data-first]]/field:hidden rounded-lg bg-warn-soft p-2.5 text-xs text-warn">
      <p><b className="font-semibold">{desk.labelOf(rare.written?.path ?? rare.text)}</b> · {rare.stats.of === 1 ? t.missingOnly : fill(t.missingIn, { n: rare.stats.of - rare.stats.seen, of: rare.stats.of })}</p>
      <div className="mt-2 flex flex-wrap items-center gap-1.5">
        <button type="button" className={choice} onClick={() => setMissing(field, 'fail')}>{t.missingFail}</button>
        <button type="button" className={choice} onClick={() => setMissing(field, 'empty')}>{t.missingEmpty}</button>
        <button type="button" className={choice} onClick={() => setMissing(field, 'skip')}>{t.missingSkip}</button>
        <form className="flex min-w-0 items-center gap-1" onSubmit={(e) => { e.preventDefault(); if (instead) use() }}>
          <button type="submit" className={choice} disabled={!instead}>{t.missingUse}</button>
          <input aria-label={t.missingUse} className="w-24 rounded-md border border-edge bg-surface px-2 py-1 text-text max-[899px]:py-2" value={instead ?? ''} onChange={(e) => setInstead(e.target.value)} />
        </form>
      </div>
    </div>
  )
}
