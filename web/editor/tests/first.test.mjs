// The first event of a flow: what is offered to be sent, and what its address does.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { start, until } from './program.mjs'

let program
before(async () => { program = await start({ flows: '' }) })
after(() => program?.close())

const carts = { name: 'Carts', trigger: { kind: 'webhook', with: { preset: 'hotmart' }, where: "trigger.body.event == 'PURCHASE_OUT_OF_SHOPPING_CART'" }, steps: [{ id: 'say', action: 'log', with: { message: 'x' } }] }
const events = async (flow) => (await program.api('GET', `/events?flow=${flow}`)).body.items

test('the sample that is sent is one that the flow takes', async () => {
  await program.api('POST', '/connections', { name: 'hotmart', kind: 'hotmart:webhook', fields: { hottok: 'canary' } })
  await program.api('POST', '/flows', { ...carts, id: 'carts', trigger: { ...carts.trigger, connection: 'hotmart' } })
  const own = { name: 'a big one', event: { body: { total: 500 } }, expect: { status: 'succeeded' } }
  await program.api('POST', '/flows', { ...carts, id: 'own', name: 'Own', trigger: { kind: 'webhook', where: 'trigger.body.total > 100' }, tests: [own] })
  const page = await program.signedIn('/flows/carts')
  await page.getByText('Send a sample event').click()
  await until(() => events('carts'), (list) => list[0]?.event === 'PURCHASE_OUT_OF_SHOPPING_CART')
  await page.goto(`${program.base}/flows/own?step=trigger`)
  await page.getByText('Event of the test “a big one”').waitFor()
  await page.getByRole('button', { name: 'Send a sample event' }).click()
  const [event] = await until(() => events('own'), (list) => list.length === 1)
  assert.deepEqual((await program.api('GET', `/events/${event.id}`)).body.trigger.body, { total: 500 })
  await page.context().close()
})

test('an imported flow says that its address refuses events, and records them when it is told to', async () => {
  await program.api('POST', '/import', { gancho: 1, flows: [{ ...carts, id: 'came', name: 'Came', trigger: { kind: 'webhook' } }] })
  const page = await program.signedIn('/flows/came?step=trigger')
  const panel = page.getByRole('complementary')
  await panel.getByText('its address refuses what comes (410)').waitFor()
  await panel.getByText('a provider on the internet does not').waitFor()
  assert.equal(await panel.getByRole('link', { name: 'Set the public address' }).getAttribute('href'), '/settings/instance')
  assert.equal(await page.getByText('Waiting for the first event').count(), 0)
  const { url } = (await program.api('GET', '/flows/came')).body
  assert.equal((await fetch(url, { method: 'POST', body: '{}' })).status, 410)
  await panel.getByRole('button', { name: 'Record events' }).click()
  await panel.getByText('Waiting for the first event').waitFor()
  assert.equal((await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })).status, 200)
  await panel.getByText('Newest event').waitFor()
  await page.context().close()
})

