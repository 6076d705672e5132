// The contrast of every pair of tokens that the editor puts on each other.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const css = readFileSync(new URL('../src/styles.css', import.meta.url), 'utf8')
const tokens = Object.fromEntries([...css.matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)].map(([, name, light, dark]) => [name, { light, dark }]))

const luminance = (hex) => {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
const contrast = (a, b) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}

const grounds = ['bg', 'surface', 'sunken']
const pairs = [
  ...grounds.flatMap((g) => ['text', 'text-2', 'text-3'].map((t) => [t, g, 4.5])),
  ...['accent', 'ok', 'warn', 'fail', 'wait'].flatMap((t) => [[t, `${t}-soft`, 4.5], [t, 'surface', 4.5], [t, 'bg', 4.5]]),
  ...['accent', 'ok', 'warn', 'fail', 'wait'].flatMap((t) => ['text', 'text-2'].map((x) => [x, `${t}-soft`, 4.5])),
  ['on-accent', 'accent', 4.6], ['on-accent', 'accent-hover', 4.6], ['on-fail', 'fail', 4.6],
  ...grounds.map((g) => ['edge', g, 3]), ['accent', 'bg', 3],
]

for (const theme of ['light', 'dark']) {
  test(`every pair of tokens can be read: ${theme}`, () => {
    for (const [over, under, least] of pairs) {
      const found = contrast(tokens[over][theme], tokens[under][theme])
      assert.ok(found >= least, `${over} on ${under} in ${theme}: ${found.toFixed(2)}, needs ${least}`)
    }
  })
}

test('no part of the editor gives a token another meaning', () => {
  const src = new URL('../src/', import.meta.url).pathname
  for (const file of readdirSync(src, { recursive: true }).filter((f) => f.endsWith('.tsx'))) {
    for (const [, name] of readFileSync(src + file, 'utf8').matchAll(/\[--([\w-]+):/g)) assert.ok(!(name in tokens), `${file} sets --${name}, which is a colour`)
  }
})
