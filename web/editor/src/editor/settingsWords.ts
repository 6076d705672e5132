import { makeWords } from '../words'
import { useBoth } from '../words/both'
import { useWords as useBuilderWords } from './words'

const en = {
  description: 'Description',
  tags: 'Tags',
  tagsHelp: 'With commas between them',
  timezoneHelp: 'For schedules and dates; empty takes that of the server',
  runTimeout: 'A run may take',
  concurrency: 'Runs at the same time',
  concurrencyHelp: '0 is no limit',
  keepRuns: 'Keep runs for',
  keepBodies: 'Keep bodies for',
  mask: 'Hide in history',
  maskHelp: 'What is chosen is hidden in history, logs and samples. Steps still get it.',
  maskPick: 'Choose a field of the event, or type /customer/cpf',
  maskNone: 'No event has such a field. Enter takes what is typed.',
  maskLikely: 'Personal, by their names:',
  unmask: 'Show {name} again',
  usually: 'Usually {value}',
  noAlarm: 'No alarm',
  noLimit: 'No limit',
  timezoneUsual: 'That of the server',
  silence: 'Alarm when no event came for',
  silenceHelp: 'For example 6 h; empty is no alarm',
  alerts: 'Send alerts to',
  alertsUsual: 'whoever the settings name',
  alertsOthers: 'others',
  alertsNobody: 'nobody',
  alertsWhom: 'Whom',
  onFailureFlow: 'After a failed run, start',
  durationHelp: 'For example 30 min, 12 h or 30 d',
  flowId: 'ID',
}

const pt: typeof en = {
  description: 'Descrição',
  tags: 'Etiquetas',
  tagsHelp: 'Separadas por vírgula',
  timezoneHelp: 'Para agendas e datas; vazio usa o do servidor',
  runTimeout: 'Uma execução pode levar',
  concurrency: 'Execuções ao mesmo tempo',
  concurrencyHelp: '0 é sem limite',
  keepRuns: 'Guardar execuções por',
  keepBodies: 'Guardar conteúdos por',
  mask: 'Ocultar no histórico',
  maskHelp: 'O que for escolhido fica oculto no histórico, nos logs e nas amostras. Os passos continuam recebendo.',
  maskPick: 'Escolha um campo do evento, ou digite /customer/cpf',
  maskNone: 'Nenhum evento tem esse campo. Enter usa o que foi digitado.',
  maskLikely: 'Pessoais, pelo nome:',
  unmask: 'Mostrar {name} de novo',
  usually: 'Normalmente {value}',
  noAlarm: 'Sem aviso',
  noLimit: 'Sem limite',
  timezoneUsual: 'O do servidor',
  silence: 'Avisar quando não chegar evento por',
  silenceHelp: 'Por exemplo 6 h; vazio é sem aviso',
  alerts: 'Enviar avisos para',
  alertsUsual: 'quem está nos ajustes',
  alertsOthers: 'outras pessoas',
  alertsNobody: 'ninguém',
  alertsWhom: 'Quem',
  onFailureFlow: 'Depois de uma execução com falha, iniciar',
  durationHelp: 'Por exemplo 30 min, 12 h ou 30 d',
  flowId: 'ID',
}

const useOwn = makeWords(en, pt)

/** useWords has what the settings of a flow say, beside the words of the builder. */
export const useWords = () => useBoth(useBuilderWords(), useOwn())
