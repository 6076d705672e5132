const two = (n: number) => String(n).padStart(2, '0')

/** wallIn is what the clocks of a time zone show at a moment, as 2026-12-24T09:00. */
export function wallIn(zone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(at)
  const of = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  return `${of('year').padStart(4, '0')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`
}

const utc = (wall: string) => new Date(`${wall}:00Z`).getTime()

/** stampIn writes what the clocks of a time zone show as RFC 3339 does, with how far they are from UTC then. */
export function stampIn(zone: string, wall: string): string | undefined {
  if (!/^\d{4}-.*T/.test(wall) || Number.isNaN(utc(wall))) return undefined
  const ahead = (at: number) => utc(wallIn(zone, new Date(at))) - Math.floor(at / 60_000) * 60_000
  const off = ahead(utc(wall) - ahead(utc(wall))) / 60_000
  return `${wall}:00${off < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(off) / 60))}:${two(Math.abs(off) % 60)}`
}

/** isDay says that a text is a day of the calendar, without a time. */
export const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text)

/** wallOf is what the clocks of a time zone show at what a text says: a day begins there, a time without a zone is one there. */
export function wallOf(zone: string, text: string): string | undefined {
  const [there] = /^\d{4}-\d\d-\d\d(T\d\d:\d\d)?(?=(:\d\d(\.\d+)?)?$)/.exec(text) ?? []
  if (there) return isDay(there) ? `${there}T00:00` : there
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? undefined : wallIn(zone, at)
}
