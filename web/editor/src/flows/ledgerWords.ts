import { makeWords } from '../words'

const en = {
  accepted_one: '{n} event accepted: {finished}, {waiting} waiting, {pending} queued',
  accepted_other: '{n} events accepted: {finished}, {waiting} waiting, {pending} queued',
  finished_one: '{n} finished',
  finished_other: '{n} finished',
  ledgerHelp: 'Every event that was ever accepted is in one of these; nothing is lost on the way.',
}

const pt: typeof en = {
  accepted_one: '{n} evento aceito: {finished}, {waiting} esperando, {pending} na fila',
  accepted_other: '{n} eventos aceitos: {finished}, {waiting} esperando, {pending} na fila',
  finished_one: '{n} terminado',
  finished_other: '{n} terminados',
  ledgerHelp: 'Todo evento que já foi aceito está em um destes; nada se perde no caminho.',
}

export const useWords = makeWords(en, pt)
