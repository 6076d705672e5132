import { makeWords } from '../words'

const en = {
  accepted_one: '{n} event accepted{replayed}: {finished}, {waiting} waiting, {pending} queued',
  accepted_other: '{n} events accepted{replayed}: {finished}, {waiting} waiting, {pending} queued',
  replayed_one: ', {n} replay',
  replayed_other: ', {n} replays',
  finished_one: '{n} finished',
  finished_other: '{n} finished',
  ledgerHelp: 'Every event that was ever accepted, and every replay of one, is in one of these; nothing is lost on the way.',
}

const pt: typeof en = {
  accepted_one: '{n} evento aceito{replayed}: {finished}, {waiting} esperando, {pending} na fila',
  accepted_other: '{n} eventos aceitos{replayed}: {finished}, {waiting} esperando, {pending} na fila',
  replayed_one: ', {n} repetição',
  replayed_other: ', {n} repetições',
  finished_one: '{n} finalizado',
  finished_other: '{n} finalizados',
  ledgerHelp: 'Cada evento aceito, e cada repetição, está em um destes grupos; nada se perde no caminho.',
}

export const useWords = makeWords(en, pt)
