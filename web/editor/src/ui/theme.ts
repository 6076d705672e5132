export type Theme = 'system' | 'light' | 'dark'

const system = matchMedia('(prefers-color-scheme: dark)')

export function keptTheme(): Theme {
  const kept = localStorage.getItem('theme')
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

function apply() {
  const theme = keptTheme()
  document.documentElement.classList.toggle('dark', theme === 'dark' || (theme === 'system' && system.matches))
}

export function chooseTheme(theme: Theme) {
  localStorage.setItem('theme', theme)
  apply()
}

system.addEventListener('change', apply)
apply()
