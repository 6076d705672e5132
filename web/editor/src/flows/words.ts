import { makeWords } from '../words'

const en = {
  newFlow: 'New flow',
  noFlows: 'No flow yet',
  noFlowsHelp: 'A flow gets a secret address. Paste it into a shop, a form or a payment service, and say what happens with each event.',
  flowName: 'What is it called?',
  changedDraft: 'Draft has changes',
}

const pt: typeof en = {
  newFlow: 'Novo fluxo',
  noFlows: 'Nenhum fluxo ainda',
  noFlowsHelp: 'Um fluxo ganha um endereço secreto. Cole em uma loja, um formulário ou um meio de pagamento, e diga o que acontece com cada evento.',
  flowName: 'Como ele se chama?',
  changedDraft: 'Rascunho com mudanças',
}

export const useWords = makeWords(en, pt)
