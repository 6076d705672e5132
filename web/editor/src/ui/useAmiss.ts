import { useEffect, useRef, useState } from 'react'

/** useAmiss says what keeps a form from being sent, of the controls inside what box is put on: the browser's own bubbles speak the browser's language. */
export function useAmiss<E extends HTMLElement>(pattern = '') {
  const [amiss, setAmiss] = useState('')
  const box = useRef<E>(null)
  useEffect(() => {
    const within = box.current
    const refuse = (e: Event) => {
      const control = e.target as HTMLInputElement
      e.preventDefault()
      const folded = control.closest('details')
      if (folded) folded.open = true
      void import('./amiss').then((m) => {
        setAmiss(m.amissOf(control, pattern))
        if (m.firstAmiss(control.form) === control) control.focus()
      }, () => setAmiss(control.validationMessage))
    }
    const typed = () => setTimeout(() => setAmiss('')) // drawn at once, the control would lose what was just typed: its own listener comes later
    within?.addEventListener('invalid', refuse, true)
    within?.addEventListener('input', typed)
    return () => {
      within?.removeEventListener('invalid', refuse, true)
      within?.removeEventListener('input', typed)
    }
  }, [pattern])
  return { box, amiss }
}
