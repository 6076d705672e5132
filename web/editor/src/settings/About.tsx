import { useAbout } from '../api/hooks'
import { Mark } from '../ui/Logo'
import { Skeleton } from '../ui/states'
import { offsetOf, placeOf } from '../ui/zones'
import { useFormat } from '../words/format'
import { Part } from './Part'
import { useWords } from './words'

export function About() {
  const t = useWords()
  const { duration } = useFormat()
  const { data } = useAbout()
  if (!data) return <Skeleton rows={2} />
  const facts = [[t.version, data.version], [t.uptime, duration(data.uptime_ms)], [t.publicURL, data.public_url], [t.timezone, `${placeOf(data.timezone)} · ${offsetOf(data.timezone)}`], [t.builtWith, data.go]] as const
  return (
    <Part title={t.about}>
      <div className="flex flex-wrap gap-6">
        <Mark className="size-12" />
        <dl className="grid min-w-0 gap-x-6 gap-y-1 sm:grid-cols-[auto_minmax(0,1fr)]">{facts.map(([name, value]) => <div key={name} className="max-sm:mb-1 sm:contents"><dt className="text-text-2">{name}</dt><dd className="break-all">{value}</dd></div>)}</dl>
      </div>
      <p className="mt-5"><a href="/api/v1/openapi.json" className="text-accent hover:underline">{t.docs}</a></p>
    </Part>
  )
}
