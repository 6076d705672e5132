import { makeWords } from '../words'

const en = {
  signOut: 'Sign out',
  palette: 'Search and commands',
  findInRuns: 'Find “{q}” in the runs',
  findAnything: 'Find a flow, a screen or something to do',
  shortcuts: 'Keyboard shortcuts',
  shortcutsHelp: 'Outside text fields.',
  letters: 'Shortcuts of a single letter',
  groupFlows: 'Flows',
  theme: 'Theme',
  light: 'Light',
  dark: 'Dark',
  system: 'Like the system',
  language: 'Language',
  ended: 'Your session has ended',
  endedHelp: 'Sign in again; what you typed stays where it is.',
  signIn: 'Sign in',
  email: 'E-mail',
  password: 'Password',
}

const pt: typeof en = {
  signOut: 'Sair',
  palette: 'Busca e comandos',
  findInRuns: 'Buscar “{q}” nas execuções',
  findAnything: 'Ache um fluxo, uma tela ou o que fazer',
  shortcuts: 'Atalhos do teclado',
  shortcutsHelp: 'Fora dos campos de texto.',
  letters: 'Atalhos de uma só letra',
  groupFlows: 'Fluxos',
  theme: 'Tema',
  light: 'Claro',
  dark: 'Escuro',
  system: 'Como o sistema',
  language: 'Idioma',
  ended: 'Sua sessão terminou',
  endedHelp: 'Entre de novo; o que você digitou continua onde está.',
  signIn: 'Entrar',
  email: 'E-mail',
  password: 'Senha',
}

export const useWords = makeWords(en, pt)
