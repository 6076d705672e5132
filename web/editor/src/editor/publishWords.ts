import { makeWords } from '../words'
import { useBoth } from '../words/both'
import { useWords as useBuilderWords } from './words'

const en = {
  publishAnyway: 'Publish although tests fail',
  whatChanges: 'What changes',
  nothingChanges: 'Nothing changed since the last publish.',
  firstPublishIf: 'The first revision. From now on each event that the trigger lets through starts a run.',
  firstPublish: 'The first revision. From now on each event starts a run.',
  revisionName: 'Name or note (optional)',
  revisionNameHelp: 'For example: new sales channel',
  errorsStop_one: '{n} problem stops the publishing',
  errorsStop_other: '{n} problems stop the publishing',
  warnings_one: '{n} warning',
  warnings_other: '{n} warnings',
  hints_one: '{n} hint',
  hints_other: '{n} hints',
  connectionFails: 'The connection {name} fails its test: {why}',
  connectionRefused: 'The connection {name} was refused. Mend it before events come.',
  secretLeftOut: 'The command that was pasted held a secret that is not saved yet: this step is sent without it.',
  saveSecret: 'Save it in a connection',
  neverTested: 'This step has never been tested.',
  neverTestedAll: 'These steps have never been tested.',
  createConnection: 'Create the connection',
  noProblems: 'No problems',
  ownTests: 'Tests of the flow',
  testsPass_one: '{n} test passes',
  testsPass_other: 'All {n} tests pass',
  testsFail_one: '{n} test fails',
  testsFail_other: '{n} tests fail',
  runTests: 'Run the tests',
  noTests: 'No tests yet. Save an event as one, and it is run before each publish.',
  expected: 'expected',
}

const pt: typeof en = {
  publishAnyway: 'Publicar mesmo com testes falhando',
  whatChanges: 'O que muda',
  nothingChanges: 'Nada mudou desde a última publicação.',
  firstPublishIf: 'A primeira revisão. A partir de agora cada evento que o gatilho deixa passar inicia uma execução.',
  firstPublish: 'A primeira revisão. A partir de agora cada evento inicia uma execução.',
  revisionName: 'Nome ou nota (opcional)',
  revisionNameHelp: 'Por exemplo: novo canal de vendas',
  errorsStop_one: '{n} problema impede a publicação',
  errorsStop_other: '{n} problemas impedem a publicação',
  warnings_one: '{n} aviso',
  warnings_other: '{n} avisos',
  hints_one: '{n} dica',
  hints_other: '{n} dicas',
  connectionFails: 'A conexão {name} não passou no teste: {why}',
  connectionRefused: 'A conexão {name} foi recusada. Corrija antes que venham eventos.',
  secretLeftOut: 'O comando colado tinha um segredo que ainda não foi salvo: este passo é enviado sem ele.',
  saveSecret: 'Salvar em uma conexão',
  neverTested: 'Este passo nunca foi testado.',
  neverTestedAll: 'Estes passos nunca foram testados.',
  createConnection: 'Criar a conexão',
  noProblems: 'Nenhum problema',
  ownTests: 'Testes do fluxo',
  testsPass_one: '{n} teste passa',
  testsPass_other: 'Todos os {n} testes passam',
  testsFail_one: '{n} teste falha',
  testsFail_other: '{n} testes falham',
  runTests: 'Rodar os testes',
  noTests: 'Nenhum teste ainda. Salve um evento como teste, e ele roda antes de cada publicação.',
  expected: 'esperado',
}

const useOwn = makeWords(en, pt)

/** useWords has what is said before publishing, beside the words of the builder. */
export const useWords = () => useBoth(useBuilderWords(), useOwn())
