// E-mails, phones and documents are hidden on every screen that shows what came and what was sent, until an eye shows them.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { ana, axeFaults, sideways, start, until } from './program.mjs'
import { source } from './sources.mjs'

const still = { reducedMotion: 'reduce' }
const body = { id: 77, email: 'rita.lobo@example.com', phone: '11987654321', cpf: '529.982.247-25', note: 'call (11) 3456-7890' }
const clear = /rita\.lobo@example\.com|11987654321|529\.982\.247-25|3456-7890/

let program, service, run
before(async () => {
  service = createServer((_, res) => {
    res.writeHead(422, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify({ message: 'rita.lobo@example.com is blocked' }))
  })
  await new Promise((resolve) => service.listen(0, '127.0.0.1', resolve))
  program = await start({ flows: '', env: { GANCHO_ALLOW_NET: '127.0.0.0/8' } })
  const steps = [{ id: 'tell', name: 'Tell her', action: 'http.request', retry: { attempts: 1 }, with: { method: 'POST', url: `http://127.0.0.1:${service.address().port}/send`, json: { to: '{{ trigger.body.phone }}', text: 'For {{ trigger.body.email }}' } } }]
  await program.api('POST', '/flows', { id: 'tells', name: 'Tells', trigger: { kind: 'webhook' }, steps })
  await program.api('POST', '/flows/tells/publish', {})
  const { url } = (await program.api('GET', '/flows/tells')).body
  for (const id of [77, 78]) await fetch(url, { method: 'POST', body: JSON.stringify({ ...body, id }), headers: { 'Content-Type': 'application/json' } })
  const runs = (await until(() => program.api('GET', '/runs?flow=tells&status=failed'), (r) => r.body.items.length === 2)).body.items
  run = runs.find((r) => r.title === '77 · rita.lobo@example.com')?.id
  assert.ok(run, JSON.stringify(runs))
})
after(async () => {
  await program?.close()
  service?.close()
})

/** hides says that a page shows nothing of who she is. */
const hides = async (page, what) => assert.doesNotMatch(await page.evaluate(() => document.body.innerText), clear, what)

/** signedInAs gives a page of another user. */
async function signedInAs(user) {
  await program.api('POST', '/users', { ...user, password: ana.password })
  const page = await program.open(still)
  await page.request.post(`${program.base}/api/v1/session`, { data: { email: user.email, password: ana.password }, headers: { Origin: program.base } })
  return page
}

const eye = (page, hides = false) => page.getByRole('button', { name: hides ? 'Hide personal data' : 'Show personal data' }).locator('visible=true').first()

const lists = {
  '/runs': (page) => page.getByText('77 · rit•••@…').first().waitFor(),
  '/runs?by=error': (page) => page.getByText('… is blocked').first().waitFor(),
  '/events': (page) => page.getByText('77 · rit•••@…').first().waitFor(),
  '/': (page) => page.getByRole('main').getByText('… is blocked').waitFor(),
}

test('lists hide who people are, and alerts; a search still says what was searched for', async () => {
  const page = await program.signedIn('/runs', still)
  for (const [path, drawn] of Object.entries(lists)) {
    await page.goto(program.base + path)
    await drawn(page)
    await hides(page, path)
  }
  await page.goto(`${program.base}/events?q=${encodeURIComponent('Rita.Lobo@example.com')}`)
  await page.getByText('77 · rita.lobo@example.com').waitFor()
  await page.waitForURL(`${program.base}/events`) // the address names nobody, and what was searched for stays
  await page.reload()
  await page.getByText('77 · rita.lobo@example.com').waitFor()
  await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click()
  await page.getByText('77 · rit•••@…').first().waitFor()
  await page.goBack()
  await page.getByText('77 · rita.lobo@example.com').waitFor()
  assert.equal(await page.getByRole('searchbox', { name: 'Order, e-mail, phone…' }).inputValue(), 'Rita.Lobo@example.com')
  await page.goto(`${program.base}/runs?q=rita`)
  await page.getByText('77 · rit•••@…').waitFor()
  await eye(page).click()
  await page.getByText('77 · rita.lobo@example.com').waitFor()
  await page.getByRole('status').getByText('are shown').waitFor()
  await page.goto(`${program.base}/events`)
  await page.getByText('77 · rita.lobo@example.com').first().waitFor() // one switch for all screens
  await eye(page, true).click()
  await page.getByText('77 · rit•••@…').first().waitFor()
  await page.context().close()
})

