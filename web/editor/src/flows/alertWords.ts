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
  failures: '{n} failures; this is the last one',
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
  failures: '{n} falhas; esta é a última',
}

export const useWords = makeWords(en, pt)
