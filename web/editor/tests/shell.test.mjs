// The way of a person through the house: set-up, first flow, keys, undo of a deletion, live lists,
// a restart of the server, and how much is loaded.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ana, axeFaults, lasting, rested, start, until } from './program.mjs'

let program
before(async () => { program = await start({ flows: '', setUp: false }) })
after(() => program?.close())

const post = (url, body) => fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
let cookies

async function page(path = '/', options = {}) {
  const p = await program.open(options)
  await p.context().addCookies(cookies)
  await p.goto(program.base + path)
  return p
}
const ask = (p, method, path, body) => p.evaluate(async ([m, u, b]) => {
  const res = await fetch(`/api/v1${u}`, { method: m, headers: { 'Content-Type': 'application/json' }, ...(b && { body: JSON.stringify(b) }) })
  return res.status === 204 ? null : res.json()
}, [method, path, body])

test('from the set-up link to a starter in the editor', async () => {
  const p = await program.open({ timezoneId: 'America/Recife' })
  await p.goto(program.setupLink)
  await p.getByLabel('Your name').fill(ana.name)
  await p.getByLabel('E-mail').fill(ana.email)
  await p.getByLabel(/^Password/).fill(ana.password)
  await p.getByText('Recife · http://127.0.0.1').click()
  await p.getByLabel('Public address').fill('https://hooks.example.com')
  assert.deepEqual(await axeFaults(p), [], 'the set-up')
  await p.getByRole('button', { name: 'Create and start' }).click()
  await p.getByRole('heading', { name: 'Starters' }).waitFor()
  await p.getByRole('button', { name: /Use this starter/ }).nth(5).waitFor()
  assert.equal(await p.getByRole('button', { name: /Use this starter/ }).count(), 6)
  await p.getByRole('button', { name: /New lead/ }).click()
  await p.waitForURL(/\/flows\/new-lead/)
  cookies = await p.context().cookies()
  const made = await ask(p, 'GET', '/flows/new-lead')
  assert.equal(made.state, 'new')
  assert.match(made.url, /^https:\/\/hooks\.example\.com\/h\//)
  assert.equal((await ask(p, 'GET', '/instance')).now.timezone, 'America/Recife')
  await ask(p, 'PUT', '/instance', { public_url: '', timezone: 'America/Recife' })
  assert.deepEqual(made.problems.filter((x) => x.severity === 'error'), [])
  await p.context().close()
})

test('the language of the team is set beside its time zone', async () => {
  const p = await page('/settings/instance')
  assert.equal(await p.getByRole('radio', { name: 'English' }).isChecked(), true, 'it is that of the set-up')
  await p.getByRole('radio', { name: 'Português (Brasil)' }).check()
  await p.getByRole('button', { name: 'Save' }).click()
  await until(() => ask(p, 'GET', '/instance'), (i) => i.now.lang === 'pt-BR' && i.timezone === 'America/Recife')
  assert.equal((await ask(p, 'GET', '/alerts/settings')).lang, 'pt-BR')
  await ask(p, 'PUT', '/instance', { public_url: '', timezone: 'America/Recife', lang: 'en' })
  await p.context().close()
})

test('starters in Portuguese, a pasted bundle and a pasted cURL line', async () => {
  const p = await page('/?new=', { locale: 'pt-BR' })
  const starters = p.getByRole('button', { name: /Usar este modelo/ })
  await starters.first().waitFor()
  assert.equal(await starters.count(), 6)
  await p.getByRole('button', { name: /Mais modelos/ }).click()
  assert.equal(await starters.count(), 10)
  for (const text of await starters.allInnerTexts()) assert.match(text, /Conecta: [A-Z]?[^-]+$|Conecta: .*seu e-mail/m, 'each says by its name what it needs')
  await p.getByRole('button', { name: /Pagamento aprovado/ }).click()
  await p.waitForURL(/\/flows\/pagamento-aprovado/)
  await p.goto(`${program.base}/?new=`)
  await p.getByRole('dialog').locator('input[data-first]:focus').waitFor()
  await p.getByLabel('JSON ou cURL').fill(JSON.stringify({ gancho: 1, flows: [{ id: 'colado', name: 'Colado', trigger: { kind: 'webhook' }, steps: [{ id: 'send', action: 'http.request', connection: 'crm', with: { url: 'https://crm.example.com/x' } }] }] }))
  await p.getByRole('button', { name: 'Ler' }).click()
  await p.getByText('crm.example.com').waitFor()
  await p.getByRole('button', { name: 'Importar 1 fluxo' }).click()
  await p.waitForURL(/\/flows\/colado/)
  await p.goto(`${program.base}/?new=`)
  await p.getByLabel('JSON ou cURL').fill("curl -X POST https://api.example.com/orders -H 'Content-Type: application/json' -d '{\"id\": 1}'")
  await p.getByRole('button', { name: 'Ler' }).click()
  await p.getByText('api.example.com').first().waitFor()
  await p.getByLabel('JSON ou cURL').waitFor({ state: 'detached' })
  await p.context().close()
})

test('deleting can be undone for ten seconds, and happens when the page goes', async () => {
  const p = await page('/')
  await ask(p, 'POST', '/flows', { id: 'gone', name: 'To be deleted', trigger: { kind: 'webhook' }, steps: [] })
  const remove = async () => {
    await p.getByRole('button', { name: 'More about To be deleted' }).click()
    await p.getByRole('menuitem', { name: 'Delete' }).click()
    await p.getByRole('link', { name: 'To be deleted' }).waitFor({ state: 'detached' })
  }
  await p.getByRole('link', { name: 'To be deleted' }).waitFor()
  await lasting(p)
  await remove()
  await p.getByText('To be deleted is deleted. Its address answers 404.').waitFor()
  await p.getByRole('link', { name: 'Runs', exact: true }).click()
  await p.getByRole('button', { name: /^Flow: / }).click()
  await p.getByRole('option', { name: /New lead/ }).waitFor()
  assert.equal(await p.getByRole('option', { name: /To be deleted/ }).count(), 0, 'a filter still offers it')
  await p.keyboard.press('Escape')
  await p.getByRole('link', { name: 'Flows', exact: true }).click()
  await p.getByRole('link', { name: 'New lead' }).waitFor()
  assert.equal(await p.getByRole('link', { name: 'To be deleted' }).count(), 0, 'who comes back to the list sees it again')
  await p.getByRole('button', { name: 'Undo' }).click()
  await p.getByRole('link', { name: 'To be deleted' }).waitFor()
  assert.equal((await ask(p, 'GET', '/flows/gone')).state, 'new')
  await remove()
  await p.reload()
  await p.getByRole('heading', { name: 'Flows' }).waitFor()
  await p.waitForFunction(async () => (await fetch('/api/v1/flows/gone')).status === 404)
  await p.context().close()
})

test('a flow is deleted in its own menu too, and an undo leads back to it', async () => {
  const p = await page('/')
  await ask(p, 'POST', '/flows', { id: 'own-menu', name: 'Deleted inside', trigger: { kind: 'webhook' }, steps: [] })
  await p.reload()
  await lasting(p)
  await p.getByRole('link', { name: 'Deleted inside' }).click()
  const remove = async () => {
    await p.getByRole('button', { name: 'More for this flow' }).click()
    await p.getByRole('menuitem', { name: 'Delete' }).click()
    await p.getByRole('heading', { name: 'Flows' }).waitFor()
    await p.getByText('Deleted inside is deleted.').waitFor()
  }
  await remove()
  await p.getByRole('link', { name: 'New lead' }).waitFor()
  assert.equal(await p.getByRole('link', { name: 'Deleted inside' }).count(), 0)
  await p.getByRole('button', { name: 'Undo' }).click()
  await p.waitForURL(/\/flows\/own-menu/)
  assert.equal((await ask(p, 'GET', '/flows/own-menu')).state, 'new')
  await remove()
  await p.reload()
  await p.getByRole('heading', { name: 'Flows' }).waitFor()
  await p.waitForFunction(async () => (await fetch('/api/v1/flows/own-menu')).status === 404)
  await p.context().close()
})

test('a long name of a flow can be read on a phone', async () => {
  const p = await page('/', { viewport: { width: 390, height: 800 } })
  const name = 'Approved payments of the shop go to the sheet of the sales team'
  await ask(p, 'POST', '/flows', { id: 'long-name', name, trigger: { kind: 'webhook' }, steps: [] })
  await p.goto(`${program.base}/flows/long-name`)
  const field = p.getByRole('textbox', { name: 'Name', exact: true })
  assert.equal(await field.inputValue(), name)
  assert.deepEqual(await field.evaluate((e) => [e.scrollWidth > e.clientWidth, e.scrollHeight > e.clientHeight]), [false, false], 'it is cut')
  await field.press('Enter')
  assert.equal(await field.inputValue(), name, 'a name has no lines')
  await p.context().close()
})

test('the whole house by keys alone', async () => {
  const p = await page('/')
  await p.getByRole('heading', { name: 'Flows' }).waitFor()
  await p.keyboard.press('g')
  await p.keyboard.press('r')
  await p.getByRole('heading', { name: 'Runs' }).waitFor()
  await p.keyboard.press('?')
  await p.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await p.keyboard.press('Escape')
  await p.getByRole('dialog').waitFor({ state: 'detached' })
  await p.keyboard.press('Control+k')
  await p.getByRole('dialog', { name: 'Search and commands' }).waitFor()
  await p.keyboard.type('new lead')
  await p.getByRole('option', { name: /New lead/ }).waitFor()
  await p.keyboard.press('Enter')
  await p.waitForURL(/\/flows\/new-lead/)
  await p.goto(`${program.base}/runs`)
  await p.getByRole('heading', { name: 'Runs' }).waitFor()
  await p.keyboard.press('Control+k')
  await p.getByRole('dialog', { name: 'Search and commands' }).waitFor()
  await p.keyboard.type('backups')
  await p.getByRole('option', { name: /Backups/ }).waitFor()
  await p.keyboard.press('Enter')
  await p.getByRole('heading', { name: 'Backups', exact: true }).waitFor()
  await p.context().close()
})

test('a run appears by itself in every tab, also after a restart of the server', async () => {
  const one = await page('/runs')
  await ask(one, 'POST', '/flows', { id: 'live', name: 'Live', trigger: { kind: 'webhook' }, steps: [{ id: 'log', action: 'log', with: { message: 'x' } }] })
  const { url } = await ask(one, 'POST', '/flows/live/publish', {}).then(() => ask(one, 'GET', '/flows/live'))
  const two = await one.context().newPage()
  program.watch(two)
  await two.goto(`${program.base}/runs`)
  await two.getByRole('heading', { name: 'Runs' }).waitFor()
  await post(url, { id: 1 })
  for (const p of [one, two]) await p.getByRole('link', { name: /succeeded.*Live|Live/ }).first().waitFor()
  await two.goto(program.base)
  await two.getByText('1 event accepted: 1 finished, 0 waiting, 0 queued').waitFor()
  await two.goBack()
  await program.restart()
  await post(url, { id: 2 })
  for (const p of [one, two]) await p.waitForFunction(() => document.querySelectorAll('main li a').length >= 2)
  await one.context().close()
})

test('an open editor asks little, however many events come', async () => {
  const p = await page('/')
  const { url } = await ask(p, 'GET', '/flows/live')
  await p.goto(`${program.base}/flows/live`)
  await p.getByText(/\d+ events?/).first().waitFor()
  let asked = 0
  p.on('request', (r) => { if (r.url().includes('/api/v1/')) asked++ })
  const begun = Date.now()
  for (let i = 0; i < 12; i++) await Promise.all(Array.from({ length: 10 }, (_, n) => post(url, { id: 10 * i + n })))
  await p.getByText(/12\d events/).first().waitFor()
  const seconds = (Date.now() - begun) / 1000
  assert.ok(asked < 20 + 15 * seconds, `${asked} requests for 120 events in ${seconds} s`)
  await p.context().close()
})

test('a stream that breaks goes on where it was: only one that begins anew makes the page ask again', async () => {
  const p = await page('/')
  await p.getByRole('heading', { name: 'Flows' }).waitFor()
  await rested(p)
  let asked = 0
  p.on('request', (r) => { if (/\/api\/v1\/(?!live|stats)/.test(r.url())) asked++ })
  let [streams, refuse] = [0, false]
  await p.route('**/api/v1/live*', (r) => {
    if (refuse) return r.fulfill({ status: 503 })
    return r.fulfill({ contentType: 'text/event-stream', body: `retry: 50\nid: a-${++streams}\nevent: hello\ndata: {}\n\n` })
  })
  await p.reload()
  await p.getByRole('heading', { name: 'Flows' }).waitFor()
  await rested(p)
  await until(() => streams, (n) => n > 3)
  asked = 0
  const before = streams
  await until(() => streams, (n) => n > before + 5)
  assert.equal(asked, 0)
  refuse = true
  await p.waitForResponse((r) => r.url().includes('/live') && r.status() === 503)
  refuse = false
  await until(() => asked, (n) => n > 0)
  await p.context().close()
})

test('what a page asks while nobody is at it is said to be so', async () => {
  const p = await page('/')
  const { url } = await ask(p, 'GET', '/flows/live')
  await rested(p)
  const byItself = async () => {
    const request = p.waitForRequest(/api\/v1\/stats|api\/v1\/ledger/)
    await post(url, {})
    return (await (await request).allHeaders())['gancho-unattended']
  }
  assert.equal(await byItself(), undefined)
  await rested(p)
  await p.clock.setSystemTime(Date.now() + 11 * 60_000)
  assert.equal(await byItself(), '1')
  await p.keyboard.press('Shift')
  assert.equal(await byItself(), undefined)
  await p.context().close()
})

test('the switch of a flow refuses events and takes them again', async () => {
  const p = await page('/')
  const { url } = await ask(p, 'GET', '/flows/live')
  await p.getByRole('switch', { name: 'Switch off Live' }).click()
  await p.getByRole('switch', { name: 'Switch on Live' }).waitFor()
  assert.equal((await post(url, {})).status, 410)
  await p.getByRole('switch', { name: 'Switch on Live' }).click()
  await p.getByRole('switch', { name: 'Switch off Live' }).waitFor()
  assert.equal((await post(url, {})).status, 200)
  await p.context().close()
})

test('a server that does not answer is said in words, and what comes back is seen by itself', async () => {
  const p = await page('/', { locale: 'pt-BR' })
  const flip = p.getByRole('switch', { name: /^(Ligar|Desligar) / }).first()
  await flip.waitFor()
  await rested(p) // the words of a fault are there before the server goes
  await program.stop()
  await flip.click()
  await p.getByText('O servidor não responde.').waitFor()
  await p.getByText('Ao vivo em pausa').waitFor()
  await program.restart()
  await p.getByText('Ao vivo em pausa').waitFor({ state: 'detached' })
  await p.context().close()
})

test('a session that ended is begun again over the page', async () => {
  const p = await page('/settings/variables')
  await p.getByRole('button', { name: 'Add a variable' }).click()
  await p.getByRole('textbox', { name: 'Name' }).fill('shop')
  const kept = await p.context().cookies()
  await p.context().clearCookies()
  await p.getByRole('button', { name: 'Save' }).click()
  const dialog = p.getByRole('dialog', { name: 'Your session has ended' })
  await dialog.getByLabel('E-mail').fill(ana.email)
  await dialog.getByLabel(/^Password/).fill(ana.password)
  await dialog.getByRole('button', { name: 'Sign in' }).click()
  await dialog.waitFor({ state: 'detached' })
  assert.equal(await p.getByRole('textbox', { name: 'Name' }).inputValue(), 'shop')
  await p.context().addCookies(kept)
  await p.context().close()
})

test('every word of the bar stands whole on a phone, in both languages', async () => {
  for (const locale of ['pt-BR', 'en-US']) {
    const p = await page('/', { locale, viewport: { width: 360, height: 740 } })
    await p.locator('nav.fixed a').first().waitFor()
    const cut = await p.evaluate(() => [...document.querySelectorAll('nav.fixed a')].filter((a) => {
      const word = a.querySelector('span').getBoundingClientRect()
      const place = a.getBoundingClientRect()
      return word.left < place.left - 0.5 || word.right > place.right + 0.5
    }).map((a) => a.textContent))
    assert.deepEqual(cut, [], locale)
    await p.context().close()
  }
})

test('the first screen and the builder stay small', async () => {
  const sizes = async (path, ready) => {
    const p = await program.open()
    await p.context().addCookies(cookies)
    await p.addInitScript(() => { globalThis.requestIdleCallback = () => 0 }) // what comes later, when the page rests, does not count
    const scripts = new Map()
    p.on('response', (res) => { if (/\.js$/.test(new URL(res.url()).pathname)) scripts.set(res.url(), res.body()) })
    await p.goto(program.base + path)
    await p.getByRole(...ready).first().waitFor()
    await p.waitForLoadState('networkidle')
    const bodies = await Promise.all(scripts.values())
    await p.context().close()
    return bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0) / 1024
  }
  const first = await sizes('/', ['heading', { name: 'Flows' }])
  assert.ok(first <= 90, `the first screen loads ${first.toFixed(1)} KB of scripts`)
  const builder = await sizes('/flows/new-lead?step=lead', ['textbox', { name: 'Value 1' }])
  assert.ok(builder <= 260, `the builder loads ${builder.toFixed(1)} KB of scripts`)
})

test('no fault of a page', () => assert.deepEqual(program.faults, []))
