import type { Plugin } from 'vite'

const catalogue = (lang: string) => new RegExp(`^const ${lang}(?:: typeof en)? = (\\{\\n[^]*?\\n\\})\\n`, 'm')
const hook = 'export const useWords = makeWords(en, pt)\n'

/**
 * spoken gives each language of the catalogues (paths below src) a file of its own, words:en and
 * words:pt, so that who reads one does not load the other. A catalogue is a words.ts as any other.
 */
export const spoken = (src: string, catalogues: string[]): Plugin => ({
  name: 'spoken',
  enforce: 'pre',
  resolveId: (id) => (/^words:(en|pt)$/.test(id) ? `\0${id}` : undefined),
  load(id) {
    if (!id.startsWith('\0words:')) return
    const parts = catalogues.map((path, n) => `import { words as w${n} } from '${src}${path}.ts?only=${id.slice(-2)}'\n`)
    return `${parts.join('')}export const words = { ${catalogues.map((path, n) => `'${path}': w${n}`).join(', ')} }\n`
  },
  transform(code, id) {
    const [path = '', only] = id.split('?only=')
    const name = catalogues.find((c) => path === `${src}${c}.ts`)
    if (!name) return
    const own = (lang: string) => code.match(catalogue(lang))?.[1] ?? this.error(`no catalogue ${lang} in ${path}`)
    if (only) return { code: `export const words = ${own(only)}\n`, map: null }
    if (!code.includes(hook)) this.error(`no hook of the words in ${path}`)
    return {
      code: code.replace(catalogue('en'), '').replace(catalogue('pt'), '').replace('makeWords', 'learnWords').replace(hook, `export const useWords = await learnWords('${name}')\n`),
      map: null,
    }
  },
})
