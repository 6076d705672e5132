// The real program in a temporary folder, and a browser that looks at it. Each file of tests
// starts one; what a page throws, logs as an error or breaks of the content policy is a fault.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'node:test'
import { chromium } from 'playwright-core'

export const root = new URL('../../../', import.meta.url).pathname
const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

/** patience is how long a test waits for what a person waits for: a busy machine is slow, and only a failure takes as long. */
export const patience = 60_000

/** Who signs in. */
export const ana = { name: 'Ana Souza', email: 'ana@example.com', password: 'quatro palavras sem sentido' }

/** freePort is below those that the system gives to who calls out: none can take it while the program restarts. */
const freePort = () => new Promise((resolve) => {
  const port = 20_000 + Math.floor(Math.random() * 12_000)
  const s = createServer().on('error', () => resolve(freePort())).listen(port, '127.0.0.1', () => s.close(() => resolve(port)))
})

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** until asks again and again until the answer is what is hoped for, and gives it. */
export async function until(ask, hope = Boolean) {
  for (const end = Date.now() + patience; ;) {
    const got = await ask()
    if (hope(got)) return got
    if (Date.now() > end) assert.fail(`never: ${ask}, ${hope}; last: ${JSON.stringify(got)?.slice(0, 500)}`)
    await pause(40)
  }
}

/** sight tells what a page shows, for who reads of a failure. */
const sight = (page) => page.evaluate(() => {
  const e = document.activeElement
  const focus = `${e?.tagName.toLowerCase()} ${e?.getAttribute('role') ?? ''} ${(e?.getAttribute('aria-label') ?? e?.labels?.[0]?.textContent ?? e?.textContent ?? '').slice(0, 60)}`
  const parts = [...document.querySelectorAll('[role=dialog], [role=alert], aside, main')].filter((p) => p.checkVisibility())
  const text = (parts.length ? parts : [document.body]).map((p) => p.innerText.replace(/\s+/g, ' ').slice(0, 700))
  return [`focus: ${focus}`, ...text].join('\n')
})

// A test closes its pages when it has passed: those that stand tell why it has not, and go.
const browsers = new Set()
afterEach(async () => {
  for (const page of [...browsers].flatMap((b) => b.contexts()).flatMap((c) => c.pages())) {
    const shown = await Promise.race([sight(page).catch(String), pause(5000).then(() => 'it does not answer')])
    console.log(`left open: ${page.url()}\n${shown}`)
    if (process.env.GANCHO_SHOTS) await page.screenshot({ path: join(process.env.GANCHO_SHOTS, `${Date.now()}.png`) }).catch(() => undefined)
  }
  for (const browser of browsers) for (const context of browser.contexts()) await context.close()
})

/** build makes the program once for all files of tests; GANCHO_BINARY names one that is there. */
function build(dir) {
  if (process.env.GANCHO_BINARY && existsSync(process.env.GANCHO_BINARY)) return process.env.GANCHO_BINARY
  const binary = join(dir, 'gancho')
  execFileSync('go', ['build', '-o', binary, './cmd/gancho'], { cwd: root })
  return binary
}

const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', timeout: 2 * patience,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})

/**
 * start runs the program with the flows of a file ('' for none). What it gives has the base address,
 * the set-up link, the faults so far, and restart, open, signIn, api and close.
 */
