import { useWords } from '../words'

/** Unread says in a line what could not be read, and reads it again. */
export function Unread({ text, again, className = 'mt-1' }: { text: string; again: () => void; className?: string }) {
  const t = useWords()
  return <p role="alert" className={`text-meta text-warn ${className}`}>{text} <button type="button" className="font-medium text-accent underline underline-offset-2" onClick={again}>{t.retry}</button></p>
}
