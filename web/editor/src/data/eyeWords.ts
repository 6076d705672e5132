import { makeWords } from '../words'

const en = {
  reveal: 'Show personal data',
  hide: 'Hide personal data',
  areHidden: 'E-mails, phones and documents are hidden.',
  areShown: 'E-mails, phones and documents are shown.',
  copyHidden: 'Copy, personal data hidden',
}

const pt: typeof en = {
  reveal: 'Mostrar dados pessoais',
  hide: 'Esconder dados pessoais',
  areHidden: 'E-mails, telefones e documentos estão escondidos.',
  areShown: 'E-mails, telefones e documentos estão à vista.',
  copyHidden: 'Copiar, dados pessoais escondidos',
}

export const useWords = makeWords(en, pt)
