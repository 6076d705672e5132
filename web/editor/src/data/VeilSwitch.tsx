import { Eye, EyeOff } from 'lucide-react'
import { IconButton } from '../ui/basics'
import { useSwitch } from './switch'
import { useWords } from './words'

/** VeilSwitch shows and hides the personal data of the builder, for who may see it. */
export function VeilSwitch({ className = '' }: { className?: string }) {
  const t = useWords()
  const { revealed, may, turn } = useSwitch()
  if (!may) return null
  const Icon = revealed ? EyeOff : Eye
  return <IconButton label={revealed ? t.hide : t.reveal} className={`size-7! ${revealed ? 'text-accent!' : ''} ${className}`} onClick={turn}><Icon size={15} aria-hidden /></IconButton>
}
