import { useEffect, useState } from 'react'
import { Check, Copy } from 'lucide-react'
import { useWords } from '../words'
import { IconButton } from './Button'

/** copyText also works where the page came without TLS and browsers have no clipboard for it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    const host = document.querySelector('dialog[open]') ?? document.body
    host.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}

/** useCopied says for a moment that something was copied. */
export function useCopied(): [done: boolean, copy: (text: string) => void] {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 1500)
    return () => clearTimeout(timer)
  }, [done])
  return [done, (text) => void copyText(text).then(setDone)]
}

export function CopyButton({ text, label, size, tabIndex }: { text: string; label?: string; size?: 'small' | 'normal'; tabIndex?: number }) {
  const t = useWords()
  const [done, copy] = useCopied()
  return (
    <IconButton label={done ? t.copied : label ?? t.copy} size={size} tabIndex={tabIndex} onClick={() => copy(text)}>
      {done ? <Check size={16} aria-hidden className="text-ok" /> : <Copy size={16} aria-hidden />}
    </IconButton>
  )
}

/** CopyField shows an address or a line that is meant to be copied; shown is what tells it from others, where there is no room for all of it. */
export function CopyField({ text, shown, label, className = '', tabIndex }: { text: string; shown?: string; label?: string; className?: string; tabIndex?: number }) {
  return (
    <span className={`flex min-w-0 items-center rounded-lg bg-sunken pl-3 ${className}`}>
      <code title={shown && text} className="min-w-0 flex-1 truncate text-meta">{shown ?? text}</code>
      <CopyButton text={text} label={label} size="small" tabIndex={tabIndex} />
    </span>
  )
}
