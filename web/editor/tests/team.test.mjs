// Several who work on one server: how they come in, what each may do, and what they settle together.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ana, axeFaults, sideways, start, until } from './program.mjs'
import { shop } from './shop.mjs'

let program, at
before(async () => {
  at = await shop()
  program = await start({ flows: '', env: { GANCHO_ALLOW_NET: '127.0.0.0/8' } })
})
after(async () => {
  await program?.close()
  await at?.close()
  assert.deepEqual(program?.faults, [])
})

const still = { reducedMotion: 'reduce' }

const fine = async (page, what) => {
  for (const theme of ['light', 'dark']) {
    await page.evaluate((t) => { document.documentElement.className = t }, theme)
    assert.deepEqual(await axeFaults(page), [], `${what}, ${theme}`)
  }
  await page.setViewportSize({ width: 390, height: 800 })
  assert.deepEqual(await sideways(page), [], `${what} on a phone`)
  await page.setViewportSize({ width: 1440, height: 860 })
}

/** linkOf is what the dialog of a link shows. */
const linkOf = async (page) => {
  const link = await page.getByRole('dialog').locator('code').textContent()
  await page.keyboard.press('Escape')
  return link
}

test('who is invited chooses a password by a link that is good once, in the own language', async () => {
  const page = await program.signedIn('/settings/users', still)
  await page.getByLabel('Name', { exact: true }).fill('Rui Lima')
  await page.getByLabel('E-mail').fill('rui@example.com')
  await page.getByRole('button', { name: 'Invite by a link' }).click()
  await page.getByRole('dialog', { name: 'Invitation for Rui Lima' }).waitFor()
  await fine(page, 'an invitation')
  const link = await linkOf(page)
  assert.match(link, new RegExp(`^${program.base}/invite#.{43}$`))
  await page.getByText(/Invited; the link is good until/).waitFor()
  await fine(page, 'users of whom one is invited')

  const rui = await program.open({ locale: 'pt-BR', ...still })
  await rui.goto(link)
  await rui.getByRole('heading', { name: 'Bem-vindo ao Gancho' }).waitFor()
  await fine(rui, 'the page of a link')
  assert.equal(await rui.getByLabel('E-mail').inputValue(), 'rui@example.com')
  await rui.getByLabel('Seu nome').fill('Rui de Lima')
  await rui.getByLabel('Senha', { exact: true }).fill(ana.password)
  await rui.keyboard.press('Enter')
  await rui.getByRole('button', { name: /Rui de Lima/ }).waitFor()
  await rui.goto('about:blank')
  await rui.goto(link)
  await rui.getByText(/Este link não vale mais: foi usado/).waitFor()
  await fine(rui, 'a link that was used')
  await rui.context().close()

  await page.reload()
  await page.getByRole('button', { name: 'More about rui@example.com' }).click()
  await page.getByRole('menuitem', { name: 'Link for a new password' }).click()
  await page.getByRole('dialog', { name: 'New password for Rui de Lima' }).waitFor()
  const renewed = await linkOf(page)
  await page.goto('about:blank')
  await page.goto(renewed)
  await page.getByText('Ana Souza is signed in here.').waitFor()
  await page.getByLabel('New password').fill('outra frase bem diferente')
  await page.getByRole('button', { name: 'Save and sign in' }).click()
  await page.getByRole('button', { name: /Rui de Lima/ }).waitFor()
  await page.context().close()
})

