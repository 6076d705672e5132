import { makeWords } from '../words'

const en = {
  wasDeleted: 'This flow was deleted',
  deletedBy: 'By {who}, {when}.',
  goneHelp: 'What you changed is still here, but it cannot be saved in this flow any more. As a new flow it gets another address, and is off until you publish it.',
  keepCopy: 'Keep it as a new flow',
  copyOf: '{name} (copy)',
  toFlows: 'To the flows',
}

const pt: typeof en = {
  wasDeleted: 'Este fluxo foi apagado',
  deletedBy: 'Por {who}, {when}.',
  goneHelp: 'O que você mudou ainda está aqui, mas não há mais como salvar neste fluxo. Como um fluxo novo, ele ganha outro endereço e fica desligado até você publicar.',
  keepCopy: 'Guardar como um fluxo novo',
  copyOf: '{name} (cópia)',
  toFlows: 'Ir para os fluxos',
}

export const useWords = makeWords(en, pt)
