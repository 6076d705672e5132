import { useId, useMemo, useRef, useState } from 'react'
import { CloudOff, Plus, TriangleAlert, X } from 'lucide-react'
import { type Desk, useDesk, valueAt } from '../data/desk'
import { insertable, lastOf } from '../data/nodes'
import { useVeil } from '../data/veil'
import { Combo } from '../fields/Combo'
import { edge, look } from '../fields/Control'
import { formatNumber } from '../fields/locale'
import { brief } from '../fields/say'
import { friendly, member } from '../fields/template'
import { walk } from '../flow'
import { Button, IconButton } from '../ui/basics'
import { useLang } from '../words'
import { soughtAs } from '../words/names'
import { fill } from '../words/phrase'
import { asked, changed, type Choice, choiceOf, compared, emptyGroup, emptyRow, fitting, type Group, isGroup, openRow, operatorsOf, readAs, type Row, typedValue } from './model'
import { useWords } from './words'

type GroupProps = { group: Group; top?: boolean; change: (group: Group) => void; drop?: () => void; label: string }

export function GroupRows({ group, top = false, change, drop, label }: GroupProps) {
  const t = useWords()
  const rows = useRef<HTMLUListElement>(null)
  const add = (item: Row | Group) => {
    change({ ...group, items: [...group.items, item] })
    queueMicrotask(() => rows.current?.lastElementChild?.querySelector('input')?.focus())
  }
  const part = (id: number, next: Row | Group | null) => change(changed(group, id, () => next))
  return (
    <div role="group" aria-label={group.how === 'all' ? t.all : t.any} className={top ? '' : 'rounded-lg border border-line bg-bg p-2.5'}>
      <div className="mb-1.5 flex items-center gap-2">
        {(group.items.length > 1 || !top) && (
          <select aria-label={t.group} className="plain-select field-sizing-content cursor-pointer rounded bg-transparent py-0.5 text-[13px] font-medium text-accent" value={group.how} onChange={(e) => change({ ...group, how: e.target.value === 'any' ? 'any' : 'all' })}>
            <option value="all">{t.all}</option><option value="any">{t.any}</option>
          </select>
        )}
        {drop && <IconButton label={t.removeGroup} className="ml-auto size-7! text-text-3" onClick={drop}><X size={14} aria-hidden /></IconButton>}
      </div>
      <ul ref={rows}>
        {group.items.map((x, i) => (
          <li key={x.id}>
            {i > 0 && <p aria-hidden className="py-1 text-xs leading-4 text-text-2">{group.how === 'all' ? t.and : t.or}</p>}
            {isGroup(x)
              ? <GroupRows group={x} label={label} change={(next) => part(x.id, next)} drop={() => part(x.id, null)} />
              : <ConditionRow row={x} change={(next) => part(x.id, next)} drop={() => part(x.id, null)} />}
          </li>
        ))}
      </ul>
      {group.items.length === 0 && <p className="text-[13px] text-text-2">{t.noRows}</p>}
      <div className="mt-1.5 flex flex-wrap gap-1">
        <Button look="quiet" className="-ml-2 h-8! px-2! text-[13px]" onClick={() => add(emptyRow())}><Plus size={15} aria-hidden />{t.addCondition}</Button>
        <Button look="quiet" className="h-8! px-2! text-[13px]" onClick={() => add({ ...emptyGroup(group.how === 'all' ? 'any' : 'all'), items: [emptyRow()] })}><Plus size={15} aria-hidden />{t.addGroup}</Button>
      </div>
    </div>
  )
}

/** roots begin what a condition may name; there is nothing else. */
const roots = /^(trigger|steps|item|index|loops|vars|run|errors)\b/

const plainTypes = new Set(['text', 'string', 'number', 'integer', 'boolean', 'any', 'list', 'nothing'])

