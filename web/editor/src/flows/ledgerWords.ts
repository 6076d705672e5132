import { makeWords } from '../words'

const en = {
  ledger: '{accepted} accepted = {finished} finished + {waiting} waiting + {pending} pending',
  ledgerHelp: 'Every event that was ever accepted is in one of these; nothing is lost on the way.',
}

const pt: typeof en = {
  ledger: 'Aceitos: {accepted} = terminados: {finished} + esperando: {waiting} + na fila: {pending}',
  ledgerHelp: 'Todo evento que já foi aceito está em um destes; nada se perde no caminho.',
}

export const useWords = makeWords(en, pt)
