import { speech } from '../words/speech'
import { fill } from '../words/phrase'

const en = {
  fillIn: 'Fill this in.',
  wholeEmail: 'Write the whole e-mail address, such as ana@example.com.',
  wholeURL: 'Write the whole address, from https:// on.',
  tooShort: 'At least {n} characters.',
  outside: 'A number from {min} to {max}.',
  notThis: 'Something in it is not allowed here.',
}

const pt: typeof en = {
  fillIn: 'Preencha este campo.',
  wholeEmail: 'Escreva o e-mail inteiro, como ana@example.com.',
  wholeURL: 'Escreva o endereço inteiro, a partir de https://.',
  tooShort: 'Pelo menos {n} caracteres.',
  outside: 'Um número de {min} a {max}.',
  notThis: 'Há algo que não é permitido aqui.',
}

type Control = HTMLInputElement | HTMLTextAreaElement

/** firstAmiss is what a person has to mend first. */
export const firstAmiss = (form: HTMLFormElement | null) => [...(form?.querySelectorAll<Control>('input, textarea') ?? [])].find((c) => c.willValidate && !c.validity.valid)

/** amissOf says in the page's language what is wrong with a control; pattern is how it has to look. */
export function amissOf(control: Control, pattern: string): string {
  const t = speech.lang === 'en' ? en : pt
  const { validity: v, minLength } = control
  if (v.customError) return control.validationMessage
  if (v.valueMissing) return t.fillIn
  if (v.tooShort) return fill(t.tooShort, { n: minLength })
  if (v.typeMismatch) return control.type === 'url' ? t.wholeURL : t.wholeEmail
  if (control instanceof HTMLInputElement && (v.rangeUnderflow || v.rangeOverflow || v.badInput)) return fill(t.outside, { min: control.min, max: control.max })
  return pattern || t.notThis
}
