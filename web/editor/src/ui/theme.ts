import { keep } from './cookie'

export type Theme = 'system' | 'light' | 'dark'

/** keptTheme is what the server wrote into the page: a choice, or none for the system's. */
export function keptTheme(): Theme {
  const root = document.documentElement.classList
  return root.contains('dark') ? 'dark' : root.contains('light') ? 'light' : 'system'
}

export function chooseTheme(theme: Theme) {
  const root = document.documentElement.classList
  root.remove('light', 'dark')
  if (theme !== 'system') root.add(theme)
  keep('theme', theme === 'system' ? '' : theme)
}
