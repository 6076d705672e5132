import type { Lang } from '.'

/** speech is the language that is spoken now, for what is no component. */
export const speech: { lang: Lang } = { lang: document.documentElement.lang === 'pt-BR' ? 'pt-BR' : 'en' }
