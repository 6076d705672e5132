import { useState } from 'react'
import { Eye, EyeOff } from 'lucide-react'
import { IconButton } from '../ui/Button'
import { CopyButton } from '../ui/Copy'
import { useWords } from './eyeWords'
import { useSwitch } from './switch'

/** VeilEye is the switch in the head of a screen, for who may see personal data: as large as the buttons beside it, and heard. */
export function VeilEye({ className = '' }: { className?: string }) {
  const t = useWords()
  const { revealed, may, turn } = useSwitch()
  const [turned, setTurned] = useState(false)
  if (!may) return null
  const Icon = revealed ? EyeOff : Eye
  return (
    <>
      <IconButton label={revealed ? t.hide : t.reveal} className={`pointer-coarse:-my-1 pointer-coarse:size-11 max-sm:-my-1 max-sm:size-11 ${revealed ? 'text-accent!' : ''} ${className}`} onClick={() => { setTurned(true); turn() }}><Icon size={17} strokeWidth={1.75} aria-hidden /></IconButton>
      <span role="status" className="sr-only">{turned && (revealed ? t.areShown : t.areHidden)}</span>
    </>
  )
}

/** CopyShown copies a value as it is shown, and says when something in it is hidden. */
export function CopyShown({ value }: { value: unknown }) {
  const t = useWords()
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  return <CopyButton size="small" text={text} label={text.includes('•••') ? t.copyHidden : undefined} />
}
