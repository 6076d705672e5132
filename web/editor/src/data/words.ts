import { eachOf } from '../fields/template'
import { makeWords } from '../words'
import { inWords, segments } from '../words/path'
import { fill } from '../words/phrase'

const en = {
  dataOf: 'Data',
  searchShort: 'Search data',
  searchFunction: 'Search functions',
  searchData: 'Search in the data of {n} events',
  searchDataOne: 'Search in the data of 1 event',
  searchSamples: 'Search in sample data',
  noneYet: 'No event yet. Send one, and what it holds is listed here.',
  into: 'Into {field}',
  theEvent: 'Event to look at',
  newest: 'Newest event',
  newestPassing: 'Newest that passes',
  newestNone: 'Newest: none passes',
  eventOf: 'Event of {at}',
  failedRun: 'Event of the run',
  rawNames: 'Show names as they are in the data',
  reveal: 'Show personal data',
  hide: 'Hide personal data',
  presentOnly: 'present in the only event',
  present: 'present in {n} of {of} events',
  seenFrom: 'first {first}, last {last}',
  often: 'Often',
  emptyText: 'empty',
  kinds: 'Kinds',
  body: 'Event',
  requestId: 'Event id',
  requestMethod: 'Method',
  requestPath: 'Path after the token',
  requestIp: 'Address of the sender',
  requestAt: 'Time of arrival',
  requestEvent: 'Name of the event',
  header: 'Header',
  parameter: 'Parameter',
  runId: 'Id of the run',
  runFlow: 'Id of the flow',
  runRevision: 'Revision of the flow',
  runAttempt: 'Attempt',
  runAt: 'Time of the run',
  insertAll: 'Insert {name} whole',
  functions: 'Functions',
  searchFunctions: 'Search {n} functions',
  request: 'About the request',
  headers: 'Headers',
  query: 'Query of the address',
  resource: 'Fetched from the provider',
  item: 'This turn of the loop',
  vars: 'Variables',
  runInfo: 'This run',
  errorsOf: 'Errors before',
  element: 'Item',
  ofFirst: '{name} of the first item',
  ofNth: '{name} of item {n}',
  ofList: '{name} of {list}',
  ofAll: '{name} of all items',
  nthOf: 'Item {n} of {name}',
  mayLack: 'may be empty',
  mayLackWhy: 'This step does not run every time: what it yields may be empty.',
  countsUnread: 'What past events hold could not be read.',
  nothingFound: 'Nothing matches. Enter inserts what you typed as an expression.',
  dock: 'Hide the data',
  undock: 'Show the data',
  samplesOnly: 'From samples: nobody has counted real events yet.',
}

