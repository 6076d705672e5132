import { makeWords } from '../words'

const en = {
  inList: 'It stands in a list, “{list}”. Which is meant?',
  ofFirst: 'Of the first item',
  joined: 'Of all, with commas',
  listed: 'Of all, as a list',
  repeat: 'Repeat this step for each item',
}

const pt: typeof en = {
  inList: 'Fica dentro de uma lista, “{list}”. De qual item?',
  ofFirst: 'Do primeiro item',
  joined: 'De todos, com vírgulas',
  listed: 'De todos, como lista',
  repeat: 'Repetir este passo para cada item',
}

export const useWords = makeWords(en, pt)
