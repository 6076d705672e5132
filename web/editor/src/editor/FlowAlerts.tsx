import { useState } from 'react'
import { useSession } from '../api/hooks'
import { Targets, TryTargets } from '../fields/Targets'
import { Select } from '../ui/Select'
import { useWords } from './settingsWords'

type FlowAlertsProps = { value: unknown; set: (value: string[] | 'none' | undefined) => void; problem?: string }

/** FlowAlerts says who is told when this flow fails: as in the settings, nobody, or others. */
export function FlowAlerts({ value, set, problem }: FlowAlertsProps) {
  const t = useWords()
  const admin = useSession().data?.role === 'admin'
  const list = Array.isArray(value) ? value.map(String) : typeof value === 'string' && value !== '' && value !== 'none' ? [value] : []
  const [others, setOthers] = useState(list.length > 0)
  const who = value === 'none' ? 'none' : others || list.length > 0 ? 'others' : 'usual'
  const choose = (next: string) => {
    setOthers(next === 'others')
    set(next === 'none' ? 'none' : undefined)
  }
  return (
    <div className="space-y-2">
      <p className="mb-1 font-medium">{t.alerts}</p>
      <Select label={t.alerts} value={who} set={choose} options={[{ value: 'usual', label: t.alertsUsual }, { value: 'others', label: t.alertsOthers }, { value: 'none', label: t.alertsNobody }]} />
      {who === 'others' && <Targets label={t.alertsWhom} problem={problem} value={list} set={(to) => set(to.length > 0 ? to : undefined)} />}
      {who === 'others' && admin && list.length > 0 && <TryTargets to={list} />}
    </div>
  )
}
