import { useState } from 'react'
import { type Edit, find, type Flow, type Step } from '../flow'
import { say } from '../tree/announce'
import { renameStep } from '../tree/changes'
import { Button, CopyButton, inputLook } from '../ui/basics'
import { Field } from '../ui/Field'
import { toast } from '../ui/Toast'
import { fill, usePlural } from '../words/phrase'
import { useWords } from './tabWords'
import { useIsExpression } from './useIsExpression'

const shape = /^[a-z][a-z0-9_]{0,62}$/

type Props = { flow: Flow; step: Step; edit: Edit }

/** StepID is the name of a step in expressions. A new one is followed by all that names it, as one change. */
export function StepID({ flow, step, edit }: Props) {
  const t = useWords()
  const plural = usePlural()
  const isExpression = useIsExpression()
  const [typed, setTyped] = useState(step.id)
  const places = mentions(flow, step.id)
  const wrong = typed === step.id ? undefined : !shape.test(typed) ? t.idShape : find(flow, typed) ? t.idTaken : undefined
  const rename = (e: React.FormEvent) => {
    e.preventDefault()
    if (wrong || typed === step.id) return
    edit((f) => renameStep(f, step.id, typed, isExpression))
    const text = [fill(t.idRenamed, { id: typed }), ...(places > 0 ? [plural(t, 'idFollowed', places)] : [])].join(' ')
    say(text)
    toast(text)
  }
  return (
    <form onSubmit={rename} data-field="id">
      <Field label={t.stepId} problem={wrong} help={places > 0 ? plural(t, 'idUsed', places) : t.idUnused}>
        {(named) => <span className="flex items-center gap-1">
          <span aria-hidden className="text-meta text-text-3">steps.</span>
          <input {...named} className={`${inputLook} code text-meta`} spellCheck={false} autoCapitalize="off" aria-invalid={wrong !== undefined || undefined} value={typed} onChange={(e) => setTyped(e.target.value)} />
          <CopyButton text={`steps.${step.id}`} size="small" />
        </span>}
      </Field>
      {typed !== step.id && (
        <div className="mt-2 flex gap-2"><Button type="submit" look="primary" size="small" disabled={wrong !== undefined}>{t.idRename}</Button><Button look="quiet" size="small" onClick={() => setTyped(step.id)}>{t.cancel}</Button></div>
      )}
    </form>
  )
}

/** mentions counts where a flow names a step. */
const mentions = (flow: Flow, id: string) => [...JSON.stringify([flow.trigger, flow.steps]).matchAll(new RegExp(`\\b(?:(?:steps|errors|loops)(?:\\??\\.|\\[\\\\?["'])|wait_url\\(\\\\?["'])${id}(?![a-z0-9_])`, 'g'))].length
