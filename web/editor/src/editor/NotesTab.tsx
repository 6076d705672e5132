import type { Step } from '../flow'
import { inputLook } from '../ui/basics'
import { CopyButton } from '../ui/Copy'
import { Field } from '../ui/Field'
import { useWords } from './panelWords'
import type { SetStep } from './StepPanel'

export function NotesTab({ step, set }: { step: Step; set: SetStep }) {
  const t = useWords()
  return (
    <>
      <Field label={t.stepName}><input className={inputLook} value={step.name ?? ''} onChange={(e) => set({ name: e.target.value || undefined })} /></Field>
      <Field label={t.note} help={t.noteHelp}><textarea className={inputLook} rows={6} value={step.note ?? ''} onChange={(e) => set({ note: e.target.value || undefined })} /></Field>
      <div>
        <p className="font-medium">{t.stepId}</p>
        <p className="flex items-center gap-1 text-text-2"><code className="text-meta">steps.{step.id}</code><CopyButton text={`steps.${step.id}`} size="small" /></p>
      </div>
    </>
  )
}
