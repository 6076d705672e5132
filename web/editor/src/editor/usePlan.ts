import type { Flow } from '../flow'
import { planOf, spans } from '../trigger/schedule'
import { placeOf } from '../ui/zones'
import { useLang } from '../words'
import { fill, usePlural } from '../words/phrase'
import { useWords } from './words'

/** usePlan says when a schedule starts its flow, and where it is that time; what words cannot say stands as it is. */
export function usePlan({ trigger }: Flow): { text: string; place: string } | undefined {
  const t = useWords()
  const plural = usePlural()
  const { lang } = useLang()
  if (trigger.kind !== 'schedule') return undefined
  const cron = String(trigger.with?.['cron'] ?? '')
  const zone = String(trigger.with?.['timezone'] ?? '')
  const plan = planOf(cron)
  const day = (n: number) => new Intl.DateTimeFormat(lang, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2023, 0, 1 + n)).replace('-feira', '') // a Sunday, and on
  const days = plan.how === 'weekly' ? new Intl.ListFormat(lang).format(spans(plan.days).map(([from, to]) => (from === to ? day(from) : fill(t.plan_span, { from: day(from), to: day(to) })))) : ''
  const text = plan.how === 'cron' ? cron : plan.how === 'minutes' ? plural(t, 'plan_minutes', plan.every) : fill(t[`plan_${plan.how}`], { ...plan, days: days.charAt(0).toUpperCase() + days.slice(1) })
  return { text, place: zone && placeOf(zone) }
}
