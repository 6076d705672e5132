// Every word of the catalogues is said somewhere, in both languages: what nobody says is still loaded, and translated again and again.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const root = new URL('../', import.meta.url)
const files = readdirSync(new URL('src/', root), { recursive: true }).filter((f) => /\.tsx?$/.test(f) && !f.endsWith('schema.d.ts'))
const read = (f) => readFileSync(new URL(`src/${f}`, root), 'utf8')
const catalogues = files.filter((f) => /(^|\/)\w*words\.ts$/i.test(f) || /^words\/(en|pt)\.ts$/.test(f))

const entry = /^ {2}(?:'([\w-]+)'|(\w+)): ['"`].*$/gm
const keysOf = (f) => [...read(f).matchAll(entry)].map((m) => m[1] ?? m[2])

test('no word is in the catalogues that nothing says', () => {
  const said = files.map((f) => (catalogues.includes(f) ? read(f).replace(entry, '') : read(f))).join('\n')
  const names = new Set(said.match(/\w+/g))
  const composed = [...said.matchAll(/['`]([a-z_]+_)(?:\$\{|')/gi)].map((m) => m[1])
  const calls = new Set([...readFileSync(new URL('openapi.json', root), 'utf8').matchAll(/"operationId": ?"([\w-]+)"/g)].map((m) => m[1]))
  const dead = catalogues.flatMap((f) => [...new Set(keysOf(f))].filter((key) => {
    const name = key.replace(/_(one|other)$/, '')
    return !names.has(name) && !composed.some((c) => key.startsWith(c)) && !calls.has(key)
  }).map((key) => `${f}: ${key}`))
  assert.ok(catalogues.length > 30 && names.size > 1000)
  assert.deepEqual(dead, [])
})
