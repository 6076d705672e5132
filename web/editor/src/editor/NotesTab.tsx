import type { Edit, Flow, Step } from '../flow'
import { inputLook } from '../ui/basics'
import { Field } from '../ui/Field'
import { useWords } from './tabWords'
import { StepID } from './StepID'
import type { SetStep } from './StepPanel'

export function NotesTab({ flow, step, edit, set }: { flow: Flow; step: Step; edit: Edit; set: SetStep }) {
  const t = useWords()
  return (
    <>
      <Field label={t.stepName}><input className={inputLook} value={step.name ?? ''} onChange={(e) => set({ name: e.target.value || undefined })} /></Field>
      <div data-field="note"><Field label={t.note} help={t.noteHelp}><textarea className={inputLook} rows={6} value={step.note ?? ''} onChange={(e) => set({ note: e.target.value || undefined })} /></Field></div>
      <StepID key={step.id} flow={flow} step={step} edit={edit} />
    </>
  )
}
