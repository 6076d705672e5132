import { makeWords } from '../words'

const en = {
  language: 'Language',
  theme: 'Theme',
  light: 'Light',
  dark: 'Dark',
  system: 'System',
  users: 'Users',
  tokens: 'API tokens',
  role: 'Role',
  addUser: 'Add a user',
  addToken: 'Make a token',
  tokenOnce: 'Copy it now; it is not shown again.',
  revoke: 'Revoke',
  audit: 'Who did what',
  backup: 'Back up now',
  backedUp: 'Written to',
}

const pt: typeof en = {
  language: 'Idioma',
  theme: 'Tema',
  light: 'Claro',
  dark: 'Escuro',
  system: 'Sistema',
  users: 'Usuários',
  tokens: 'Tokens de API',
  role: 'Papel',
  addUser: 'Adicionar um usuário',
  addToken: 'Criar um token',
  tokenOnce: 'Copie agora; ele não é mostrado de novo.',
  revoke: 'Revogar',
  audit: 'Quem fez o quê',
  backup: 'Fazer backup agora',
  backedUp: 'Gravado em',
}

export const useWords = makeWords(en, pt)