test('the page of a run and the sheet of an event hide it in all their parts, and what is copied is what is seen', async () => {
  const page = await program.signedIn(`/runs/${run}`, { ...still, permissions: ['clipboard-read', 'clipboard-write'] })
  const panel = page.getByRole('complementary', { name: 'Tell her' })
  await panel.getByText(/rit•••@… is blocked/).first().waitFor()
  for (const tab of ['Input', 'Sent', 'Answer', 'Output', 'Attempts']) {
    await panel.getByRole('tab', { name: tab }).click()
    await panel.getByRole('tabpanel', { name: tab }).waitFor()
    await hides(page, tab)
  }
  await panel.getByRole('tab', { name: 'Sent' }).click()
  await panel.getByText('"to": "1198••••"').waitFor()
  await panel.getByRole('button', { name: 'Copy, personal data hidden' }).click()
  await until(() => page.evaluate(() => navigator.clipboard.readText()), (text) => text.includes('rit•••@…') && !clear.test(text))
  const where = await eye(page).boundingBox()
  await eye(page).click()
  await panel.getByText('"to": "11987654321"').waitFor()
  await page.getByRole('heading', { level: 1, name: '77 · rita.lobo@example.com' }).waitFor()
  assert.deepEqual(await eye(page, true).boundingBox(), where) // nothing moves
  await panel.getByRole('button', { name: 'Copy', exact: true }).click()
  await until(() => page.evaluate(() => navigator.clipboard.readText()), (text) => text.includes('11987654321'))
  await eye(page, true).click()
  await page.goto(`${program.base}/runs/${run}?step=trigger`)
  await page.getByRole('complementary', { name: 'Event' }).getByText('"cpf": "529.9••••"').waitFor()
  await hides(page, 'the event of a run')
  await page.goto(`${program.base}/events`)
  await page.getByText('77 · rit•••@…').click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText('"phone": "1198••••"').waitFor()
  await hides(page, 'the sheet')
  assert.deepEqual(await axeFaults(page), [])
  await sheet.getByRole('button', { name: 'Show personal data' }).click()
  await sheet.getByText('"phone": "11987654321"').waitFor()
  await page.context().close()
})