/** choicesOf are the fields to compare, each with a value of it, in their order: answers first, then what the turn and the event hold. */
function choicesOf(desk: Desk, hide: ReturnType<typeof useVeil>['hide']) {
  const answers = new Map<string, string>()
  walk(desk.flow.steps, (s) => { if (s.action === 'wait') answers.set(`steps.${s.id}.${s.with?.['approve'] ? 'data.approved' : 'received'}`, s.with?.['approve'] ? '' : 'sinal signal veio came arrived chegou espera wait prazo deadline respondeu answered') })
  const rank = (path: string) => answers.has(path) ? 0 : path.startsWith('item') ? 1 : path.startsWith('trigger.body') ? 2 : 3
  const example = (path: string) => brief(hide(valueAt(desk, insertable(path)), path), 24)
  return (desk.schema?.fields ?? []).filter((f) => plainTypes.has(f.type)).sort((a, b) => rank(a.path) - rank(b.path))
    .map((f) => ({ value: desk.write(f.path), label: desk.labelOf(f.path), hint: example(f.path), words: `${f.path} ${friendly(f.path)} ${soughtAs(lastOf(f.path))} ${answers.get(f.path) ?? ''}` }))
}

/** meant is the field that a name stands for: before the first event it is one of the event. */
function meant(desk: Desk, name: string): string {
  const known = (desk.schema?.fields ?? []).some((f) => f.path.startsWith('trigger.body'))
  return known || !desk.schema || roots.test(name) || !/^[\p{L}_][\p{L}\d_ -]*$/u.test(name) ? name : member('trigger.body', name.trim())
}

function ConditionRow({ row, change, drop }: { row: Row; change: (row: Row) => void; drop: () => void }) {
  const t = useWords()
  const id = useId()
  const desk = useDesk()
  const { lang } = useLang()
  const stats = desk.statsOf(row.field)
  const { hide } = useVeil()
  const fields = useMemo(() => choicesOf(desk, hide), [desk, hide])
  const operators = operatorsOf(stats)
  const choice = choiceOf(row)
  const known = operators.includes(choice) ? operators : [choice, ...operators]
  const choose = (chosen: string) => {
    const field = meant(desk, chosen)
    const stats = desk.statsOf(field)
    const ops = operatorsOf(stats)
    const next = ((row.field !== '' || row.value !== '' || row.operator !== 'equals') && fitting(choice, ops)) || (ops[0] ?? 'equals')
    change({ ...compared(row.as === 'day' ? row : { ...row, as: undefined }, next, stats, lang, itemType(desk, field, next)), field, default: undefined })
  }
  const operate = (next: Choice) => change(compared(row, next, stats, lang, itemType(desk, row.field, next)))
  const wide = choice === 'alike' || choice === 'not_alike' // half a line would cut off what tells them from the others
  const sure = row.default === false && (row.operator === 'is_true' || row.operator === 'is_false') // a yes or no that is missing is no: nothing else is to be said
  const words: Record<string, string> = { ...t, ...(sure && { is_false: t.not_true }), ...(row.value === 1 && { last_days: t.last_day, next_days: t.next_day }) }
  const nowhere = row.field !== '' && !stats && (!roots.test(row.field) || desk.isUnknown(row.field))
  const own = { value: row.field, label: nowhere ? fill(t.notThere, { field: row.field }) : desk.labelOf(row.field), hint: row.field }
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-1.5">
      <div className="min-w-0"><Combo id={`${id}-field`} label={t.field} placeholder={t.field} options={row.field && !fields.some((f) => f.value === row.field) ? [own, ...fields] : fields} value={row.field} set={choose} custom /></div>
      <div className="col-span-2 grid grid-cols-2 gap-1.5 pr-9.5">
        <select aria-label={t.operator} className={`${look} ${edge(false)} text-[13px] ${asked(choice) === 'nothing' || wide ? 'col-span-2' : ''}`} value={choice} onChange={(e) => { const chosen = known.find((o) => o === e.target.value); if (chosen) operate(chosen) }}>
          {known.map((o) => <option key={o} value={o}>{words[o] ?? o}</option>)}
        </select>
        {asked(choice) !== 'nothing' && <div className={`min-w-0 ${wide ? 'col-span-2' : ''}`}><ValueInput key={asked(choice)} row={row} change={change} /></div>}
        {row.default !== undefined && !sure && (
          <p className="col-span-2 flex items-center gap-1 text-xs text-text-2">
            {t.whenMissing} <code>{typeof row.default === 'number' ? formatNumber(row.default, lang) : Array.isArray(row.default) ? '[]' : String(row.default)}</code>
            <IconButton label={t.removeWhenMissing} className="size-6! text-text-3" onClick={() => change({ ...row, default: undefined })}><X size={13} aria-hidden /></IconButton>
          </p>
        )}
      </div>
      <IconButton label={t.removeCondition} className="col-start-2 row-start-1 size-8! self-center text-text-3" onClick={drop}><X size={15} aria-hidden /></IconButton>
      {openRow(row) && <p className="col-span-2 flex items-start gap-1.5 text-xs text-warn"><CloudOff size={14} className="mt-px shrink-0" aria-hidden />{t.open}</p>}
      {nowhere && <p role="alert" className="col-span-2 flex items-start gap-1.5 text-xs text-fail"><TriangleAlert size={14} className="mt-px shrink-0" aria-hidden />{fill(t.noField, { field: row.field })}</p>}
    </div>
  )
}

