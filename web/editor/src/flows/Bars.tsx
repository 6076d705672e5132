import type { Schemas } from '../api/client'
import { fill, usePlural } from '../words/phrase'
import { useWords } from './words'

const height = 26
const step = 5

/** Bars are the last 24 hours, one a bar: events, and what of it failed. */
export function Bars({ recent }: { recent: Schemas['Recent'] | undefined }) {
  const t = useWords()
  const plural = usePlural()
  const events = recent?.events ?? Array.from({ length: 24 }, () => 0)
  const failed = recent?.failed ?? []
  const most = Math.max(1, ...events, ...failed)
  const sum = (list: number[]) => list.reduce((a, b) => a + b, 0)
  const words = sum(events) + sum(failed) === 0 ? t.barsNone : fill(t.bars, { events: plural(t, 'barEvents', sum(events)), failed: plural(t, 'barFailed', sum(failed)) })
  return (
    <svg role="img" aria-label={words} data-tip={words} viewBox={`0 0 ${events.length * step} ${height}`} className="h-[26px] w-[120px] shrink-0">
      {events.map((n, i) => {
        const bad = Math.min(failed[i] ?? 0, Math.max(n, failed[i] ?? 0))
        const tall = scale(Math.max(n, bad), most)
        const red = bad === 0 ? 0 : Math.max(3, (tall * bad) / Math.max(n, bad))
        return (
          <g key={i}>
            <rect x={i * step} y={height - Math.max(tall, 1.5)} width={step - 1.5} height={Math.max(tall, 1.5)} rx="1" className={n + bad === 0 ? 'fill-line' : 'fill-accent'} />
            {red > 0 && <rect x={i * step} y={height - red} width={step - 1.5} height={red} rx="1" className="fill-fail" />}
          </g>
        )
      })}
    </svg>
  )
}

/** scale keeps one event beside thousands in sight. */
const scale = (n: number, most: number) => (n === 0 ? 0 : Math.max(3, (height * Math.sqrt(n)) / Math.sqrt(most)))
