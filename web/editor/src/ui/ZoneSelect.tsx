import { Select } from './Select'
import { zoneOptions } from './zones'

/** ZoneSelect chooses a time zone by its place. */
export function ZoneSelect({ label, value, set, none }: { label: string; value: string; set: (zone: string) => void; none?: string }) {
  return <Select label={label} value={value} set={set} options={[...(none === undefined ? [] : [{ value: '', label: none }]), ...zoneOptions(value)]} />
}
