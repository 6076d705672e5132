import { makeWords } from '../words'

const en = {
  succeeded: 'succeeded',
  failed: 'failed',
  filtered: 'filtered',
  waiting: 'waiting',
  retrying: 'tries again',
  refused: 'at a standstill',
  running: 'running',
  pending: 'pending',
  unknown: 'outcome unknown',
  canceled: 'canceled',
  skipped: 'skipped',
  duplicateStatus: 'duplicate',
  filteredEvent: 'filtered',
  duplicateEvent: 'duplicate',
  accepted: 'accepted',
  rejected: 'rejected',
  captured: 'captured',
}

const pt: typeof en = {
  succeeded: 'concluída',
  failed: 'falhou',
  filtered: 'filtrada',
  waiting: 'esperando',
  retrying: 'tenta de novo',
  refused: 'parada',
  running: 'executando',
  pending: 'na fila',
  unknown: 'resultado incerto',
  canceled: 'cancelada',
  skipped: 'pulado',
  duplicateStatus: 'repetida',
  filteredEvent: 'filtrado',
  duplicateEvent: 'repetido',
  accepted: 'aceito',
  rejected: 'rejeitado',
  captured: 'capturado',
}

export const useWords = makeWords(en, pt)