export async function start({ flows = join(root, 'flows.example.json'), setUp = true, env = {} } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'gancho-editor-'))
  const binary = build(dir)
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const faults = []
  let child
  const run = async () => {
    child = spawn(binary, ['serve', '--data', join(dir, 'data'), '--listen', `127.0.0.1:${port}`, ...(flows ? ['--flows', flows] : [])], { env: { ...process.env, ...env } })
    const own = child
    own.out = ''
    own.stdout.on('data', (d) => { own.out += d })
    own.stderr.on('data', (d) => { own.out += d })
    const ready = await until(() => own.exitCode !== null || fetch(`${base}/readyz`).then((r) => r.ok, () => false))
    if (own.exitCode !== null || !ready) throw new Error(`the program did not start: ${own.out}`)
  }
  const stop = (signal = 'SIGTERM') => new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.on('exit', resolve)
    child.kill(signal)
  })
  let browser
  const close = async () => {
    browsers.delete(browser)
    await Promise.all([browser?.close(), stop()])
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    await run()
    browser = await launch()
  } catch (err) {
    await close() // a child that is left would keep the tests from ending
    throw err
  }
  browsers.add(browser)
  const setupLink = child.out.match(/http:\S+setup#\S+/)?.[0]
  let cookie
  /** api calls the program as ana does. */
  const api = async (method, path, body) => {
    const res = await fetch(`${base}/api/v1${path}`, { method, headers: { 'Content-Type': 'application/json', Cookie: cookie ?? '', Origin: base }, ...(body !== undefined && { body: JSON.stringify(body) }) })
    const text = await res.text()
    return { status: res.status, body: text && text.startsWith('{') ? JSON.parse(text) : text, headers: res.headers }
  }
  if (setUp) {
    const res = await api('POST', '/setup', { ...ana, token: setupLink.split('#')[1] })
    if (res.status !== 201) throw new Error(`set-up: ${res.status} ${JSON.stringify(res.body)}`)
    cookie = res.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ')
  }
  /** open gives a page of a new context; answers of 400 and above are faults unless expected says otherwise. */
  const open = async (options = {}) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 860 }, locale: 'en-US', ...options })
    await context.addInitScript(() => addEventListener('securitypolicyviolation', (e) => console.warn('Content Security Policy:', e.effectiveDirective, e.target?.outerHTML?.slice(0, 300), document.activeElement?.outerHTML.slice(0, 200)))) // what of the page it is
    const page = await context.newPage()
    page.setDefaultTimeout(patience)
    watch(page)
    return page
  }
  const watch = (page) => {
    page.on('pageerror', (e) => faults.push(String(e)))
    page.on('console', (m) => {
      const network = /Failed to load resource|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED/.test(m.text())
      if (m.type() === 'error' && !network) faults.push(m.text())
      else if (/Content Security Policy/.test(m.text())) faults.push(m.text())
    })
  }
  /** signedIn gives a page that has ana's session and stands at path. */
  const signedIn = async (path = '/', options = {}) => {
    const page = await open(options)
    await page.context().addCookies(cookie.split('; ').map((c) => { const at = c.indexOf('='); return { name: c.slice(0, at), value: c.slice(at + 1), url: base } }))
    await page.goto(base + path)
    return page
  }
  return {
    base, setupLink, faults, browser, dir, api, open, signedIn, watch, stop, close,
    restart: async (signal) => { await stop(signal); await run() },
  }
}

/** rested waits until the page has fetched what it fetches when it has nothing else to do. */
export const rested = (page) => page.waitForFunction(() => performance.getEntriesByName('rest-fetched').length > 0)

/** lasting lets a page offer to undo for ten minutes: a slow machine needs more than the ten seconds of a person. */
export const lasting = (page) => page.evaluate(() => {
  const own = setTimeout
  globalThis.setTimeout = (f, ms, ...more) => own(f, ms === 10_000 ? 600_000 : ms, ...more)
})

/** focused waits until the focus is in what a selector names, or in the element that a locator finds. */
export async function focused(page, what) {
  if (typeof what === 'string') return void await page.waitForFunction((s) => document.activeElement?.closest(s), what)
  await until(() => what.evaluate((e) => e.contains(document.activeElement)))
}

/** axeFaults gives what axe finds wrong on the page, in short, once nothing moves any more. */
export async function axeFaults(page) {
  await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getComputedTiming().endTime === Infinity))
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).slice(0, 3).join(' | ')}`)
  })
}

/** sideways names each element that scrolls or sticks out sideways. */
export const sideways = (page) => page.evaluate(() => [document.documentElement, ...document.querySelectorAll('body *')]
  .filter((e) => {
    const flow = getComputedStyle(e).overflowX
    return e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && (e === document.documentElement || flow === 'auto' || flow === 'scroll') && e.dataset.sideways === undefined
  })
  .map((e) => `${e.tagName.toLowerCase()}.${String(e.className).slice(0, 60)} ${e.scrollWidth}>${e.clientWidth}`))
