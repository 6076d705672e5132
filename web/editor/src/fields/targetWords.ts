import { makeWords } from '../words'

const en = {
  add: 'Add an e-mail or a connection',
  remove: 'Do not tell {to}',
  typeOne: 'Type an e-mail address, or the name of a connection.',
  where: 'Where {connection} tells it',
  channel: 'Channel',
  reading: 'Reading the channels…',
  typeChannel: 'Type the channel.',
  giveUp: 'Choose another',
  trial: 'Send a trial alert',
  trialSent: '{to}: sent',
  trialFailed: '{to}: {why}',
}

const pt: typeof en = {
  add: 'Adicione um e-mail ou uma conexão',
  remove: 'Não avisar {to}',
  typeOne: 'Digite um e-mail, ou o nome de uma conexão.',
  where: 'Onde {connection} avisa',
  channel: 'Canal',
  reading: 'Lendo os canais…',
  typeChannel: 'Digite o canal.',
  giveUp: 'Escolher outro',
  trial: 'Enviar um aviso de teste',
  trialSent: '{to}: enviado',
  trialFailed: '{to}: {why}',
}

export const useWords = makeWords(en, pt)
