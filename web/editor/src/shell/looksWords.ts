import { makeWords } from '../words'

const en = {
  flows: 'You may look at flows; an editor can make, change and switch them.',
  runs: 'You may look at runs; an editor can run them again, cancel and settle them, and see personal data.',
  events: 'You may look at events; an editor can test with them, let them in, and see personal data.',
  variables: 'You may look at variables; an admin can change them.',
}

const pt: typeof en = {
  flows: 'Você pode ver os fluxos; só editores os criam, alteram e ligam.',
  runs: 'Você pode ver as execuções; só editores executam de novo, cancelam, decidem e veem dados pessoais.',
  events: 'Você pode ver os eventos; só editores testam com eles, deixam que entrem e veem dados pessoais.',
  variables: 'Você pode ver as variáveis; só admins as alteram.',
}

export const useWords = makeWords(en, pt)
