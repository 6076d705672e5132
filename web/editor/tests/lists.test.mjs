// What lists and sheets say of what came, was repeated and was erased.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { start, until } from './program.mjs'

let program
before(async () => { program = await start({ flows: '' }) })
after(() => program?.close())

const still = { reducedMotion: 'reduce' }

/** api calls the program as ana does, and gives the answer; a refusal is a fault. */
const api = async (method, path, body) => {
  const res = await program.api(method, path, body)
  assert.ok(res.status < 400, `${method} ${path}: ${res.status} ${JSON.stringify(res.body)}`)
  return res.body
}

/** come sends events to a flow. */
const come = async (flow, ...bodies) => { for (const body of bodies) await api('POST', `/flows/${flow}/events`, { event: { body } }) }

const ended = (n) => until(async () => (await api('GET', '/ledger')).finished === n)

test('a replay is told apart from what came, and what was erased says so and when', async () => {
  await api('POST', '/flows', { id: 'pay', name: 'Pay', trigger: { kind: 'webhook' }, steps: [{ id: 'note', name: 'Note', action: 'log', with: { message: 'paid' } }] })
  await come('pay', { id: 1, email: 'rui@example.com' })
  await api('POST', '/flows/pay/publish')
  await come('pay', { id: 2, email: 'ana@example.com' }, { id: 3, email: 'bia@example.com' })
  await ended(2)
  const { items } = await api('GET', '/runs?flow=pay')
  await api('POST', '/runs/replay', { ids: [items[0].id], from: 'start', revision: 'published' })
  await ended(3)

  const page = await program.signedIn('/', still)
  await page.getByText('2 events accepted, 1 replay: 3 finished, 0 waiting, 0 queued').waitFor()
  await page.goto(`${program.base}/flows/pay`)
  await page.getByRole('treeitem', { name: /3 events/ }).waitFor()
  await page.goto(`${program.base}/events?flow=pay`)
  const rows = page.getByRole('button', { name: /bytes/ })
  await rows.first().waitFor()
  assert.equal(await rows.count(), 4)
  assert.equal(await rows.filter({ hasText: /replay.*3 · bia•••@…/ }).count(), 1)
  await rows.filter({ hasText: 'replay' }).click()
  const sheet = page.getByRole('dialog', { name: '3 · bia•••@…' })
  await sheet.getByText('It did not come in').waitFor()
  await sheet.getByRole('link', { name: 'Open that event' }).click()
  await sheet.getByText('It was let in and started a run.').waitFor()

  for (const who of ['rui', 'ana']) await api('DELETE', `/people/${who}@example.com`)
  const gone = (await api('GET', '/events?flow=pay')).items.filter((e) => e.erased)
  assert.deepEqual(gone.map((e) => e.status), ['accepted', 'captured'])
  await page.goto(`${program.base}/events?event=${gone[1].id}`)
  await page.getByRole('dialog').getByText('It was a sample until its data was erased.').waitFor()
  await page.getByRole('dialog').getByText(/What it held of a person was erased on \w+ \d+, \d{4}\./).waitFor()
  await page.goto(`${program.base}/runs/${gone[0].run}?step=note`)
  await page.getByText(/The data of this run was erased for good on \w+ \d+, \d{4}/).waitFor()
  await page.getByText('What this step was given and did was erased with the data of the run.').waitFor()
  await page.context().close()
})

test('a part of the settings that is not there says so; who was deleted while signed in is told that they are out', async () => {
  const password = 'outras palavras sem sentido'
  await api('POST', '/users', { name: 'Rui', email: 'rui@example.com', password, role: 'editor' })
  const page = await program.open(still)
  await page.request.post(`${program.base}/api/v1/session`, { data: { email: 'rui@example.com', password }, headers: { Origin: program.base } })
  await page.goto(`${program.base}/settings/nope`)
  await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor()
  await page.goto(`${program.base}/runs`)
  await page.getByRole('heading', { name: 'Runs' }).waitFor()
  await api('DELETE', '/users/rui@example.com')
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByText('an administrator changed or deleted your user').waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  assert.equal(await page.getByText('You are signed out').count(), 0)
  await page.context().close()
})

/** many gives a page of a list as the server would if it had more than one. */
const many = (name, of) => async (page) => page.route(new RegExp(`/api/v1/${name}\\?`), async (route) => {
  const second = new URL(route.request().url()).searchParams.get('cursor') === 'more'
  await route.fulfill({ json: { items: Array.from({ length: second ? 1 : 200 }, (_, n) => of(second ? 200 : n)), next: second ? null : 'more' } })
})

