import { makeWords } from '../words'

const en = {
  signIn: 'Sign in',
  setupTitle: 'Make the first user',
  setupHelp: 'This user may do everything. The link is good once.',
}

const pt: typeof en = {
  signIn: 'Entrar',
  setupTitle: 'Crie o primeiro usuário',
  setupHelp: 'Este usuário pode tudo. O link vale uma vez.',
}

export const useWords = makeWords(en, pt)
