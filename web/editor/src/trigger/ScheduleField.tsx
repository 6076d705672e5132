import { useState } from 'react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { CalendarClock, TriangleAlert } from 'lucide-react'
import { api, take } from '../api/client'
import { Combo } from '../fields/Combo'
import { atClock, zoneOptions } from '../ui/zones'
import { Field } from '../ui/Field'
import { inputLook } from '../ui/Input'
import { useLang } from '../words'
import { cronOf, type Plan, planOf } from './schedule'
import { useWords } from './words'

type ScheduleProps = { cron: string; zone: string; set: (part: { cron?: string; timezone?: string }) => void }


/** ScheduleField says in words, or as cron, when a flow starts, and shows the next times as the server counts them. */
export function ScheduleField({ cron, zone, set }: ScheduleProps) {
  const [zones] = useState(zoneOptions)
  const t = useWords()
  const [byHand, setByHand] = useState(() => cron !== '' && planOf(cron).how === 'cron')
  const plan: Plan = byHand ? { how: 'cron' } : cron === '' ? { how: 'daily', time: '08:00' } : planOf(cron)
  const starts: Record<Plan['how'], Plan> = { minutes: { how: 'minutes', every: 15 }, hourly: { how: 'hourly', minute: 0 }, daily: { how: 'daily', time: '08:00' }, weekly: { how: 'weekly', time: '08:00', days: [1, 2, 3, 4, 5] }, monthly: { how: 'monthly', time: '08:00', day: 1 }, cron: { how: 'cron' } }
  const choose = (how: string) => {
    setByHand(how === 'cron')
    const next = starts[how as Plan['how']]
    if (how === 'cron') return set({ cron: cron || '0 8 * * *' })
    set({ cron: cronOf('time' in next && 'time' in plan ? { ...next, time: plan.time } : next) })
  }
  const words = { minutes: t.everyMinutes, hourly: t.hourly, daily: t.daily, weekly: t.weekly, monthly: t.monthly, cron: t.cron }
  return (
    <div data-field="cron" className="space-y-3">
      <Field label={t.scheduleHow}><select className={inputLook} value={plan.how} onChange={(e) => choose(e.target.value)}>{Object.entries(words).map(([how, word]) => <option key={how} value={how}>{word}</option>)}</select></Field>
      <Details plan={plan} cron={cron} set={(next) => set({ cron: typeof next === 'string' ? next : cronOf(next) })} />
      <div data-field="timezone">
        <label id="zone-label" htmlFor="zone-control" className="mb-1 block font-medium">{t.zone}</label>
        <Combo id="zone-control" labelledBy="zone-label" value={zone} custom set={(timezone) => set({ timezone })} options={zones} />
      </div>
      <NextTimes cron={cron} zone={zone} />
    </div>
  )
}

function Details({ plan, cron, set }: { plan: Plan; cron: string; set: (next: Plan | string) => void }) {
  const t = useWords()
  const { lang } = useLang()
  const day = (d: number) => new Intl.DateTimeFormat(lang, { weekday: 'short', timeZone: 'UTC' }).format(new Date(Date.UTC(2026, 0, 4 + d)))
  const time = 'time' in plan && <Field label={t.time}><input type="time" className={inputLook} value={plan.time} onChange={(e) => e.target.value && set({ ...plan, time: e.target.value })} /></Field>
  const number = (label: string, value: number, least: number, most: number, put: (n: number) => void, help?: string) => <Field label={label} help={help}><input type="number" className={inputLook} min={least} max={most} value={value} onChange={(e) => { const n = Math.round(Number(e.target.value)); if (n >= least && n <= most) put(n) }} /></Field>
  switch (plan.how) {
    case 'cron': return <Field label={t.cron}><input className={`${inputLook} code`} spellCheck={false} value={cron} onChange={(e) => set(e.target.value)} /></Field>
    case 'minutes': return number(t.minutes, plan.every, 1, 59, (every) => set({ ...plan, every }))
    case 'hourly': return number(t.atMinute, plan.minute, 0, 59, (minute) => set({ ...plan, minute }))
    case 'daily': return time || null
    case 'monthly': return <div className="grid grid-cols-2 gap-3">{number(t.dayOfMonth, plan.day, 1, 31, (d) => set({ ...plan, day: d }), plan.day > 28 ? t.dayOfMonthHelp : undefined)}{time}</div>
    case 'weekly': return (
      <>
        <div role="group" aria-label={t.days} className="flex gap-1">
          {[1, 2, 3, 4, 5, 6, 0].map((d) => {
            const on = plan.days.includes(d)
            const days = on ? plan.days.filter((x) => x !== d) : [...plan.days, d].sort((a, b) => a - b)
            return <button key={d} type="button" aria-pressed={on} disabled={on && plan.days.length === 1} onClick={() => set({ ...plan, days })} className={`h-9 min-w-0 flex-1 rounded-lg text-meta font-medium max-[899px]:h-11 ${on ? 'bg-accent text-on-accent' : 'border border-line text-text-2 hover:bg-sunken'}`}>{day(d).replace('.', '')}</button>
          })}
        </div>
        {time}
      </>
    )
  }
}

/** NextTimes are counted by the server, by the rules that start runs. */
function NextTimes({ cron, zone }: { cron: string; zone: string }) {
  const t = useWords()
  const { lang } = useLang()
  const next = useQuery({ queryKey: ['next', cron, zone], enabled: cron !== '' && zone !== '', placeholderData: keepPreviousData, queryFn: ({ signal }) => take(api.GET('/schedule/next', { params: { query: { cron, timezone: zone, n: 5 } }, signal })) })
  const at = (local: string) => atClock(local, lang, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' })
  return (
    <div aria-live="polite" className="rounded-lg bg-sunken p-3">
      <p className="flex items-center gap-2 font-medium"><CalendarClock size={16} strokeWidth={1.75} aria-hidden className="text-text-2" />{t.next}</p>
      {next.data?.problems.map((p, i) => <p key={i} className={`mt-1 flex items-start gap-1.5 text-meta ${p.severity === 'error' ? 'text-fail' : 'text-warn'}`}><TriangleAlert size={14} className="mt-px shrink-0" aria-hidden />{p.message}</p>)}
      {(next.data?.times.length ?? 0) === 0 && !next.data?.problems.length && <p className="mt-1 text-secondary text-text-2">{t.nextNone}</p>}
      <ol className="mt-1 space-y-0.5 text-secondary text-text-2">
        {next.data?.times.map((x) => <li key={x.at}>{at(x.local)}{x.change && <span className="ml-2 text-warn">{t.clockChange}</span>}</li>)}
      </ol>
    </div>
  )
}