test('lists of people and tokens are read to their end', async () => {
  const page = await program.signedIn('/', still)
  await many('users', (n) => ({ email: `u${n}@example.com`, name: `User ${n}`, role: 'viewer', joined: true }))(page)
  await many('tokens', (n) => ({ id: `t${n}`, name: `Token ${n}`, role: 'viewer' }))(page)
  await page.goto(`${program.base}/settings/users`)
  await page.getByText('u200@example.com').first().waitFor()
  await page.goto(`${program.base}/settings/tokens`)
  await page.getByText('Token 200').waitFor()
  await page.goto(`${program.base}/settings/alerts`)
  await page.getByRole('combobox').first().fill('User 200')
  await page.getByRole('option', { name: /User 200/ }).first().waitFor()
  await page.context().close()
})

test('the page of a person says whose clock its times are of, and the document is in plain words', async () => {
  await api('PUT', '/instance', { public_url: '', timezone: 'America/Sao_Paulo', lang: 'pt-BR' })
  const page = await program.signedIn('/people?key=bia@example.com', { ...still, locale: 'pt-BR', timezoneId: 'Asia/Tokyo' })
  await page.getByText('Os horários aqui são de Tokyo, como neste aparelho; os do documento são de São Paulo.').waitFor()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Documento para entregar' }).click()])
  const handed = await program.open(still)
  await handed.setContent(readFileSync(await file.path(), 'utf8'))
  await handed.getByText('Os horários são de America/Sao_Paulo').waitFor()
  await handed.getByRole('cell', { name: 'E-mail', exact: true }).first().waitFor()
  await handed.context().close()
  await page.context().close()
})

test('of several ways into a service each says for whom it is, and one is the usual', async () => {
  const page = await program.signedIn('/connections', { ...still, locale: 'pt-BR' })
  await page.getByRole('button', { name: 'Nova conexão' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('searchbox').fill('nuvemshop')
  await dialog.getByRole('button', { name: /Nuvemshop/ }).click()
  await dialog.getByRole('button', { name: /^Token da loja o mais comum/ }).waitFor()
  assert.equal(await dialog.getByText('o mais comum', { exact: true }).count(), 1)
  const lines = await dialog.getByRole('listitem').getByRole('button').allInnerTexts()
  assert.equal(new Set(lines.map((text) => text.split('\n').at(-1))).size, 4, lines.join(' | '))
  await page.context().close()
})

test('a connection of no service shows a sign of what it holds, one of a service its mark', async () => {
  const secret = { hosts: ['api.example.com'] }
  await api('POST', '/connections', { name: 'bearer', kind: 'http_bearer', fields: { token: 'x' }, ...secret })
  await api('POST', '/connections', { name: 'basic', kind: 'http_basic', fields: { username: 'a', password: 'x' }, ...secret })
  await api('POST', '/connections', { name: 'mail', kind: 'smtp', fields: { host: '127.0.0.1', port: '9', security: 'none' } })
  await api('POST', '/connections', { name: 'shop', kind: 'hotmart:webhook', fields: { hottok: 'x' } })
  const looks = (page, among) => among.evaluateAll((rows) => rows.map((row) => { const tile = row.querySelector('[aria-hidden]'); return tile.querySelector('svg')?.getAttribute('class')?.match(/lucide-[\w-]+/)?.[0] ?? tile.textContent }))
  for (const locale of ['en', 'pt-BR']) {
    const page = await program.signedIn('/connections', { ...still, locale })
    const rows = page.getByRole('main').getByRole('listitem').filter({ has: page.getByRole('button', { name: /^(basic|bearer|mail|shop)$/ }) })
    await rows.nth(3).waitFor()
    assert.deepEqual(await looks(page, rows), ['lucide-id-card', 'lucide-key-round', 'lucide-mail', 'Ho'])
    await page.getByRole('button', { name: locale === 'en' ? 'New connection' : 'Nova conexão' }).click()
    const kinds = page.getByRole('dialog').getByRole('listitem').filter({ hasText: /^(HTTP|OAuth 2)/ })
    await kinds.nth(1).waitFor()
    assert.deepEqual(await looks(page, kinds), ['lucide-globe', 'lucide-shield-check'])
    await page.context().close()
  }
})

test('no fault of a page', () => assert.deepEqual(program.faults, []))
