import { makeWords } from '../words'

const en = {
  waits: 'What is waited for',
  approved: 'is approved',
  rejected: 'is rejected',
  came: 'the signal comes',
  late: 'nobody answers in time',
  goesOn: 'The run goes on from here.',
  fetchHelp: 'This only reads. Until it is fetched, nobody knows the fields of the answer.',
  fetchReal: 'Fetch it really',
  lacksConnection: 'Before this can be done for real, make the connection “{name}” under Setup.',
}

const pt: typeof en = {
  waits: 'O que é esperado',
  approved: 'é aprovado',
  rejected: 'é rejeitado',
  came: 'o sinal chega',
  late: 'ninguém responde a tempo',
  goesOn: 'A execução continua daqui.',
  fetchHelp: 'Isto só lê. Enquanto não buscar, ninguém sabe os campos da resposta.',
  fetchReal: 'Buscar de verdade',
  lacksConnection: 'Para fazer isto de verdade, crie antes a conexão “{name}” em Configurar.',
}

export const useWords = makeWords(en, pt)
