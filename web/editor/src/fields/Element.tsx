import { useDesk } from '../data/desk'
import { Fields } from '../editor/StepSetup'
import { put } from '../flow'
import type { ControlProps } from './Control'

type Members = Record<string, unknown>

/** isMembers says that an element of a list is nothing yet, or holds what the form of one knows. */
export const isMembers = (field: ControlProps['field'], value: unknown): value is Members | '' =>
  field.fields !== undefined && (value === '' || (typeof value === 'object' && value !== null && Object.keys(value).every((name) => field.fields?.some((m) => m.id === name))))

type ElementProps = Pick<ControlProps, 'field' | 'problems'> & { at: number; value: Members | ''; set: (value: unknown) => void }

/** Element is the form of one element of a list, whose members are told by their way into it. */
export function Element({ field, problems = [], at, value, set }: ElementProps) {
  const { step } = useDesk()
  if (!step) return null
  const members = value === '' ? {} : value
  const way = `${field.id}/${at}/`
  const setMember = (id: string, to: unknown) => {
    const next = put(members, id.slice(way.length), to)
    set(Object.keys(next).length === 0 ? '' : next)
  }
  return (
    <div className="min-w-0 flex-1 space-y-3 rounded-lg border border-line p-3">
      <Fields fields={(field.fields ?? []).map((m) => ({ ...m, id: way + m.id, ...(m.one_of && { one_of: way + m.one_of }) }))} step={{ ...step, with: { [field.id]: { [at]: members } } }} problems={problems} pointer={problems[0]?.path.split('/with/')[0] ?? ''} setField={setMember} />
    </div>
  )
}
