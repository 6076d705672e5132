/** What a schedule is in words; cron is what words cannot say. */
export type Plan =
  | { how: 'minutes'; every: number }
  | { how: 'hourly'; minute: number }
  | { how: 'daily'; time: string }
  | { how: 'weekly'; time: string; days: number[] }
  | { how: 'monthly'; time: string; day: number }
  | { how: 'cron' }

const two = (n: number) => String(n).padStart(2, '0')
const whole = (text: string | undefined, least: number, most: number) => (text !== undefined && /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined)

const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

function daysOf(field: string): number[] | undefined {
  const out = new Set<number>()
  for (const part of field.toLowerCase().split(',')) {
    const [a = '', b] = part.split('-').map((x) => (names.includes(x) ? String(names.indexOf(x)) : x))
    const from = whole(a, 0, 7)
    const to = b === undefined ? from : whole(b, 0, 7)
    if (from === undefined || to === undefined || to < from) return undefined
    for (let d = from; d <= to; d++) out.add(d % 7)
  }
  return [...out].sort((x, y) => x - y)
}

/** spans puts days that follow each other together, three or more, in the order of a week that begins on Monday. */
export function spans(days: number[]): [from: number, to: number][] {
  const out: [number, number][] = []
  for (const d of [1, 2, 3, 4, 5, 6, 0].filter((x) => days.includes(x))) {
    const last = out.at(-1)
    if (last && (last[1] + 1) % 7 === d) last[1] = d
    else out.push([d, d])
  }
  return out.flatMap(([from, to]) => ((to - from + 7) % 7 > 1 || from === to ? [[from, to]] : [[from, from], [to, to]]) as [number, number][])
}

const short: Record<string, string> = { '@hourly': '0 * * * *', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@weekly': '0 0 * * 0', '@monthly': '0 0 1 * *' }

/** planOf reads the words from a cron line. */
export function planOf(cron: string): Plan {
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...rest] = (short[cron.trim()] ?? cron.trim()).split(/\s+/)
  if (rest.length > 0 || month !== '*') return { how: 'cron' }
  const step = /^\*\/(\d+)$/.exec(minute)
  if (step && hour === '*' && day === '*' && weekday === '*') return { how: 'minutes', every: Number(step[1]) }
  const m = whole(minute, 0, 59)
  if (m === undefined) return { how: 'cron' }
  if (hour === '*' && day === '*' && weekday === '*') return { how: 'hourly', minute: m }
  const h = whole(hour, 0, 23)
  if (h === undefined) return { how: 'cron' }
  const time = `${two(h)}:${two(m)}`
  if (day === '*' && weekday === '*') return { how: 'daily', time }
  const days = day === '*' ? daysOf(weekday) : undefined
  if (days) return { how: 'weekly', time, days }
  const d = weekday === '*' ? whole(day, 1, 31) : undefined
  return d === undefined ? { how: 'cron' } : { how: 'monthly', time, day: d }
}

/** cronOf writes words as a cron line. */
export function cronOf(p: Plan): string {
  const [h = '0', m = '0'] = 'time' in p ? p.time.split(':').map((x) => String(Number(x))) : []
  switch (p.how) {
    case 'minutes': return `*/${p.every} * * * *`
    case 'hourly': return `${p.minute} * * * *`
    case 'daily': return `${m} ${h} * * *`
    case 'weekly': return `${m} ${h} * * ${p.days.join(',')}`
    case 'monthly': return `${m} ${h} ${p.day} * *`
    case 'cron': return ''
  }
}
