import { createContext, useContext } from 'react'
import { en, type Words } from './en'
import { pt } from './pt'
import { speech } from './speech'

export type Lang = 'en' | 'pt-BR'

/** firstLang is the language that the server wrote into the page. */
export const firstLang = speech.lang

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

const learners: ((lang: Lang) => Promise<unknown>)[] = []

const catalogues = { en: () => import('words:en'), 'pt-BR': () => import('words:pt') }

/** hear fetches the words of the builder in one language. */
export const hear = (lang = speech.lang) => catalogues[lang]()

/** learnWords is what the build makes of makeWords where a catalogue is cut by language: only what is spoken is fetched. */
export async function learnWords(name: string) {
  const all: Partial<Record<Lang, Record<string, string>>> = {}
  const get = async (lang: Lang) => (all[lang] ??= { ...(lang === 'en' ? en : pt), ...(await hear(lang)).words[name] })
  learners.push(get)
  while (!all[speech.lang]) await get(speech.lang) // another may be chosen meanwhile
  return () => all[useLang().lang] ?? all[speech.lang]
}

/** learn fetches another language for all that is on the screen. */
export async function learn(lang: Lang) {
  await Promise.all(learners.map((get) => get(lang)))
  speech.lang = lang
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
