import { useState } from 'react'
import { Dices } from 'lucide-react'
import { Button } from '../ui/Button'
import { copyText } from '../ui/Copy'
import { toast } from '../ui/Toast'
import { useWords } from './words'

/** MakePassword fills in a password that nobody had to invent, and copies it for whoever it is for. */
export function MakePassword({ set }: { set: (password: string) => void }) {
  const t = useWords()
  const [toGive, setToGive] = useState('') // where it could not be copied
  const make = () => {
    const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
    const text = [...crypto.getRandomValues(new Uint8Array(20))].map((n) => letters.charAt(n % letters.length)).join('').replace(/.{5}(?=.)/g, '$&-')
    set(text)
    void copyText(text).then((copied) => {
      setToGive(copied ? '' : text)
      if (copied) toast(t.passwordMade)
    })
  }
  return (
    <>
      <Button look="quiet" onClick={make}><Dices size={16} aria-hidden />{t.makePassword}</Button>
      {toGive && <p role="status" className="self-center text-secondary text-text-2">{t.passwordShown} <code className="text-text select-all">{toGive}</code></p>}
    </>
  )
}
