import { makeWords } from '../words'

const en = {
  flows: 'You may look at flows; an editor can make, change and switch them.',
  runs: 'You may look at runs; an editor can run them again, cancel and settle them.',
  events: 'You may look at events; an editor can test with them and let them in.',
  variables: 'You may look at variables; an admin can change them.',
}

const pt: typeof en = {
  flows: 'Você pode ver os fluxos; quem os cria, altera e liga é um editor.',
  runs: 'Você pode ver as execuções; quem as executa de novo, cancela e decide é um editor.',
  events: 'Você pode ver os eventos; quem testa com eles e os deixa entrar é um editor.',
  variables: 'Você pode ver as variáveis; quem as altera é um admin.',
}

export const useWords = makeWords(en, pt)
