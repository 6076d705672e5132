import { type ControlProps, edge, look } from './Control'

const two = (n: number) => String(Math.abs(n)).padStart(2, '0')

/** local is what the browser's control takes: the wall clock here. */
function local(value: unknown): string {
  const at = typeof value === 'string' ? new Date(value) : undefined
  if (!at || Number.isNaN(at.getTime())) return ''
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** stamp writes a wall-clock time here as RFC 3339 does, with its offset. */
function stamp(wall: string): string | undefined {
  const at = new Date(wall)
  if (wall === '' || Number.isNaN(at.getTime())) return undefined
  const off = -at.getTimezoneOffset()
  return `${wall}:00${off < 0 ? '-' : '+'}${two(Math.trunc(off / 60))}:${two(off % 60)}`
}

export function DateField({ value, set, id, invalid, focus }: ControlProps) {
  return (
    <>
      <input id={`${id}-control`} type="datetime-local" aria-describedby={`${id}-help`} aria-invalid={invalid || undefined} onFocus={focus} className={`${look} ${edge(invalid)}`} value={local(value)} onChange={(e) => set(stamp(e.target.value))} />
      {typeof value === 'string' && value !== '' && <p className="mt-1 text-xs text-text-2"><code>{value}</code></p>}
    </>
  )
}