const pt: typeof en = {
  dataOf: 'Dados',
  searchShort: 'Buscar dados',
  searchFunction: 'Buscar funções',
  searchData: 'Buscar nos dados de {n} eventos',
  searchDataOne: 'Buscar nos dados de 1 evento',
  searchSamples: 'Buscar nos dados de exemplo',
  noneYet: 'Nenhum evento ainda. Envie um, e o que ele trouxer aparece aqui.',
  into: 'No campo “{field}”',
  theEvent: 'Evento mostrado',
  newest: 'Evento mais recente',
  newestPassing: 'O mais recente que passa',
  newestNone: 'O mais recente: nenhum passa',
  eventOf: 'Evento de {at}',
  failedRun: 'Evento da execução',
  rawNames: 'Mostrar nomes como estão nos dados',
  reveal: 'Mostrar dados pessoais',
  hide: 'Esconder dados pessoais',
  presentOnly: 'presente no único evento',
  present: 'presente em {n} de {of} eventos',
  seenFrom: 'primeira vez {first}, última {last}',
  often: 'Frequentes',
  emptyText: 'vazio',
  kinds: 'Tipos',
  body: 'Evento',
  requestId: 'Id do evento',
  requestMethod: 'Método',
  requestPath: 'Caminho depois do token',
  requestIp: 'Endereço de quem enviou',
  requestAt: 'Hora da chegada',
  requestEvent: 'Nome do evento',
  header: 'Cabeçalho',
  parameter: 'Parâmetro',
  runId: 'Id da execução',
  runFlow: 'Id do fluxo',
  runRevision: 'Revisão do fluxo',
  runAttempt: 'Tentativa',
  runAt: 'Hora da execução',
  insertAll: 'Inserir tudo de “{name}”',
  functions: 'Funções',
  searchFunctions: 'Buscar entre {n} funções',
  request: 'Sobre a requisição',
  headers: 'Cabeçalhos',
  query: 'Parâmetros do endereço',
  resource: 'Buscado no provedor',
  item: 'Este item da repetição',
  vars: 'Variáveis',
  runInfo: 'Esta execução',
  errorsOf: 'Erros anteriores',
  element: 'Item',
  ofFirst: '{name} do primeiro item',
  ofNth: '{name} do item {n}',
  ofList: '{name} de {list}',
  ofAll: '{name} de todos os itens',
  nthOf: 'Item {n} de {name}',
  mayLack: 'pode faltar',
  mayLackWhy: 'Este passo nem sempre é executado: o resultado dele pode faltar.',
  countsUnread: 'Não foi possível ler o que os eventos trazem.',
  nothingFound: 'Nada encontrado. Enter insere o que você digitou como expressão.',
  dock: 'Esconder os dados',
  undock: 'Mostrar os dados',
  samplesOnly: 'São exemplos: nenhum evento real foi contado ainda.',
}

export const useWords = makeWords(en, pt)

const parts = {
  'trigger.id': 'requestId', 'trigger.method': 'requestMethod', 'trigger.path': 'requestPath', 'trigger.ip': 'requestIp', 'trigger.at': 'requestAt', 'trigger.event': 'requestEvent', 'trigger.resource': 'resource',
  'run.id': 'runId', 'run.flow': 'runFlow', 'run.revision': 'runRevision', 'run.attempt': 'runAttempt', 'run.at': 'runAt',
} as const

/** partOf names what the request and the run say of themselves; undefined for all else. */
export function partOf(path: string, t: typeof en): string | undefined {
  return path in parts ? t[parts[path as keyof typeof parts]] : undefined
}

/** saidOf names also a header and a parameter of the address, where nothing above says what they are. */
export function saidOf(path: string, t: typeof en): string | undefined {
  const [, of, name] = /^trigger\.(headers|query)(?:\.|\[["'])([\w-]+)(?:["']\])?$/.exec(path) ?? []
  return name === undefined ? partOf(path, t) : `${of === 'headers' ? t.header : t.parameter} ${name}`
}

/** usual are the names of lists of which there is mostly but one */
const usual = /^(body|data|output|itens|(.*_)?items)$/i

/** itself is a name without the item that it is of, which is said behind it. */
const itself = (name: string) => name.replace(/ d[oe] item$/i, '').replace(/^Item (\p{Ll})/u, (_, first: string) => first.toUpperCase())

/** ofElement says of which element of a list a value is; undefined where it is in none. */
export function ofElement(path: string, t: typeof en, named: (path: string) => string | undefined): string | undefined {
  const each = eachOf(path)
  const [, list = each?.list, n, inside] = each ? [] : /^(.*)\[(\d+)\](.*)$/.exec(path) ?? []
  if (list === undefined) return undefined
  const last = (path: string) => segments(path).filter((s) => !/^\d+$/.test(s)).slice(-1)
  const called = (path: string) => named(path) ?? inWords(last(path))
  if (inside === '') return fill(t.nthOf, { name: called(list), n: Number(n) + 1 })
  const of = fill(each ? t.ofAll : n === '0' ? t.ofFirst : t.ofNth, { name: itself(called(each ? `${list}[0]${each.member}` : path)), n: Number(n) + 1 })
  return usual.test(last(list)[0] ?? '') ? of : fill(t.ofList, { name: of, list: called(list) })
}
