import { Keyboard, Languages, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react'
import { runCommand } from '../ui/commands'
import type { Popup } from '../ui/Menu'
import { MenuList } from '../ui/MenuList'
import { useLook } from '../ui/useLook'
import { useLang } from '../words'
import { useWords } from './overWords'

const next = { system: 'light', light: 'dark', dark: 'system' } as const
const icons = { system: Monitor, light: Sun, dark: Moon }

export function PersonMenu({ leave, ...popup }: Popup & { leave: () => void }) {
  const t = useWords()
  const { lang, setLang } = useLang()
  const { theme, setTheme } = useLook()
  return (
    <MenuList {...popup} items={[
      { id: 'profile', label: t.profile, icon: UserRound, href: '/settings/profile' },
      'line',
      { id: 'theme', label: `${t.theme}: ${t[theme]}`, icon: icons[theme], run: () => setTheme(next[theme]) },
      { id: 'language', label: lang === 'en' ? 'Português (Brasil)' : 'English', icon: Languages, run: () => setLang(lang === 'en' ? 'pt-BR' : 'en') },
      { id: 'keys', label: t.shortcuts, icon: Keyboard, hint: '?', run: () => runCommand('help') },
      'line',
      { id: 'leave', label: t.signOut, icon: LogOut, run: leave },
    ]} />
  )
}
