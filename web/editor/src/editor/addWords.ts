import { makeWords } from '../words'
import { useBoth } from '../words/both'
import { useWords as useBuilderWords } from './words'

const en = {
  searchActions: 'What should happen?',
  addKeys: '↑ ↓ to choose, Enter to add.',
  addHint: 'A cURL line or copied steps can be pasted here.',
  pasteSteps_one: 'Paste {n} step',
  pasteSteps_other: 'Paste {n} steps',
  group_often: 'Used most',
  group_flow: 'Control and data',
  group_http: 'Any API',
  group_message: 'Messages',
  group_crm: 'CRM',
  group_sales: 'Sales',
  group_payment: 'Payments',
  group_shop: 'Shops',
  group_marketing: 'Marketing',
  group_data: 'Sheets and data',
  group_ai: 'AI',
  group_commerce: 'Shops and orders',
  group_code: 'Code and issues',
  group_email: 'E-mail',
}

const pt: typeof en = {
  searchActions: 'O que deve acontecer?',
  addKeys: '↑ ↓ para escolher, Enter para adicionar.',
  addHint: 'Dá para colar aqui um cURL ou passos copiados.',
  pasteSteps_one: 'Colar {n} passo',
  pasteSteps_other: 'Colar {n} passos',
  group_often: 'Mais usados',
  group_flow: 'Controle e dados',
  group_http: 'Qualquer API',
  group_message: 'Mensagens',
  group_crm: 'CRM',
  group_sales: 'Vendas',
  group_payment: 'Pagamentos',
  group_shop: 'Lojas',
  group_marketing: 'Marketing',
  group_data: 'Planilhas e dados',
  group_ai: 'IA',
  group_commerce: 'Lojas e pedidos',
  group_code: 'Código e tarefas',
  group_email: 'E-mail',
}

const useOwn = makeWords(en, pt)

/** useWords has what the search for actions says, beside the words of the builder. */
export const useWords = () => useBoth(useBuilderWords(), useOwn())
