import { makeWords } from '../words'

const en = {
  skip: 'Skip to the content',
  menu: 'Menu',
  people: 'People',
  palette: 'Search and commands',
  shortcuts: 'Keyboard shortcuts',
  go: 'Go to',
  general: 'General',
  language: 'Language',
  livePaused: 'Live paused',
  livePausedHelp: 'The server’s stream is down; the page asks every 5 seconds.',
  broken: 'This screen has a fault',
  brokenHelp: 'Reload the page. If it comes back, tell the operator what you did.',
  updated: 'Gancho was updated',
  updatedHelp: 'This page is of the version before. Drafts are safe: they are kept by the server.',
  reloadNow: 'Reload',
}

const pt: typeof en = {
  skip: 'Ir para o conteúdo',
  menu: 'Menu',
  people: 'Pessoas',
  palette: 'Busca e comandos',
  shortcuts: 'Atalhos do teclado',
  go: 'Ir para',
  general: 'Geral',
  language: 'Idioma',
  livePaused: 'Ao vivo em pausa',
  livePausedHelp: 'A transmissão do servidor caiu; a página pergunta a cada 5 segundos.',
  broken: 'Esta tela tem um defeito',
  brokenHelp: 'Recarregue a página. Se acontecer de novo, conte a quem cuida do servidor o que você fez.',
  updated: 'O Gancho foi atualizado',
  updatedHelp: 'Esta página é da versão anterior. Os rascunhos estão seguros: o servidor guarda todos.',
  reloadNow: 'Recarregar',
}

export const useWords = makeWords(en, pt)
