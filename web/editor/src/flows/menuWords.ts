import { makeWords } from '../words'

const en = {
  open: 'Open',
  showRuns: 'Its runs',
  showEvents: 'Its events',
  pause: 'Pause',
  resume: 'Resume',
  turnOff: 'Switch off',
  copyURL: 'Copy the address',
  duplicate: 'Duplicate',
  copyOf: '{name} (copy)',
  export: 'Export as JSON',
  deleted: '{name} is deleted.',
  deletedWith: '{name} is deleted; runs canceled that waited or were queued: {n}.',
}

const pt: typeof en = {
  open: 'Abrir',
  showRuns: 'Execuções deste fluxo',
  showEvents: 'Eventos deste fluxo',
  pause: 'Pausar',
  resume: 'Retomar',
  turnOff: 'Desligar',
  copyURL: 'Copiar o endereço',
  duplicate: 'Duplicar',
  copyOf: '{name} (cópia)',
  export: 'Exportar como JSON',
  deleted: '{name} foi apagado.',
  deletedWith: '{name} foi apagado; execuções canceladas que esperavam ou estavam na fila: {n}.',
}

export const useWords = makeWords(en, pt)
