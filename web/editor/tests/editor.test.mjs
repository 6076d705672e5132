// The editor in a real browser, on the real program: node --test tests/
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'

const root = new URL('../../../', import.meta.url).pathname
const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const dir = mkdtempSync(join(tmpdir(), 'gancho-editor-'))
let program, browser, base, setupLink
const faults = []

const freePort = () => new Promise((resolve) => {
  const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)) })
})

before(async () => {
  const binary = join(dir, 'gancho')
  execFileSync('go', ['build', '-o', binary, './cmd/gancho'], { cwd: root })
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  program = spawn(binary, ['serve', '--data', join(dir, 'data'), '--listen', `127.0.0.1:${port}`, '--flows', join(root, 'flows.example.json')])
  let out = ''
  setupLink = await new Promise((resolve, reject) => {
    program.stdout.on('data', (d) => { out += d; const link = out.match(/http:\S+setup#\S+/); if (link) resolve(link[0]) })
    program.on('exit', () => reject(new Error(`the program ended: ${out}`)))
  })
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
})

after(async () => {
  await browser?.close()
  program?.kill('SIGTERM')
})

async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 860 }, locale: 'en-US', ...options })
  const page = await context.newPage()
  page.on('pageerror', (e) => faults.push(String(e)))
  page.on('console', (m) => { if (/Content Security Policy/.test(m.text())) faults.push(m.text()) })
  return page
}

async function signIn(page) {
  await page.goto(base)
  await page.getByLabel('E-mail').fill('ana@example.com')
  await page.getByLabel(/Password|Senha/).fill('quatro palavras sem sentido')
  await page.getByRole('button', { name: /Sign in|Entrar/ }).click()
  await page.getByRole('heading', { name: /Flows|Fluxos/ }).waitFor()
}

test('a person sets up, makes a flow, sends an event and sees it run', async () => {
  const page = await open()
  await page.goto(setupLink)
  await page.getByLabel('E-mail').fill('ana@example.com')
  await page.getByLabel('Password').fill('quatro palavras sem sentido')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('button', { name: 'New flow' }).click()
  await page.getByLabel('What is it called?').fill('Café da manhã')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('button', { name: 'Add a step', exact: true }).click()
  await page.getByRole('combobox').fill('write a line')
  await page.keyboard.press('Enter')
  await page.getByLabel('Message').fill('Order {{ trigger.body.id }}')
  await page.getByText('Draft saved').waitFor()
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('complementary').getByRole('button', { name: 'Publish' }).click()
  await page.getByText('On', { exact: true }).first().waitFor()
  const url = await page.locator('code', { hasText: '/h/' }).first().textContent()
  const res = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"id": 42}' })
  assert.equal(res.status, 200)
  await page.getByRole('link', { name: 'Runs' }).click()
  await page.getByText('cafe-da-manha').first().click()
  await page.getByText('Order 42').first().waitFor({ state: 'attached' })
  await page.getByText('succeeded').first().waitFor()
  await page.context().close()
})

test('undo survives a reload', async () => {
  const page = await open()
  await signIn(page)
  await page.goto(`${base}/flows/low-stock`)
  const name = page.getByLabel('Name')
  await name.fill('Stock, renamed')
  await page.getByText('Draft saved').waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.waitForFunction(() => document.querySelector('input[aria-label="Name"]')?.value === 'Low stock alert')
  await page.context().close()
})

test('two tabs do not overwrite each other', async () => {
  const one = await open()
  await signIn(one)
  await one.goto(`${base}/flows/daily-report`)
  const two = await one.context().newPage()
  await two.goto(`${base}/flows/daily-report`)
  await one.getByLabel('Name').fill('From the first tab')
  await one.getByText('Draft saved').waitFor()
  await two.getByLabel('Name').fill('From the second tab')
  await two.getByRole('alert').waitFor()
  await one.context().close()
})

test('no screen has a fault that axe finds, in both themes and languages, nor scrolls sideways on a phone', async () => {
  for (const locale of ['en-US', 'pt-BR']) {
    const page = await open({ locale })
    await signIn(page)
    for (const theme of ['light', 'dark']) {
      await page.evaluate((t) => localStorage.setItem('theme', t), theme)
      for (const path of ['/', '/flows/order-to-sales', '/runs', '/events', '/connections', '/settings']) {
        await page.setViewportSize({ width: 1440, height: 860 })
        await page.goto(base + path)
        await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
        await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => undefined)
        await page.evaluate(axe)
        const found = await page.evaluate(async () => (await globalThis.axe.run()).violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 150)}`))
        assert.deepEqual(found, [], `${path} ${theme} ${locale}`)
        await page.setViewportSize({ width: 390, height: 800 })
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 390), `${path} scrolls sideways`)
      }
    }
    await page.context().close()
  }
})

test('nothing broke a rule of the content security policy, and no script failed', () => {
  assert.deepEqual(faults, [])
})
