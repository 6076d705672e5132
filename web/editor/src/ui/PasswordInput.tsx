import { type InputHTMLAttributes, useState } from 'react'
import { Eye, EyeOff } from 'lucide-react'
import { useWords } from '../words'
import { IconButton } from './Button'
import { inputLook } from './Input'

/** PasswordInput can be looked at while it is typed. */
export function PasswordInput(props: InputHTMLAttributes<HTMLInputElement>) {
  const t = useWords()
  const [seen, setSeen] = useState(false)
  return (
    <span className="relative block">
      <input {...props} type={seen ? 'text' : 'password'} className={`${inputLook} pr-10`} />
      <IconButton size="small" className="absolute top-[3px] right-1" label={seen ? t.hide : t.show} aria-pressed={seen} onClick={() => setSeen(!seen)}>
        {seen ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
      </IconButton>
    </span>
  )
}
