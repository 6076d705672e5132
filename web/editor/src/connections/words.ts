import { makeWords } from '../words'

const en = {
  test: 'Test',
  noConnections: 'No connection yet',
  noConnectionsHelp: 'A connection holds the secret of a service. It is sealed, sent only to the hosts that it lists, and never shown again.',
  newConnection: 'New connection',
  hosts: 'Hosts that it may be sent to',
  hostsHelp: 'With commas between them, for example api.example.com',
  usedBy: 'Used by',
  secretSet: 'is set; type to replace it',
  works: 'works',
  untested: 'not tested',
  broken: 'refused',
  connectionName: 'Name in flows',
}

const pt: typeof en = {
  test: 'Testar',
  noConnections: 'Nenhuma conexão ainda',
  noConnectionsHelp: 'Uma conexão guarda o segredo de um serviço. Fica lacrada, só vai aos servidores que ela lista, e nunca mais é mostrada.',
  newConnection: 'Nova conexão',
  hosts: 'Servidores aonde pode ir',
  hostsHelp: 'Separados por vírgula, por exemplo api.example.com',
  usedBy: 'Usada por',
  secretSet: 'definido; digite para trocar',
  works: 'funciona',
  untested: 'não testada',
  broken: 'recusada',
  connectionName: 'Nome nos fluxos',
}

export const useWords = makeWords(en, pt)
