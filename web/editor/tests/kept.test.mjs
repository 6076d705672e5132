// What is said to be done is done, and what is not saved is not lost: deeds that wait for an undo, signing out, a full storage.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ana, lasting, start, until } from './program.mjs'

let program
before(async () => { program = await start({ flows: '' }) })
after(() => program?.close())

const flow = (id, steps = [id]) => program.api('POST', '/flows', { id, name: id.toUpperCase(), trigger: { kind: 'manual' }, steps: steps.map((s) => ({ id: s, name: `${s}${s}`, action: 'log', with: { message: s } })) })
const flows = async () => (await program.api('GET', '/flows')).body.items.map((f) => f.id).sort()

/** entered gives a page of a session of its own, which may be ended. */
async function entered(path = '/') {
  const page = await program.open()
  await page.request.post(`${program.base}/api/v1/session`, { data: { email: ana.email, password: ana.password }, headers: { Origin: program.base } })
  await page.goto(program.base + path)
  await page.getByRole('button', { name: /^AS / }).waitFor()
  return page
}

const signOut = async (page) => {
  await page.getByRole('button', { name: /^AS / }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
}

const draft = (page) => page.evaluate(() => localStorage.getItem('draft:ana@example.com:told'))

test('what newer messages push out is done at once', async () => {
  for (const id of ['one', 'two', 'three', 'four']) await flow(id)
  const page = await program.signedIn('/')
  await page.clock.install()
  for (const id of ['one', 'two', 'three', 'four']) {
    await page.getByRole('button', { name: `More about ${id.toUpperCase()}`, exact: true }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.clock.runFor(300)
    await page.getByText(`${id.toUpperCase()} is deleted`).waitFor()
  }
  await until(flows, (ids) => !ids.includes('one'))
  await page.clock.runFor(11_000) // the rest when their time is over, drawn or not
  await until(flows, (ids) => ids.length === 0)
  await page.context().close()
})

test('a token is revoked at once, once one has said so', async () => {
  await program.api('POST', '/tokens', { name: 'robot', role: 'admin' })
  const page = await program.signedIn('/settings/tokens')
  const tokens = async () => (await program.api('GET', '/tokens')).body.items
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  assert.equal((await tokens()).length, 1)
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('The token robot is revoked.').waitFor()
  assert.deepEqual(await tokens(), [], 'what is said is so')
  await page.context().close()
})

test('who cannot sign out is told so, and keeps what is not saved', async () => {
  const page = await entered()
  await page.waitForFunction(() => performance.getEntriesByName('rest-fetched').length > 0)
  await page.evaluate(() => localStorage.setItem('draft:ana@example.com:told', '{}'))
  await page.context().setOffline(true)
  await signOut(page)
  await page.getByRole('dialog', { name: '1 flow holds changes that are not saved' }).getByRole('button', { name: 'Delete them and sign out' }).click()
  await page.getByText('The server does not answer.').first().waitFor()
  assert.equal(await draft(page), '{}')
  await page.context().setOffline(false)
  await signOut(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  assert.equal(await draft(page), '{}', 'who thinks again loses nothing')
  await signOut(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Delete them and sign out' }).click()
  await page.getByLabel('Password').first().waitFor()
  await page.waitForFunction(() => localStorage.getItem('draft:ana@example.com:told') === null)
  await page.context().close()
})

test('what waits for an undo is done before its person signs out', async () => {
  await flow('leaving')
  const page = await entered()
  await page.getByRole('button', { name: 'More about LEAVING' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByText('LEAVING is deleted').waitFor()
  await signOut(page)
  await page.getByLabel('Password').first().waitFor()
  assert.ok(!(await flows()).includes('leaving'))
  await page.context().close()
})

test('the undo of a cut takes back the cut, whatever was done since', async () => {
  await flow('cut', ['a', 'b', 'c'])
  const page = await program.signedIn('/flows/cut')
  await lasting(page)
  for (const [id, key] of [['a', 'Control+x'], ['c', 'Delete']]) {
    await page.locator(`[data-row=${id}]`).focus()
    await page.keyboard.press(key)
    await page.locator(`[data-row=${id}]`).waitFor({ state: 'detached' })
  }
  await page.locator('[popover=manual]').getByText('aa').locator('..').getByRole('button', { name: 'Undo' }).click()
  await page.locator('[data-row=a]').waitFor()
  await until(async () => (await program.api('GET', '/flows/cut')).body.flow.steps.map((s) => s.id).join(), (ids) => ids === 'a,b')
  await page.context().close()
})

test('undo gives a flow back its state, however late the answer that it is off', async () => {
  await flow('life')
  await program.api('POST', '/flows/life/publish', {})
  const state = async () => (await program.api('GET', '/flows/life')).body.state
  const page = await program.signedIn('/flows/life')
  await lasting(page)
  const choose = async (item) => {
    await page.getByRole('button', { name: 'More for this flow' }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  const undo = () => page.getByRole('status').getByRole('button', { name: 'Undo' }).click()
  await choose('Switch off')
  await until(state, (s) => s === 'off')
  await undo()
  await until(state, (s) => s === 'on')
  await choose('Pause')
  await until(state, (s) => s === 'paused')
  await page.getByText('Paused', { exact: true }).waitFor()
  await page.route('**/flows/life/off', async (route) => {
    const response = await route.fetch()
    await page.getByText('Off', { exact: true }).waitFor() // the news is there before the answer
    await route.fulfill({ response })
  })
  await choose('Switch off')
  await undo()
  await until(state, (s) => s !== 'off')
  assert.equal(await state(), 'paused')
  await page.context().close()
})

test('what is being deleted is not offered, and keeps its name where it is told of', async () => {
  await program.api('POST', '/connections', { name: 'leaves', kind: 'http_bearer', hosts: ['a.example'], fields: { token: 'x' } })
  await program.api('POST', '/connections', { name: 'stays', kind: 'http_bearer', hosts: ['a.example'], fields: { token: 'x' } })
  await program.api('POST', '/flows', { id: 'calls', name: 'Calls', trigger: { kind: 'manual' }, steps: [{ id: 'call', name: 'Call', action: 'http.request', with: { url: 'https://a.example' } }] })
  await flow('goes')
  await program.api('POST', '/flows/goes/publish', {})
  const { run } = (await program.api('POST', '/flows/goes/events', {})).body
  await until(async () => (await program.api('GET', `/runs/${run}`)).body.ended)
  const page = await program.signedIn('/connections')
  await lasting(page)
  await page.getByRole('listitem').filter({ hasText: 'leaves' }).last().getByRole('button', { name: /^More/ }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('link', { name: 'Flows', exact: true }).click()
  await page.getByRole('button', { name: 'More about GOES' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('link', { name: 'GOES' }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('main').getByText('GOES').waitFor()
  await page.getByRole('link', { name: 'Flows', exact: true }).click()
  await page.getByRole('link', { name: 'Calls' }).click()
  await page.locator('[data-row=call]').click()
  await page.locator('[data-field=connection] input').click()
  await page.getByRole('option', { name: /stays/ }).waitFor()
  assert.equal(await page.getByRole('option', { name: /leaves/ }).count(), 0)
  await page.context().close()
})

test('who has a flow open that was deleted elsewhere is told by whom, and keeps the work as another flow', async () => {
  await flow('deleted')
  const page = await program.signedIn('/flows/deleted')
  const name = page.getByRole('textbox', { name: 'Name', exact: true })
  await name.fill('Saved')
  await until(async () => (await program.api('GET', '/flows/deleted')).body.flow.name === 'Saved')
  await page.route('**/api/v1/flows/deleted', (route) => (route.request().method() === 'GET' ? route.fulfill({ status: 500, body: '' }) : route.continue())) // news of it are late
  await program.api('DELETE', '/flows/deleted')
  await name.fill('Written after')
  await page.getByText(/^Not saved: there is no/).waitFor()
  await page.unroute('**/api/v1/flows/deleted')
  await name.fill('Written at last')
  const told = page.getByRole('dialog', { name: 'This flow was deleted' })
  await told.getByText(`By ${ana.name}`).waitFor()
  await told.getByRole('button', { name: 'Keep it as a new flow' }).click()
  await page.waitForURL(/\/flows\/deleted-/)
  await until(() => page.getByRole('textbox', { name: 'Name', exact: true }).inputValue(), (text) => text === 'Written at last (copy)')
  await page.context().close()
})

test('a full storage stops nothing', async () => {
  await flow('full')
  const page = await program.signedIn('/flows/full')
  await page.evaluate(() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') } })
  await page.getByRole('button', { name: 'Add a step' }).last().click()
  await page.getByRole('combobox').last().fill('log')
  await page.keyboard.press('Enter')
  await until(async () => (await program.api('GET', '/flows/full')).body.flow.steps.length, (n) => n === 2)
  await page.context().close()
})

test('an answer that another gives is said to be one', async () => {
  const page = await program.signedIn('/')
  await page.getByRole('heading', { name: 'Flows' }).waitFor()
  for (const status of [200, 502]) {
    await page.unrouteAll()
    await page.route('**/api/v1/runs?*', (route) => route.fulfill({ status, contentType: 'text/html', body: '<html>Sign in to the hotel</html>' }))
    await page.goto(`${program.base}/runs`)
    await page.getByText(`A proxy or a sign-in page answered, not Gancho. Reload the page. (${status})`).waitFor()
  }
  await flow('unlisted')
  await page.route('**/api/v1/actions', (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '' })) // where the flow itself is read
  await page.goto(`${program.base}/flows/unlisted`)
  await page.getByText('A proxy or a sign-in page answered').waitFor()
  await page.unrouteAll()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('treeitem').first().waitFor()
  await page.context().close()
})

test('no fault of a page', () => assert.deepEqual(program.faults, []))
