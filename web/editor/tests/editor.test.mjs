// The editor in a real browser, on the real program: node --test tests/
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ana, axeFaults, sideways, start } from './program.mjs'

let program
before(async () => { program = await start({ setUp: false }) })
after(() => program?.close())

async function signIn(page) {
  await page.goto(program.base)
  await page.getByLabel('E-mail').fill(ana.email)
  await page.getByLabel(/Password|Senha/).fill(ana.password)
  await page.getByRole('button', { name: /Sign in|Entrar/ }).click()
  await page.getByRole('heading', { name: /Flows|Fluxos/ }).waitFor()
}

test('a person sets up, makes a flow, sends an event and sees it run', async () => {
  const page = await program.open()
  await page.goto(program.setupLink)
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
  const { run } = await res.json()
  await page.goto(`${program.base}/runs/${run}`)
  await page.getByText('succeeded').first().waitFor()
  await page.locator('[data-row="log"]').click()
  await page.getByText('Order 42').first().waitFor()
  await page.context().close()
})

test('undo survives a reload', async () => {
  const page = await program.open()
  await signIn(page)
  await page.goto(`${program.base}/flows/low-stock`)
  const name = page.getByLabel('Name')
  await name.fill('Stock, renamed')
  await page.getByText('Draft saved').waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.waitForFunction(() => document.querySelector('input[aria-label="Name"]')?.value === 'Low stock alert')
  await page.context().close()
})

test('no screen has a fault that axe finds, in both themes and languages, nor scrolls sideways on a phone', async () => {
  for (const locale of ['en-US', 'pt-BR']) {
    const page = await program.open({ locale })
    await signIn(page)
    for (const theme of ['light', 'dark']) {
      await page.context().addCookies([{ name: 'theme', value: theme, url: program.base }])
      for (const path of ['/', '/flows/order-to-sales', '/runs', '/events', '/connections', '/settings']) {
        await page.setViewportSize({ width: 1440, height: 860 })
        await page.goto(program.base + path)
        await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
        await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => undefined)
        assert.deepEqual(await axeFaults(page), [], `${path} ${theme} ${locale}`)
        await page.setViewportSize({ width: 390, height: 800 })
        assert.deepEqual(await sideways(page), [], `${path} scrolls sideways`)
      }
    }
    await page.context().close()
  }
})

test('nothing broke a rule of the content security policy, and no script failed', () => {
  assert.deepEqual(program.faults, [])
})
