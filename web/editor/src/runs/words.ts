import { makeWords } from '../words'

const en = {
  noRuns: 'No run yet',
  status: 'Status',
  all: 'All',
  steps: 'Steps',
  input: 'Input',
  output: 'Output',
  request: 'Sent',
  answer: 'Answer',
  wouldSend: 'would send',
  assumed: 'assumed',
  again: 'Run again',
  fromFailed: 'Go on from the failed step',
  cancelRun: 'Cancel the run',
  settle: 'Did it happen?',
  done: 'Yes, it happened',
  repeat: 'No, send it again',
}

const pt: typeof en = {
  noRuns: 'Nenhuma execução ainda',
  status: 'Situação',
  all: 'Todas',
  steps: 'Passos',
  input: 'Entrada',
  output: 'Resultado',
  request: 'Enviado',
  answer: 'Resposta',
  wouldSend: 'enviaria',
  assumed: 'suposto',
  again: 'Executar de novo',
  fromFailed: 'Continuar do passo que falhou',
  cancelRun: 'Cancelar a execução',
  settle: 'Aconteceu?',
  done: 'Sim, aconteceu',
  repeat: 'Não, enviar de novo',
}

export const useWords = makeWords(en, pt)
