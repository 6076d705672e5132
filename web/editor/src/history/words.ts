import { makeWords } from '../words'

const en = {
  findValue: 'A whole value: an order, e-mail, phone',
  flow: 'Flow',
  status: 'State',
  time: 'Time',
  allFlows: 'All flows',
  allStatuses: 'All states',
  anyTime: 'Any time',
  lastHour: 'Last hour',
  lastDay: 'Last 24 hours',
  lastWeek: 'Last 7 days',
  lastMonth: 'Last 30 days',
  between: 'Between two times',
  from: 'From',
  to: 'To',
  clear: 'Clear filters',
  showMore: 'Show more',
}

const pt: typeof en = {
  findValue: 'Um valor inteiro: pedido, e-mail, telefone',
  flow: 'Fluxo',
  status: 'Situação',
  time: 'Quando',
  allFlows: 'Todos os fluxos',
  allStatuses: 'Todas as situações',
  anyTime: 'Qualquer hora',
  lastHour: 'Última hora',
  lastDay: 'Últimas 24 horas',
  lastWeek: 'Últimos 7 dias',
  lastMonth: 'Últimos 30 dias',
  between: 'Entre dois horários',
  from: 'De',
  to: 'Até',
  clear: 'Limpar filtros',
  showMore: 'Mostrar mais',
}

export const useWords = makeWords(en, pt)
