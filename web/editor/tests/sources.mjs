// source loads a module of the editor as node can run it: bundled in memory into one file, types taken off.
import { build } from 'vite'

const src = new URL('../src/', import.meta.url).pathname

export async function source(path) {
  const { output } = (await build({ configFile: false, logLevel: 'error', build: { write: false, minify: false, target: 'node20', lib: { entry: src + path, formats: ['es'] }, rollupOptions: { external: /^words:/, output: { codeSplitting: false } } } }))[0]
  globalThis.localStorage ??= { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }
  globalThis.document ??= { documentElement: { lang: 'en' }, addEventListener: () => undefined }
  return import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`)
}
