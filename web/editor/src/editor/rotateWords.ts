import { makeWords } from '../words'
import { useBoth } from '../words/both'
import { useWords as useBuilderWords } from './words'

const en = {
  rotateTitle: 'Make a new URL?',
  rotateHelp: 'The old one goes on working for the time you choose, then answers 404.',
  rotateDo: 'Make a new URL',
  rotated: 'The new URL is in the trigger card',
  overlap: 'The old URL works for',
  atOnceStop: 'stop it at once',
  day_one: '{n} day',
  day_other: '{n} days',
}

const pt: typeof en = {
  rotateTitle: 'Criar uma nova URL?',
  rotateHelp: 'A antiga continua funcionando pelo tempo que você escolher, depois responde 404.',
  rotateDo: 'Criar nova URL',
  rotated: 'A nova URL está no cartão do gatilho',
  overlap: 'A URL antiga funciona por',
  atOnceStop: 'parar já',
  day_one: '{n} dia',
  day_other: '{n} dias',
}

const useOwn = makeWords(en, pt)

/** useWords has what is said of a new URL, beside the words of the builder. */
export const useWords = () => useBoth(useBuilderWords(), useOwn())