test('what keeps a first event away is said: what to look at when none comes for minutes, and at once that one was refused', async () => {
  await program.api('POST', '/flows', { id: 'quiet', name: 'Quiet', trigger: { kind: 'webhook' }, steps: [] })
  const page = await program.signedIn('/')
  await page.clock.install()
  await page.goto(`${program.base}/flows/quiet?step=trigger`)
  const panel = page.getByRole('complementary')
  await panel.getByText('What arrives shows here by itself').waitFor()
  await until(async () => { await page.clock.fastForward(60_000); return page.getByText('Still nothing? Look at these:').isVisible() })
  const { url } = (await program.api('GET', '/flows/quiet')).body
  assert.equal((await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{' })).status, 422)
  await until(async () => { await page.clock.fastForward(10_000); return panel.getByText(/came at .* and was refused: read JSON/).isVisible() })
  await until(async () => { await page.clock.fastForward(10_000); return page.getByText(/came at .* and was refused: read JSON/).count() }, (n) => n === 2) // its card says so, too
  await panel.getByRole('link', { name: 'See what came' }).click()
  await page.getByText('Its body could not be read').waitFor()
  await page.context().close()
})

test('a step in a path that the event does not take says so, and a failing test speaks of steps by their names', async () => {
  const say = (id) => ({ id, name: `Say ${id}`, action: 'log', with: { message: 'x' } })
  const branches = [{ name: 'Big', when: 'trigger.body.total > 100', steps: [say('big')] }, { name: 'Else', steps: [say('small')] }]
  const failing = { name: 'no', event: { body: { total: 500 } }, expect: { status: 'filtered', steps: { small: 'succeeded' } } }
  await program.api('POST', '/flows', { id: 'paths', name: 'Paths', trigger: { kind: 'manual' }, steps: [{ id: 'size', name: 'By size', action: 'branch', branches }], tests: [failing] })
  await program.api('POST', '/flows/paths/events', { event: { body: { total: 5 } } })
  const page = await program.signedIn('/flows/paths?step=big&tab=test')
  await page.getByRole('button', { name: 'Test step' }).click()
  await page.getByText('In “By size” it takes another path.').waitFor()
  await page.keyboard.press('Escape')
  await page.goto(`${program.base}/flows/paths`)
  await page.getByRole('button', { name: 'Publish' }).click()
  const row = page.getByRole('listitem').filter({ hasText: 'Say small' }).last()
  await row.getByText('skipped').waitFor()
  await page.getByText('"succeeded"').waitFor({ state: 'detached' })
  await page.context().close()
})

test('an e-mail is tested as who gets it reads it; nothing of its HTML runs or is fetched', async () => {
  await program.api('POST', '/connections', { name: 'mail', kind: 'smtp', fields: { host: 'mail.shop.example', port: '587', from: 'Shop <shop@shop.example>' } })
  const html = '<style>p { color: red }</style><h1>Hello {{ trigger.body.name }}</h1><p style="color:red" onclick="document.title = 1">Paid <b>today</b></p><p style=color:red>So</p><img src="https://elsewhere.example/pixel.png" alt="our shop" onerror="document.title = 2"><script>document.title = 3</script><a href="javascript:document.title = 4">Open</a><iframe src="https://elsewhere.example/"></iframe>'
  await program.api('POST', '/flows', { id: 'letter', name: 'Letter', trigger: { kind: 'manual' }, steps: [{ id: 'mail', name: 'Thank them', action: 'email.send', connection: 'mail', with: { to: '{{ trigger.body.to }}', subject: 'Thanks', html } }] })
  await program.api('POST', '/flows/letter/events', { event: { body: { name: '<i>Ana</i>', to: 'ana@buyer.example' } } })
  const page = await program.signedIn('/flows/letter?step=mail&tab=test')
  const asked = []
  page.on('request', (r) => asked.push(r.url()))
  await page.getByRole('button', { name: 'Test step' }).click()
  const mail = page.getByRole('region', { name: 'It would send' })
  await mail.getByRole('heading', { name: 'Hello' }).waitFor()
  assert.match(await mail.getByRole('term').filter({ hasText: 'Subject' }).locator('+ dd').textContent(), /^Thanks$/)
  assert.match(await mail.innerText(), /From\s+"Shop" <sho•••@…>[^]*To\s+[^]*Paid today[^]*\[our shop\]Open/)
  assert.equal(await mail.locator('img, script, style, a, iframe, [onclick], [style]').count(), 0)
  assert.ok(!asked.some((url) => url.includes('elsewhere')))
  await mail.getByText('"message_id"').waitFor({ state: 'hidden' })
  await mail.getByText('As data (JSON)').click()
  await mail.getByText('"message_id"').waitFor()
  await page.getByRole('button', { name: 'Send for real' }).waitFor()
  assert.equal(await page.getByText('ana@example.com').count(), 0, 'no recipient is made up')
  assert.equal((await program.api('DELETE', '/connections/mail')).status, 204)
  await page.goto(`${program.base}/flows/letter?step=mail&tab=test`)
  await page.getByRole('button', { name: /^Test (step|again)/ }).click()
  await page.getByText('make the connection “mail” under Setup').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Send for real' }).count(), 0)
  await page.getByRole('tab', { name: 'Setup' }).click()
  await page.getByRole('button', { name: 'Create “mail”' }).click()
  assert.ok(await page.getByLabel(/^Sender/).evaluate((e) => e.required), 'who sends is asked where no step says it')
  await page.context().close()
})

test('no fault of a page', () => assert.deepEqual(program.faults, []))
