import { useSaid } from '../tree/announce'

/** Announcer is the polite region that tells what happened. The key makes it speak again when the words are the same. */
export function Announcer() {
  const { text, n } = useSaid()
  return <div role="status" aria-live="polite" className="sr-only"><span key={n}>{text}</span></div>
}
