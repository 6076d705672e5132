import { makeWords } from '../words'

const en = {
  welcome: 'Welcome to Gancho',
  setupHelp: 'Make the first user. It may do everything: add others, see every flow, back up.',
  setupOnce: 'This link is good once and for an hour.',
  start: 'Create and start',
  signIn: 'Sign in',
  signInHelp: 'to your flows',
  noUser: 'There is no user yet. Open the link that the server printed when it started. It is good for an hour; start the server again for a new one, or stop it and make a user in its terminal:',
  yourName: 'Your name',
  email: 'E-mail',
  password: 'Password',
  passwordHelp: 'At least 12 characters. A few words that do not belong together are good.',
  short: 'Characters to go: {n}',
  place: 'Time zone and address',
  zone: 'Time zone of your flows',
  address: 'Public address',
  addressHelp: 'What addresses of flows begin with: how the internet reaches this server.',
  addressLocal: 'What addresses of flows begin with. This one is reached from this machine only; you can change it later in the settings.',
  badLink: 'This link has no key. Open the whole link that the server printed.',
}

const pt: typeof en = {
  welcome: 'Bem-vindo ao Gancho',
  setupHelp: 'Crie o primeiro usuário. Ele pode tudo: adicionar outros, ver todos os fluxos, fazer backup.',
  setupOnce: 'Este link vale uma vez e por uma hora.',
  start: 'Criar e começar',
  signIn: 'Entrar',
  signInHelp: 'nos seus fluxos',
  noUser: 'Ainda não há usuário. Abra o link que o servidor mostrou ao iniciar. Ele vale por uma hora; inicie o servidor de novo para obter outro, ou pare-o e crie um usuário no terminal dele:',
  yourName: 'Seu nome',
  email: 'E-mail',
  password: 'Senha',
  passwordHelp: 'Pelo menos 12 caracteres. Algumas palavras que não combinam são boas.',
  short: 'Caracteres que faltam: {n}',
  place: 'Fuso e endereço',
  zone: 'Fuso dos seus fluxos',
  address: 'Endereço público',
  addressHelp: 'Como começam os endereços dos fluxos: o jeito que a internet alcança este servidor.',
  addressLocal: 'Como começam os endereços dos fluxos. Este só é alcançado desta máquina; dá para mudar depois nos ajustes.',
  badLink: 'Este link está sem a chave. Abra o link inteiro que o servidor mostrou.',
}

export const useWords = makeWords(en, pt)
