import { makeWords } from '../words'

const en = {
  alerts: 'What is wrong now',
  untold: 'Nobody gets a message about this.',
  chooseWhom: 'Choose whom to tell',
  seen: 'Dismiss',
  showRun: 'Show the run',
  showWaiting: 'Show the runs',
  openConnection: 'Open the connection',
  times: '{n} times',
  failures_one: '{n} failure',
  failures_other: '{n} failures',
  others_one: '+ {n} of another kind',
  others_other: '+ {n} of other kinds',
  showFailures: 'Show the failures',
}

const pt: typeof en = {
  alerts: 'O que está errado agora',
  untold: 'Ninguém recebe aviso disto.',
  chooseWhom: 'Escolher quem avisar',
  seen: 'Dispensar',
  showRun: 'Ver a execução',
  showWaiting: 'Ver as execuções',
  openConnection: 'Abrir a conexão',
  times: '{n} vezes',
  failures_one: '{n} falha',
  failures_other: '{n} falhas',
  others_one: '+ {n} com outro erro',
  others_other: '+ {n} com outros erros',
  showFailures: 'Ver as falhas',
}

export const useWords = makeWords(en, pt)