test('the eye is as large as a finger, in both languages, and works by keys', async () => {
  const page = await program.signedIn('/runs', { ...still, locale: 'pt-BR', viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true })
  for (const path of ['/runs', `/runs/${run}?step=trigger`, '/events']) {
    await page.goto(program.base + path)
    const own = page.getByRole('button', { name: 'Mostrar dados pessoais' }).last()
    await own.waitFor()
    const { width, height } = await own.boundingBox()
    assert.ok(width >= 44 && height >= 44, `${path}: ${width} × ${height}`)
    assert.deepEqual(await sideways(page), [], path)
    assert.deepEqual(await axeFaults(page), [], path)
    await own.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Esconder dados pessoais' }).last().press('Enter')
    await own.waitFor()
  }
  await page.goto(`${program.base}/runs/${run}`)
  await page.getByRole('button', { name: 'Fechar' }).click()
  await page.getByRole('button', { name: 'Mais', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Mostrar dados pessoais' }).click()
  await page.getByRole('heading', { level: 1, name: /rita\.lobo@example\.com/ }).waitFor()
  assert.deepEqual(await sideways(page), [])
  await page.context().close()
})

test('the page of a person shows what was typed, and hides the rest', async () => {
  const page = await program.signedIn(`/people?key=${encodeURIComponent(body.email)}`, still)
  await page.getByRole('heading', { name: /^rita\.lobo@example\.com/ }).waitFor()
  const line = page.getByRole('group', { name: 'What happened, newest first' })
  await line.getByText('Tell her').first().click()
  await line.getByText(/"to": "1198••••"/).first().waitFor()
  assert.doesNotMatch(await page.evaluate(() => document.body.innerText), /11987654321/)
  await eye(page).click()
  await page.getByText('11987654321').first().waitFor()
  await page.context().close()
})

test('a viewer sees it hidden, and has no eye; an export says which of both it is', async () => {
  const page = await signedInAs({ name: 'Vera', email: 'vera@example.com', role: 'viewer' })
  const screens = { ...lists, [`/runs/${run}`]: (p) => p.getByRole('heading', { level: 1, name: '77 · rit•••@…' }).waitFor(), [`/runs/${run}?step=trigger`]: (p) => p.getByText('"phone": "1198••••"').waitFor() }
  for (const [path, drawn] of Object.entries(screens)) {
    await page.goto(program.base + path)
    await page.evaluate(() => sessionStorage.setItem('revealed', 'yes')) // as an editor left it
    await page.reload()
    await drawn(page)
    await hides(page, path)
    assert.equal(await page.getByRole('button', { name: /personal data$/ }).count(), 0, path)
  }
  const exported = async (p, says) => {
    await p.goto(`${program.base}/runs`)
    await p.getByRole('button', { name: 'Export' }).click()
    await p.getByRole('menuitem', { name: 'Table (CSV)' }).click()
    await p.getByText(says).waitFor()
    const [file] = await Promise.all([p.waitForEvent('download'), p.getByRole('dialog').getByRole('button', { name: 'Export' }).click()])
    return readFileSync(await file.path(), 'utf8')
  }
  assert.doesNotMatch(await exported(page, 'are hidden in it'), clear)
  const hers = await program.signedIn('/runs', still)
  assert.match(await exported(hers, 'stand in it whole'), clear)
  await page.context().close()
  await hers.context().close()
})

test('the builder hides it in the words of a card and in what past events show', async () => {
  const page = await program.signedIn('/flows/tells', still)
  await page.getByTitle(/rit•••@… is blocked/).first().waitFor()
  await page.evaluate(async () => {
    const { draft_rev: rev, flow } = await (await fetch('/api/v1/flows/tells')).json()
    const body = JSON.stringify(flow).replace('For {{', 'To {{')
    const saved = await fetch('/api/v1/flows/tells', { method: 'PUT', headers: { 'Content-Type': 'application/json', 'If-Match': String(rev) }, body })
    if (!saved.ok) throw new Error(await saved.text())
  })
  await page.reload()
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('button', { name: 'Compare now' }).click()
  await page.getByText(/Show the 2 events/).click()
  await page.getByText('77 · rit•••@…').waitFor()
  await page.getByText('For rit•••@…').first().waitFor()
  await hides(page, 'the back-test')
  await page.context().close()
})

test('what only looks like a phone or a document stays', async () => {
  const { hidden } = await source('data/hide.ts')
  for (const text of ['Order 11987654321', 'Pedido 1234567890123', '2026-11-27T19:22:55Z', '20261127192255', '2026-11-27T10:00:00-03:00', 'R$ 1.234.567,89', '27/11/2026 10:30', '01J9ZK3V8X5511987654321ABC', '550e8400-e29b-41d4-a716-446655440000', '1745912345678', '192.168.100.200:8080', 'NF 123.456.789', '11 2020-2024', '-46.933312345', 'v1.2.3-45', 'ISBN 978-85-333-0227-3', '23793.38128 60007.827136 95000.063305 9 84340000012345', '#1234567', '@gancho', 'user@localhost', 'Maria Souza', '\\'.repeat(300_000) + '1']) assert.equal(hidden(text), text)
  for (const [text, shown] of Object.entries({
    'Maria · maria@example.com, 3x': 'Maria · mar•••@…, 3x', 'call (11) 98765-4321': 'call (11) ••••', '+55 11 98765-4321 ok': '+55 11•••• ok', 'wa.me/5511987654321': 'wa.me/55119••••', '11 98765-4321': '11 98••••', 'CPF 529.982.247-25': 'CPF 529.9••••', '52998224725': '5299••••', '11.222.333/0001-81': '11.222••••', '11222333000181': '11222••••', 'to=ana%2B1%40example.com&phone=11987654321': 'to=ana%2B1•••@…&phone=1198••••', '{"phone":"11987654321","id":11987654321}': '{"phone":"1198••••","id":11987654321}', 'joão@exemplo.com.br': 'joã•••@…',
  })) assert.equal(hidden(text), shown)
  const event = { id: '5511987654321', at: '2026-11-27T10:00:00Z', title: 'a@example.com 11987654321', trigger: { body: { customerPhone: 11987654321, total: 11987654.32, order_id: '52998224725', created_at: '5511987654321', list: [{ tel: '1134567890' }, { name: 'Ana' }] } } }
  assert.deepEqual(hidden(event), { id: '5511987654321', at: '2026-11-27T10:00:00Z', title: 'a•••@… 1198••••', trigger: { body: { customerPhone: '1198••••', total: 11987654.32, order_id: '52998224725', created_at: '5511987654321', list: [{ tel: '1134••••' }, { name: 'Ana' }] } } })
  assert.deepEqual(hidden({ state: [{ key: 'points', value: { 'ana@example.com': 1, 'ana@example.org': 2 } }] }), { state: [{ key: 'points', value: { 'ana•••@…': 1, 'ana•••@… 1': 2 } }] })
  assert.deepEqual(hidden({ trigger: { query: { from: '1732736000' } } }), { trigger: { query: { from: '1732736000' } } })
  assert.equal(hidden('maria@example.com, ana@example.com', 'Maria@example.com'), 'maria@example.com, ana•••@…')
  assert.equal(hidden('(11) 98765-4321', '11987654321'), '(11) 98765-4321')
  assert.equal(hidden('maria@example.com', 'maria'), 'mar•••@…')
})

test('no fault of a page', () => assert.deepEqual(program.faults, []))
