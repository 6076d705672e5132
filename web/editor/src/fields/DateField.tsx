import { useState } from 'react'
import { useAbout } from '../api/hooks'
import { useDesk } from '../data/desk'
import { atClock, ownZone, placeOf } from '../ui/zones'
import { useLang } from '../words'
import { type ControlProps, edge, look } from './Control'
import { isDay, stampIn, wallOf } from './days'

/** DateField chooses a day, which stays a day, or a moment on the clocks of the flow. */
export const DateField = (props: ControlProps) => (props.field.day ? <Day {...props} /> : <Moment {...props} />)

const plain = ({ id, invalid }: ControlProps) => ({ id: `${id}-control`, 'aria-describedby': `${id}-help`, 'aria-invalid': invalid || undefined, className: `${look} ${edge(invalid)}` })

function Day(props: ControlProps) {
  const text = typeof props.value === 'string' ? props.value.trim() : ''
  return (
    <>
      <input {...plain(props)} type="date" max="9999-12-31" value={isDay(text) ? text : ''} onChange={(e) => props.set(e.target.value || undefined)} />
      {text !== '' && !isDay(text) && <Other text={text} />}
    </>
  )
}

/** useZone is the time zone of the flow, or of the server. */
function useZone(): string {
  const own = useDesk().flow.settings?.timezone
  const { data } = useAbout()
  return (typeof own === 'string' && own) || data?.timezone || ownZone()
}

function Moment(props: ControlProps) {
  const { lang } = useLang()
  const zone = useZone()
  const [typed, type] = useState<string>() // a year that is half typed stays as it is typed
  const text = typeof props.value === 'string' ? props.value.trim() : ''
  const wall = wallOf(zone, text)
  const change = (next: string) => {
    type(next)
    props.set(next === '' ? undefined : stampIn(zone, next))
  }
  return (
    <>
      <input {...plain(props)} type="datetime-local" max="9999-12-31T23:59" value={typed ?? wall ?? ''} onChange={(e) => change(e.target.value)} onBlur={() => type(undefined)} />
      {wall && <p className="mt-1 text-xs text-text-2">{atClock(`${wall}:00`, lang, { dateStyle: 'full', timeStyle: 'short' })} · {placeOf(zone)}</p>}
      {text !== '' && !wall && <Other text={text} />}
    </>
  )
}

/** Other is a value that the calendar cannot show. */
const Other = ({ text }: { text: string }) => <p className="mt-1 text-xs break-words text-text-2"><code>{text}</code></p>
