import { makeWords } from '../words'

const en = {
  flows: 'You may look at flows; an editor can make, change and switch them.',
  runs: 'You may look at runs; an editor can run them again, cancel and settle them. Screens hide e-mails, phones and documents from you.',
  events: 'You may look at events; an editor can test with them, let them in. Screens hide e-mails, phones and documents from you.',
  variables: 'You may look at variables; an admin can change them.',
}

const pt: typeof en = {
  flows: 'Você pode ver os fluxos; só editores os criam, alteram e ligam.',
  runs: 'Você pode ver as execuções; só editores executam de novo, cancelam e decidem. As telas escondem de você e-mails, telefones e documentos.',
  events: 'Você pode ver os eventos; só editores testam com eles e deixam que entrem. As telas escondem de você e-mails, telefones e documentos.',
  variables: 'Você pode ver as variáveis; só admins as alteram.',
}

export const useWords = makeWords(en, pt)