test('a captured event is kept as the sample, and as a test, in one click each', async () => {
  await program.api('POST', '/flows', { id: 'kept', name: 'Kept', trigger: { kind: 'webhook' }, steps: [{ id: 'say', action: 'log', with: { message: '{{ trigger.body.id }}' } }] })
  const { url } = (await program.api('GET', '/flows/kept')).body
  const send = (id) => fetch(url, { method: 'POST', body: JSON.stringify({ id }), headers: { 'Content-Type': 'application/json' } })
  await send(41)
  const page = await program.signedIn('/flows/kept', still)
  await page.getByRole('treeitem', { name: /1 event/ }).click()
  const panel = page.getByRole('complementary')
  await panel.getByRole('button', { name: 'Save as a test' }).click()
  await until(async () => (await program.api('GET', '/flows/kept')).body.flow.tests, (tests) => tests?.[0].event.body.id === 41 && tests[0].expect.status === 'succeeded')
  await panel.getByRole('button', { name: 'Keep as the sample' }).click()
  await fine(page, 'a kept sample')
  await send(42)
  await panel.getByText('A newer one came').waitFor() // and what is kept stays in sight, as it is what the steps show
  await panel.getByRole('button', { name: 'Kept as the sample' }).waitFor()
  await page.getByRole('treeitem', { name: /Write a line/ }).click()
  await page.getByText(/^41$/).first().waitFor()

  await page.goto(`${program.base}/events?flow=kept`)
  await page.getByRole('main').getByRole('listitem').first().getByRole('button').click()
  await page.getByRole('button', { name: 'Use as sample' }).click()
  await page.waitForURL(/flows\/kept/)
  const { items } = (await program.api('GET', '/events?flow=kept')).body
  await page.waitForFunction((id) => localStorage.getItem('sample:kept') === id, items[0].id)
  await page.context().close()
})

test('what is not there says so under the bar; a flow leads to its events and runs', async () => {
  const page = await program.signedIn('/flows/none', still)
  await page.getByRole('heading', { name: 'This flow is not here' }).waitFor()
  await page.getByText('There is no flow “none”').waitFor()
  await fine(page, 'a flow that is not there')
  await page.getByRole('link', { name: 'Runs', exact: true }).first().click()
  await page.getByRole('heading', { name: 'Runs' }).waitFor()
  await page.goto(`${program.base}/runs/none`)
  await page.getByText('There is no run “none”').waitFor()
  await fine(page, 'a run that is not there')
  await page.getByRole('link', { name: 'To the runs' }).click()
  await page.getByRole('heading', { name: 'Runs' }).waitFor()

  await program.api('POST', '/flows', { id: 'story', name: 'Story', trigger: { kind: 'webhook' }, steps: [] })
  const { url } = (await program.api('GET', '/flows/story')).body
  await fetch(url, { method: 'POST', body: '{"id": 1}', headers: { 'Content-Type': 'application/json' } })
  await page.goto(`${program.base}/flows/story`)
  assert.equal(await page.getByRole('navigation').count(), 0, 'the editor has a bar of its own')
  await page.getByRole('banner').getByRole('link', { name: 'Runs' }).click()
  await page.waitForURL(/\/runs\?flow=story$/)
  await page.getByRole('heading', { name: 'Runs' }).waitFor()
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))) // the focus of what has gone finds its heir
  assert.equal(await page.getByRole('link', { name: 'Skip to the content' }).evaluate((e) => e === document.activeElement), false)
  await page.goBack()
  await page.getByRole('treeitem').getByRole('link', { name: '1 event' }).click()
  await page.waitForURL(/\/events\?flow=story$/)
  await page.getByText('It was kept as a sample').waitFor()
  await page.goBack()
  await page.getByRole('banner').getByRole('link', { name: 'Events' }).waitFor()
  await fine(page, 'the bar of a flow')
  await page.context().close()
})

test('who forgot the password is told who can help', async () => {
  const page = await program.open(still)
  await page.goto(program.base)
  await page.getByText('Forgot your password?').click()
  await page.getByText('An administrator can send you a link').waitFor()
  await page.getByText('gancho user password you@example.com').waitFor()
  await fine(page, 'the page to sign in')
  await page.context().close()
})

