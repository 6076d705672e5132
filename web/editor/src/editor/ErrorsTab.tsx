import { useId } from 'react'
import type { Schemas } from '../api/client'
import { formatNumber, millisOf, parseDuration, parseNumber, sayDuration, sayMillis } from '../fields/locale'
import { fill } from '../words/phrase'
import type { Step } from '../flow'
import { Button, inputLook } from '../ui/basics'
import { Field } from '../ui/Field'
import { useLang } from '../words'
import { useState } from 'react'
import { useWords } from './tabWords'
import type { SetStep } from './StepPanel'

type ErrorsProps = { step: Step; action?: Schemas['ActionView']; set: SetStep }

/** ErrorsTab says what happens when a step fails, hangs, or cannot be known to have happened. */
export function ErrorsTab({ step, action, set }: ErrorsProps) {
  const t = useWords()
  const retry = (part: Record<string, unknown>) => set((s) => ({ ...s, retry: withoutEmpty({ ...s.retry, ...part }) }))
  const own = typeof step.missing === 'object' && step.missing !== null ? Object.keys(step.missing) : []
  return (
    <>
      {(action?.effect ?? true) && (
        <fieldset className="space-y-3" data-field="retry">
          <div className="grid grid-cols-2 gap-3">
            <NumberPart label={t.attempts} value={step.retry?.['attempts']} start={8} set={(attempts) => retry({ attempts })} />
            <DurationPart label={t.first} value={step.retry?.['first']} start="5s" set={(first) => retry({ first })} />
            <NumberPart label={t.factor} lead="×" value={step.retry?.['factor']} start={3} set={(factor) => retry({ factor })} />
            <DurationPart label={t.max} value={step.retry?.['max']} start="6h" set={(max) => retry({ max })} />
          </div>
          <Plan retry={step.retry ?? {}} />
        </fieldset>
      )}
      <div data-field="timeout"><DurationPart label={t.timeout} value={step.timeout} start="30s" set={(timeout) => set({ timeout })} /></div>
      {action?.effect && <Choice name="delivery" label={t.delivery} value={step.delivery ?? 'at_least_once'} options={[['at_least_once', t.atLeastOnce], ['at_most_once', t.atMostOnce]]} set={(v) => set({ delivery: v === 'at_least_once' ? undefined : v })} />}
      <Choice name="missing" label={t.missing} value={typeof step.missing === 'string' ? step.missing : own.length > 0 ? '' : 'fail'} options={[['fail', t.missingFail], ['empty', t.missingEmpty], ['skip', t.missingSkip]]} set={(v) => set({ missing: v === 'fail' ? undefined : v })}
        help={own.length > 0 ? fill(t.missingOwn, { fields: own.join(', ') }) : undefined} />
      <Choice name="on_error" label={t.onError} value={step.on_error ?? 'fail'} options={[['fail', t.onErrorFail], ['continue', t.onErrorContinue]]} set={(v) => set({ on_error: v === 'fail' ? undefined : v })} />
      <div data-field="catch">
        <p className="font-medium">{t.catch}</p>
        <p className="mb-2 text-secondary text-text-2">{step.catch ? fill(t.catchThere, { n: step.catch.length }) : t.catchHelp}</p>
        {step.catch ? step.catch.length === 0 && <Button size="small" onClick={() => set({ catch: undefined })}>{t.catchRemove}</Button> : <Button size="small" onClick={() => set({ catch: [] })}>{t.catchAdd}</Button>}
      </div>
    </>
  )
}

function withoutEmpty(members: Record<string, unknown>): Record<string, unknown> | undefined {
  const kept = Object.entries(members).filter(([, v]) => v !== undefined)
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}

/** Plan says in words when the attempts are made. */
function Plan({ retry }: { retry: Record<string, unknown> }) {
  const t = useWords()
  const number = (key: string, start: number) => (typeof retry[key] === 'number' ? retry[key] : start)
  const length = (key: string, start: string) => millisOf(typeof retry[key] === 'string' ? retry[key] : start)
  const attempts = number('attempts', 8)
  if (attempts <= 1) return <p className="text-meta text-text-2">{t.retryOnce}</p>
  const waits = Array.from({ length: Math.min(attempts, 100) - 1 }, (_, i) => Math.min(length('max', '6h'), length('first', '5s') * number('factor', 3) ** i))
  const shown = waits.slice(0, 5).map(sayMillis).join(', ') + (waits.length > 5 ? '…' : '')
  return <p className="text-meta text-text-2">{fill(t.retryPlan, { waits: shown, total: sayMillis(waits.reduce((a, b) => a + b, 0)) })}</p>
}

function NumberPart({ label, value, start, set, lead }: { label: string; value: unknown; start: number; set: (value: unknown) => void; lead?: string }) {
  const { lang } = useLang()
  const [typed, type] = useState<string | null>(null)
  const change = (text: string) => {
    type(text)
    const n = parseNumber(text, lang)
    set(n === undefined ? undefined : Number.isNaN(n) ? text : n)
  }
  return <Field label={lead ? `${label} ${lead}` : label}><input className={inputLook} inputMode="decimal" placeholder={formatNumber(start, lang)} value={typed ?? (typeof value === 'number' ? formatNumber(value, lang) : typeof value === 'string' ? value : '')} onBlur={() => type(null)} onChange={(e) => change(e.target.value)} /></Field>
}

export function DurationPart({ label, value, start, set, help }: { label: string; value: unknown; start: string; set: (value: string | undefined) => void; help?: string }) {
  const [typed, type] = useState<string | null>(null)
  const change = (text: string) => {
    type(text)
    set(text.trim() === '' ? undefined : (parseDuration(text) ?? text))
  }
  return <Field label={label} help={help}><input className={inputLook} placeholder={sayDuration(start)} value={typed ?? (typeof value === 'string' ? sayDuration(value) : '')} onBlur={() => type(null)} onChange={(e) => change(e.target.value)} /></Field>
}

type ChoiceProps = { name: string; label: string; value: string; options: [string, string][]; set: (value: string) => void; help?: string }

/** Choice is a few answers of which one holds. */
export function Choice({ name, label, value, options, set, help }: ChoiceProps) {
  const id = useId()
  return (
    <fieldset data-field={name} className="min-w-0">
      <legend className="mb-1 font-medium">{label}</legend>
      <div className="divide-y divide-line rounded-lg border border-line">
        {options.map(([v, words]) => (
          <label key={v} className="flex cursor-pointer items-center gap-2.5 px-3 py-2 hover:bg-sunken max-[899px]:py-3">
            <input type="radio" name={id} className="size-4 shrink-0 accent-accent" checked={v === value} onChange={() => set(v)} />{words}
          </label>
        ))}
      </div>
      {help && <p className="mt-1 text-meta text-text-3">{help}</p>}
    </fieldset>
  )
}
