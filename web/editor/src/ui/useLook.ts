import { useState } from 'react'
import { chooseTheme, keptTheme, type Theme } from './theme'

/** useLook is the theme that was chosen. */
export function useLook() {
  const [theme, set] = useState<Theme>(keptTheme)
  return {
    theme,
    setTheme: (next: Theme) => {
      chooseTheme(next)
      set(next)
    },
  }
}
