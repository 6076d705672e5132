import { remember } from './remember'

const off = 'letters-off'

/** lettersOn says whether bare letters are keys; a person can turn them off. */
export const lettersOn = () => localStorage.getItem(off) === null
export const setLetters = (on: boolean) => remember(off, on ? null : '1')