/** itemType is the type of what a list holds, where a comparison asks for one of those. */
const itemType = (desk: Desk, field: string, choice: Choice) => (/includes$/.test(choice) ? (desk.statsOf(`${field}[]`)?.type ?? 'any') : undefined)

/** ValueInput offers what was most often seen, and takes anything. Of what is personal only an example is shown, which is never written. */
function ValueInput({ row, change }: { row: Row; change: (row: Row) => void }) {
  const t = useWords()
  const id = useId()
  const desk = useDesk()
  const { lang } = useLang()
  const [typed, setTyped] = useState<string>()
  const choice = choiceOf(row)
  const wants = asked(choice)
  const item = itemType(desk, row.field, choice)
  const stats = desk.statsOf(row.field)
  const seen = (item ? desk.statsOf(`${row.field}[]`) : stats)?.values ?? []
  const read = (text: string) => typedValue(text, item ?? stats?.type, row.operator, lang)
  if (wants === 'list') {
    const text = Array.isArray(row.value) ? row.value.join(', ') : ''
    const all = (typed: string) => typed.split(',').map((s) => s.trim()).filter(Boolean).map(read)
    return <input aria-label={t.values} title={t.values} key={row.id} className={`${look} ${edge(false)}`} defaultValue={text} onChange={(e) => change({ ...row, value: all(e.target.value) })} />
  }
  const kept = row.value === undefined || row.value === null ? '' : typeof row.value === 'number' && wants !== 'days' ? formatNumber(row.value, lang) : String(row.value)
  if (wants === 'day') return <input type="date" aria-label={t.day} className={`${look} ${edge(false)}`} defaultValue={kept} onChange={(e) => change({ ...row, value: e.target.value })} />
  if (wants === 'days') return (
    <div className="flex items-center gap-1.5 text-[13px]">
      <input type="number" min={1} max={3660} aria-label={t.days} className={`${look} ${edge(false)} min-w-0`} defaultValue={kept} onChange={(e) => change({ ...row, value: read(e.target.value) })} />
      <span aria-hidden className="shrink-0 text-text-2">{row.operator === 'days_ago' ? (row.value === 1 ? t.dayAgo : t.daysAgo) : row.value === 1 ? t.oneDay : t.someDays}</span>
    </div>
  )
  const options = seen.filter((v) => !v.cut).map((v) => ({ value: v.value, label: v.value, hint: `×${v.count}` }))
  const text = typed !== undefined && read(typed) === row.value ? typed : kept // 200,0 stays as it is typed
  const set = (v: string) => {
    setTyped(v)
    change({ ...row, as: readAs(stats, row.operator, read(v), row.as), value: read(v) })
  }
  const hint = seen[0]?.cut ? fill(t.suchAs, { value: seen[0].value }) : t.value
  if (options.length === 0) return <input aria-label={t.value} placeholder={hint} className={`${look} ${edge(false)}`} value={text} onChange={(e) => set(e.target.value)} />
  return <Combo id={`${id}-value`} label={t.value} placeholder={hint} custom options={options} value={text} set={set} />
}
