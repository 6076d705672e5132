import { makeWords } from '../words'

const en = {
  noEvents: 'No event yet',
  letIn: 'Let it in',
}

const pt: typeof en = {
  noEvents: 'Nenhum evento ainda',
  letIn: 'Deixar entrar',
}

export const useWords = makeWords(en, pt)
