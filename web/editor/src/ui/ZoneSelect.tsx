import { Select } from './Select'

/** ownZone is the time zone of this browser. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

/** ZoneSelect chooses a time zone by its name; the browser's own stands first. */
export function ZoneSelect({ label, value, set, none }: { label: string; value: string; set: (zone: string) => void; none?: string }) {
  const zones = [...new Set([value, ownZone(), 'America/Sao_Paulo', 'UTC', ...Intl.supportedValuesOf('timeZone')])].filter(Boolean)
  return <Select label={label} value={value} set={set} options={[...(none === undefined ? [] : [{ value: '', label: none }]), ...zones.map((zone) => ({ value: zone, label: zone.replaceAll('_', ' '), hint: offsetOf(zone) }))]} />
}

/** offsetOf says how far a zone is from UTC now. */
function offsetOf(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(new Date()).find((p) => p.type === 'timeZoneName')?.value ?? ''
  } catch {
    return ''
  }
}
