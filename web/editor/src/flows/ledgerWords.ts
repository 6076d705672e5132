import { makeWords } from '../words'

const en = {
  ledger: '{accepted} events accepted: {finished} finished, {waiting} waiting, {pending} queued',
  ledgerHelp: 'Every event that was ever accepted is in one of these; nothing is lost on the way.',
}

const pt: typeof en = {
  ledger: '{accepted} eventos aceitos: {finished} terminados, {waiting} esperando, {pending} na fila',
  ledgerHelp: 'Todo evento que já foi aceito está em um destes; nada se perde no caminho.',
}

export const useWords = makeWords(en, pt)