test('a user with a password is made, given another role, and deleted', async () => {
  const page = await program.signedIn('/settings/users', still)
  await page.getByRole('button', { name: 'Set the password yourself' }).click()
  await page.getByLabel('E-mail').fill('leo@example.com')
  await page.getByLabel('Password', { exact: true }).fill(ana.password)
  await page.getByRole('button', { name: 'Add a user' }).click()
  const leo = async () => (await program.api('GET', '/users')).body.items.find((u) => u.email === 'leo@example.com')
  await page.getByText('leo@example.com may sign in now.').waitFor()
  assert.deepEqual([(await leo()).joined, (await leo()).role], [true, 'editor'])
  const row = page.getByRole('listitem').filter({ hasText: 'leo@example.com' })
  await row.getByRole('button', { name: 'Role: Editor' }).click()
  await page.getByRole('option', { name: /Viewer/ }).click()
  await until(leo, (u) => u.role === 'viewer')
  await page.getByText(/^(Done\.|Salvo\.)$/).first().waitFor()
  await page.getByRole('button', { name: 'More about leo@example.com' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('leo@example.com is deleted.').waitFor()
  assert.equal(await leo(), undefined)
  await page.context().close()
})

test('a variable shows its kind, which follows what is typed until it is chosen', async () => {
  await program.api('PUT', '/vars', { city: 'Olinda', open: true, tags: ['a'], tiny: 1e-16 })
  const page = await program.signedIn('/settings/variables', { ...still, locale: 'pt-BR' })
  const kind = (name) => page.getByRole('combobox', { name: `Tipo ${name}`, exact: true })
  const value = (name) => page.getByRole('textbox', { name: `Valor ${name}`, exact: true })
  const kinds = async (...names) => Promise.all(names.map((n) => kind(n).evaluate((e) => e.selectedOptions[0].text)))
  assert.deepEqual(await kinds('city', 'open', 'tags'), ['Texto', 'Sim ou não', 'Lista ou grupo'])
  for (const [name, typed] of [['free', '1.199,90'], ['cep', '01310100'], ['phone', '5511987654321'], ['limit', 'mil']]) {
    await page.getByRole('button', { name: 'Adicionar uma variável' }).click()
    await page.getByRole('textbox', { name: 'Nome' }).last().fill(name)
    await value(name).fill(typed)
  }
  assert.deepEqual(await kinds('free', 'cep', 'phone', 'limit'), ['Número', 'Texto', 'Texto', 'Texto'])
  await kind('limit').selectOption('Número')
  await kind('city').selectOption('Lista ou grupo')
  await page.getByRole('button', { name: 'Salvar' }).click()
  await page.getByText('Escreva um número, como 199,90.').waitFor()
  await page.getByText('Escreva em JSON').waitFor()
  assert.deepEqual(await axeFaults(page), [])
  await value('limit').fill('1.000')
  await value('city').fill('{"name": "Olinda"}')
  await page.getByRole('combobox', { name: 'Valor open' }).selectOption('Não')
  await page.getByRole('button', { name: 'Salvar' }).click()
  await page.getByText('As variáveis estão salvas.').waitFor()
  assert.deepEqual((await program.api('GET', '/vars')).body, { cep: '01310100', city: { name: 'Olinda' }, free: 1199.9, limit: 1000, open: false, phone: '5511987654321', tags: ['a'], tiny: 1e-16 }) // what nobody touched keeps all its digits
  assert.equal(await value('free').inputValue(), '1199,9')
  await page.context().close()
})

test('a viewer meets no control that is not theirs, and is told who has it', async () => {
  await program.api('POST', '/users', { name: 'Vera', email: 'vera@example.com', password: ana.password, role: 'viewer' })
  await program.api('PUT', '/vars', { shop: 'Olinda' })
  const [run] = await lost('seen', 'Seen', 'Send it', 1)
  const { url } = (await program.api('GET', '/flows/kept')).body
  await fetch(url, { method: 'POST', body: '{"id": 1}', headers: { 'Content-Type': 'application/json' } })
  const page = await program.open(still)
  await page.request.post(`${program.base}/api/v1/session`, { data: { email: 'vera@example.com', password: ana.password }, headers: { Origin: program.base } })
  const screens = {
    '/': 'You may look at flows', '/runs': 'You may look at runs', '/runs?by=error': 'You may look at runs', [`/runs/${run}`]: 'An editor can look it up in the service', '/events?flow=kept': '',
    '/settings/variables': 'You may look at variables', '/settings/users': 'This screen is for admins', '/settings/state': 'This screen is for editors', '/connections': 'This screen is for editors', '/people': 'This screen is for editors',
  }
  for (const [path, words] of Object.entries(screens)) {
    await page.goto(program.base + path)
    if (path.startsWith('/events')) await page.getByRole('main').getByRole('listitem').first().getByRole('button').click()
    await page.getByText(words || 'You may look at events').first().waitFor()
    const own = page.getByRole('button', { name: /New flow|Run again|Settle|Cancel the run|Cancel \d|Decide|It happened|Save as|Use as|Let it in|Add |Delete|Erase|Invite|Publish/ })
    assert.deepEqual(await own.evaluateAll((all) => all.filter((b) => !b.disabled).map((b) => b.textContent)), [], path)
    if (words.startsWith('This screen')) assert.equal(await page.getByRole('link', { name: 'To the flows' }).getAttribute('href'), '/', path)
    await fine(page, `${path} of a viewer`)
  }
  await page.context().close()
})

/** lost starts runs of a flow whose one effect nobody knows of afterwards. */
async function lost(id, name, step, n) {
  await program.api('POST', '/flows', { id, name, trigger: { kind: 'manual' }, steps: [{ id: 'pay', name: step, action: 'http.request', delivery: 'at_most_once', with: { method: 'POST', url: `${at.url}/lost` } }] })
  await program.api('POST', `/flows/${id}/publish`, {})
  const runs = []
  for (let i = 0; i < n; i++) runs.push((await program.api('POST', `/flows/${id}/events`, { event: { body: { id: i } } })).body.run)
  for (const run of runs) await until(async () => (await program.api('GET', `/runs/${run}`)).body.status === 'unknown')
  return runs
}

test('what nobody knows of many runs is settled at once, by step or by choice', async () => {
  const charges = await lost('charge', 'Charges', 'Charge the card', 3)
  const posts = await lost('post', 'Parcels', 'Send the parcel', 2)
  const settled = async (runs) => { for (const run of runs) await until(async () => (await program.api('GET', `/runs/${run}`)).body.status, (status) => status === 'succeeded') }
  const page = await program.signedIn('/runs?by=error', still)
  const group = (step) => page.getByRole('listitem').filter({ hasText: step })
  await group('Charge the card').getByText('3 runs').waitFor()
  await group('Send the parcel').getByText('2 runs').waitFor()
  await fine(page, 'groups of unknown outcomes')
  await group('Charge the card').getByRole('button', { name: 'Settle all…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Settle 3 runs' })
  await dialog.getByText('Charge the card · Charges').waitFor()
  await fine(page, 'the dialog that settles')
  await dialog.getByRole('button', { name: 'Settle', exact: true }).click()
  await page.getByText('3 runs are settled and go on.').waitFor()
  await page.getByRole('button', { name: 'Close', exact: true }).last().click()
  await group('Charge the card').waitFor({ state: 'detached' })
  await settled(charges)
  assert.equal((await program.api('GET', `/runs/${posts[0]}`)).body.status, 'unknown')

  await lost('taxi', 'Taxis', 'Call the taxi', 1)
  await group('Call the taxi').waitFor() // by itself
  await Promise.all([page.waitForResponse(/\/failures/), page.reload()])
  await group('Send the parcel').waitFor()
  await page.getByRole('status').filter({ hasText: 'Loading' }).waitFor({ state: 'detached' })
  assert.equal(await page.getByRole('heading', { name: 'No failed run' }).count(), 0) // it would speak of the same runs

  await group('Send the parcel').getByRole('button', { name: 'Show the runs' }).click()
  await page.waitForURL(/status=unknown/)
  await page.getByRole('checkbox', { name: 'Select all' }).check()
  await page.getByRole('button', { name: 'Settle…' }).click()
  await page.getByRole('dialog', { name: 'Settle 2 runs' }).getByRole('button', { name: 'Settle', exact: true }).click()
  await page.getByText('2 runs are settled and go on.').waitFor()
  await page.getByRole('button', { name: 'Close', exact: true }).last().click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal(await page.getByText(/\d runs? selected/).count(), 0)
  await settled(posts)
  await page.goto(`${program.base}/settings/audit`)
  await page.getByText(/settled the unknown outcomes of ?2 runs of/).first().waitFor()
  await page.context().close()
})
