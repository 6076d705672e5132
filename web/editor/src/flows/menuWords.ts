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
  endsOpen_one: '{n} run that waits or is queued ends with it.',
  endsOpen_other: '{n} runs that wait or are queued end with it.',
  endsURL: 'Its address answers 404.',
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
  endsOpen_one: '{n} execução que espera ou está na fila acaba com ele.',
  endsOpen_other: '{n} execuções que esperam ou estão na fila acabam com ele.',
  endsURL: 'O endereço dele responde 404.',
}

export const useWords = makeWords(en, pt)
