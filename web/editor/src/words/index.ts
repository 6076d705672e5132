import { createContext, useContext } from 'react'
import { en, type Words } from './en'
import { pt } from './pt'

export type Lang = 'en' | 'pt-BR'

/** firstLang is the language that the server wrote into the page. */
export const firstLang: Lang = document.documentElement.lang === 'pt-BR' ? 'pt-BR' : 'en'

export const LangContext = createContext<{ lang: Lang; setLang: (lang: Lang) => void }>({ lang: firstLang, setLang: () => undefined })

export const useLang = () => useContext(LangContext)

export function useWords(): Words {
  return useLang().lang === 'pt-BR' ? pt : en
}

/** makeWords makes the hook of a folder's words: its own ones beside those that all share. */
export function makeWords<W extends Record<string, string>>(ownEn: W, ownPt: { [K in keyof W]: string }) {
  const all: Record<Lang, Words & { [K in keyof W]: string }> = { en: { ...en, ...ownEn }, 'pt-BR': { ...pt, ...ownPt } }
  return () => all[useLang().lang]
}

/** say picks the text of a server's pair of languages. */
export function useSay() {
  const { lang } = useLang()
  return (words: { en: string; 'pt-BR': string }) => words[lang] || words.en
}

export function useTimes() {
  const { lang } = useLang()
  return (at: string) => new Intl.DateTimeFormat(lang, { dateStyle: 'short', timeStyle: 'medium' }).format(new Date(at))
}
