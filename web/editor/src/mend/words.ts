import { makeWords } from '../words'

const en = {
  mending: 'Fixing a failed run',
  mendingTitle: 'Fixing “{title}” of {when}',
  data: 'Previews and tests use the data of this run.',
  publishReplay: 'Publish and replay',
  replayOnly: 'Replay from the failed step',
  others_one: 'and {n} other with the same error',
  others_other: 'and {n} others with the same error',
  seeRun: 'See the run',
  leave: 'Stop fixing',
  hasErrors: 'First mend what is marked red in the steps.',
  testsFail: 'The flow’s own tests fail. Open Publish to see them, or:',
  anyway: 'Publish and replay anyway',
  differs: 'These effects were done already and would happen again:',
  allow: 'Do them again',
  published: 'Published.',
  replayed_one: '{n} run goes on.',
  replayed_other: '{n} runs go on.',
  goesOn: 'The runs start again, one after the other.',
  refused: 'Nothing was replayed: {why}',
}

const pt: typeof en = {
  mending: 'Corrigindo uma execução que falhou',
  mendingTitle: 'Corrigindo “{title}” de {when}',
  data: 'Prévias e testes usam os dados desta execução.',
  publishReplay: 'Publicar e repetir',
  replayOnly: 'Repetir do passo que falhou',
  others_one: 'e mais {n} com o mesmo erro',
  others_other: 'e mais {n} com o mesmo erro',
  seeRun: 'Ver a execução',
  leave: 'Parar de corrigir',
  hasErrors: 'Antes, conserte o que está marcado em vermelho nos passos.',
  testsFail: 'Testes do fluxo falham. Abra Publicar para ver, ou:',
  anyway: 'Publicar e repetir mesmo assim',
  differs: 'Estes efeitos já foram feitos e aconteceriam de novo:',
  allow: 'Fazer de novo',
  published: 'Publicado.',
  replayed_one: '{n} execução continua.',
  replayed_other: '{n} execuções continuam.',
  goesOn: 'As execuções recomeçam, uma após a outra.',
  refused: 'Nada foi repetido: {why}',
}

export const useWords = makeWords(en, pt)
