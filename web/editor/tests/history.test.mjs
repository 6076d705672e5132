// What happened, and what is done about it: a person's time line, backups, who did what.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer as createTCP } from 'node:net'
import { after, before, test } from 'node:test'
import { axeFaults, focused, sideways, start, until } from './program.mjs'
import { shop } from './shop.mjs'

let program, at
before(async () => {
  at = await shop()
  program = await start({ flows: '', env: { GANCHO_ALLOW_NET: '127.0.0.0/8' } })
  await at.sell(program, 6)
})
after(async () => {
  await program?.close()
  await at?.close()
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

test('a person’s time line says what came and what was done, down to the request', async () => {
  await program.api('PUT', '/state/points', { value: { 'bia@example.com': 12 } })
  const page = await program.signedIn('/people', still)
  await page.getByRole('searchbox', { name: /E-mail, phone or CPF/ }).fill('bia@example.com')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.getByRole('heading', { name: /bia@example.com/ }).waitFor()
  const line = page.getByRole('group', { name: 'What happened, newest first' })
  await line.getByText('Create the deal').first().click()
  await line.getByText(`"url": "${at.url}/deals"`).waitFor()
  await page.getByText('{"bia@example.com":12}').waitFor()
  await fine(page, 'a person')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Document to hand over' }).click()])
  const handed = await program.open(still)
  await handed.setContent(readFileSync(await file.path(), 'utf8'))
  await handed.getByRole('heading', { name: 'What is kept about bia@example.com' }).waitFor()
  await handed.getByRole('heading', { name: /^Create the deal → 127\.0\.0\.1/ }).first().waitFor()
  await fine(handed, 'the document')
  await handed.context().close()
  await line.getByRole('link', { name: 'Open the run' }).first().click()
  await page.getByRole('complementary', { name: 'Create the deal' }).waitFor()
  await page.context().close()
})

test('who erases a person is told which flows hold them too, where, and that backups do', async () => {
  const person = 'tereza@example.com'
  await program.api('POST', '/flows', { id: 'holds', name: 'Welcome', trigger: { kind: 'manual' }, steps: [{ id: 'log', action: 'log', with: { message: 'x' } }], tests: [{ name: 'saved', event: { body: { email: person } } }] })
  await program.api('POST', '/flows/holds/publish', { force: true })
  await program.api('POST', '/flows/holds/events', { event: { body: { email: person } } })
  await until(() => program.api('GET', '/runs?flow=holds&status=succeeded'), (r) => r.body.items.length === 1)
  const page = await program.signedIn(`/people?key=${person}`, still)
  await page.getByRole('button', { name: 'Erase from history' }).click()
  const dialog = page.getByRole('dialog', { name: /^Erase this person from history|^Erased from history/ })
  const holds = async () => {
    await dialog.getByRole('listitem').getByText('test 1 · revision 1').waitFor()
    await dialog.getByText('Backups made until now keep it').waitFor()
  }
  await holds()
  await dialog.getByRole('textbox').fill(person)
  await fine(page, 'erasing')
  await dialog.getByRole('button', { name: 'Erase for good' }).click()
  await dialog.getByText('1 run was erased.').waitFor()
  await holds()
  await dialog.getByRole('link', { name: 'Welcome' }).click()
  await page.waitForURL('**/flows/holds')
  await page.context().close()
})

test('what the filters find is exported as a table; a long list grows as its end comes into sight', async () => {
  const page = await program.signedIn('/runs?flow=orders&status=failed', still)
  const download = async () => {
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: 'Table (CSV)' }).click()
    await fine(page, 'the export')
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('dialog').getByRole('button', { name: 'Export' }).click()])
    return readFileSync(await file.path(), 'utf8').split('\r\n').filter(Boolean)
  }
  const lines = await download()
  await page.getByText('2 lines are in the file.').waitFor()
  assert.match(lines[0], /^\ufeffTime,Ended,Flow,Title,State,Failed step,Error,/)
  assert.equal(lines.length, 3)
  assert.match(lines[1], /,Paid orders,.*,failed,Create the deal,.*there is no pipeline 77/)
  await page.context().close()

  await program.api('POST', '/flows', { id: 'many', name: 'Many', trigger: { kind: 'webhook' }, steps: [] })
  const { url } = (await program.api('GET', '/flows/many')).body
  for (let i = 0; i < 55; i++) await fetch(url, { method: 'POST', body: `{"id": ${i}}`, headers: { 'Content-Type': 'application/json' } })
  const events = await program.signedIn('/events?flow=many', still)
  await events.locator('main li').nth(20).waitFor()
  await events.locator('main li').last().scrollIntoViewIfNeeded()
  await events.locator('main li').nth(54).waitFor()
  await events.route('**/api/v1/events?*', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), unread: ['archive/2026-11.rows.db'] } })
  })
  await events.reload()
  await events.getByText('Some of the history cannot be read').waitFor()
  await events.getByText(/lacks .* archive\/2026-11\.rows\.db/).waitFor()
  await events.context().close()
})

test('a backup is made, kept by a plan and downloaded', async () => {
  const page = await program.signedIn('/settings/backups', still)
  await page.getByText('No backup yet.').waitFor()
  await page.getByRole('button', { name: 'Back up now' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Download/ }).click()])
  assert.match(download.suggestedFilename(), /^gancho-.*\.tar$/)
  await page.getByRole('button', { name: 'How often: never' }).click()
  await page.getByRole('option', { name: 'every day' }).click()
  await page.getByRole('spinbutton', { name: /How many to keep/ }).fill('3')
  await fine(page, 'backups')
  await page.getByRole('button', { name: 'Save' }).click()
  await until(() => program.api('GET', '/backups/settings'), ({ body }) => body.every === '24h' && body.keep === 3)
  await page.context().close()
})

test('who did what shows each value as it was and as it became; saves of a draft stand together', async () => {
  const { body } = await program.api('GET', '/flows/orders')
  for (const name of ['Orders one', 'Orders two']) await program.api('PUT', '/flows/orders', { ...body.flow, name })
  const page = await program.signedIn('/settings/audit', still)
  await page.getByText('changed the draft of').first().click()
  await page.getByText('×2').waitFor()
  await page.locator('details[open] pre').filter({ hasText: 'Paid orders' }).waitFor()
  await page.locator('details[open] pre').filter({ hasText: 'Orders two' }).waitFor()
  await fine(page, 'the audit')
  await page.getByRole('link', { name: 'Open it' }).first().click()
  await page.waitForURL(/\/flows\/orders/)
  await page.context().close()
})

test('an outcome that nobody knows asks for a decision, and takes it', async () => {
  await program.api('POST', '/flows', { id: 'charge', name: 'Charge', trigger: { kind: 'manual' }, steps: [{ id: 'pay', name: 'Charge the card', action: 'http.request', delivery: 'at_most_once', with: { method: 'POST', url: `${at.url}/lost` } }] })
  await program.api('POST', '/flows/charge/publish', {})
  const { body } = await program.api('POST', '/flows/charge/events', { event: { body: { id: 1 } } })
  const page = await program.signedIn(`/runs/${body.run}`, still)
  await page.getByText('nobody knows whether it happened').waitFor()
  await fine(page, 'an unknown outcome')
  await page.getByRole('button', { name: 'It happened: go on' }).click()
  await page.getByRole('banner').getByText('succeeded').waitFor()
  await page.context().close()
})

test('a run shows which path it took, also where nothing is in it', async () => {
  await program.api('POST', '/flows', { id: 'forks', name: 'Forks', trigger: { kind: 'manual' }, steps: [{ id: 'fork', action: 'branch', branches: [{ name: 'Large', when: 'trigger.body.n > 1', steps: [] }, { name: 'Small', steps: [] }] }] })
  await program.api('POST', '/flows/forks/publish', {})
  const { body } = await program.api('POST', '/flows/forks/events', { event: { body: { n: 2 } } })
  await until(async () => (await program.api('GET', `/runs/${body.run}`)).body.status === 'succeeded')
  const page = await program.signedIn(`/runs/${body.run}`, still)
  await page.getByRole('treeitem', { name: /^Large taken/ }).waitFor()
  assert.equal(await page.getByRole('treeitem', { name: /^Small taken/ }).count(), 0)
  await fine(page, 'a run that took a path')
  await page.context().close()
})

test('a run outlives its flow, and what is not there says so', async () => {
  await program.api('POST', '/flows', { id: 'brief', name: 'Brief', trigger: { kind: 'manual' }, steps: [{ id: 'end', action: 'stop', with: { as: 'failed', message: 'no good' } }] })
  await program.api('POST', '/flows/brief/publish', {})
  const { body } = await program.api('POST', '/flows/brief/events', { event: { body: { id: 1 } } })
  await until(async () => (await program.api('GET', `/runs/${body.run}`)).body.status === 'failed')
  await program.api('DELETE', '/flows/brief')
  const page = await program.signedIn(`/runs/${body.run}`, still)
  await page.getByText('The flow of this run was deleted.').waitFor()
  await page.getByRole('treeitem', { name: /Stop/ }).waitFor()
  await fine(page, 'a run without its flow')
  await page.goto(`${program.base}/runs/none`)
  await page.getByRole('link', { name: 'To the runs' }).click()
  await page.getByRole('heading', { name: 'Runs' }).waitFor()
  await page.context().close()
})

test('who is told of alerts is picked, tried and kept', async () => {
  await program.api('POST', '/connections', { name: 'only', kind: 'smtp', fields: { host: '127.0.0.1', port: '1', from: 'ana@example.com' } })
  const page = await program.signedIn('/settings/alerts', still)
  await page.getByRole('button', { name: 'E-mail goes out through: only' }).waitFor()
  const save = page.getByRole('button', { name: 'Save' })
  assert.ok(await save.isDisabled(), 'there is nothing to save yet')
  await page.getByRole('combobox', { name: 'Who is told' }).click()
  await fine(page, 'who is told')
  await page.getByRole('option', { name: /Ana Souza/ }).click()
  await page.getByRole('combobox', { name: 'Who is told' }).fill('ops@example.com')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Do not tell ana@example.com' }).click()
  await page.getByRole('button', { name: 'Send a trial alert' }).click()
  await page.getByText(/^ops@example.com: /).waitFor()
  assert.ok(await save.isEnabled())
  await page.context().close()
  await program.api('DELETE', '/connections/only')
})

test('a run that succeeded shows the request that went out', async () => {
  const { body } = await program.api('GET', '/runs?flow=orders&status=succeeded')
  const page = await program.signedIn(`/runs/${body.items[0].id}?step=deal`, still)
  await page.getByRole('tab', { name: 'Sent' }).click()
  await page.getByText(`"url": "${at.url}/deals"`).waitFor()
  await page.getByRole('button', { name: 'Copy as cURL' }).waitFor()
  await fine(page, 'a run')
  await page.context().close()
})

const waitingRun = async (flow) => {
  await program.api('POST', '/flows', flow)
  await program.api('POST', `/flows/${flow.id}/publish`, {})
  const { body } = await program.api('POST', `/flows/${flow.id}/events`, { event: { body: { id: 1 } } })
  await until(async () => (await program.api('GET', `/runs/${body.run}`)).body.status === 'waiting')
  return body.run
}

/** post is a mail server that refuses every password until it is open. */
async function post(t) {
  const state = { open: false }
  const server = createTCP((socket) => {
    let inside = false
    socket.on('error', () => undefined).write('220 post\r\n')
    socket.on('data', (chunk) => {
      for (const line of String(chunk).split('\r\n').slice(0, -1)) {
        if (inside && line !== '.') continue
        const [, answer] = [[/^EHLO/, '250-post\r\n250 AUTH PLAIN LOGIN'], [/^AUTH/, state.open ? '235 welcome' : '535 wrong password'], [/^DATA/, '354 go on'], [/^QUIT/, '221 bye'], [/./, '250 ok']].find(([begins]) => begins.test(line)) ?? []
        inside = line === 'DATA'
        if (answer) socket.write(`${answer}\r\n`)
      }
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return Object.assign(state, { port: String(server.address().port) })
}

test('a connection that is mended tells how many runs go on', async (t) => {
  const server = await post(t)
  const made = await program.api('POST', '/connections', { name: 'desk', kind: 'smtp', fields: { host: '127.0.0.1', port: server.port, security: 'none', username: 'ana', password: 'old', from: 'ana@example.com' } })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const first = await waitingRun({ id: 'desk', name: 'Desk', trigger: { kind: 'manual' }, steps: [{ id: 'tell', action: 'email.send', connection: 'desk', with: { to: 'bia@example.com', subject: 'Hi', text: 'Hi' } }] })
  await program.api('POST', '/flows/desk/events', { event: { body: { id: 2 } } })
  await until(async () => (await program.api('GET', '/runs?flow=desk&status=waiting')).body.items.length === 2)
  server.open = true
  const page = await program.signedIn('/connections', still)
  await page.getByRole('button', { name: 'Reconnect' }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Password', exact: true }).fill('new')
  await page.getByRole('dialog').getByRole('button', { name: 'Save and test' }).click()
  await page.getByText(/2 runs go on/).waitFor()
  await until(async () => (await program.api('GET', `/runs/${first}`)).body.status === 'succeeded')
  await page.context().close()
})

test('a run that waits says for what, and what helps stands beside it', async () => {
  const later = await waitingRun({ id: 'later', name: 'Later', trigger: { kind: 'manual' }, steps: [{ id: 'call', name: 'Tell the stock', action: 'http.request', retry: { attempts: 5, first: '1h' }, with: { url: 'http://127.0.0.1:1/' } }] })
  const page = await program.signedIn(`/runs/${later}`, still)
  await page.getByRole('treeitem').getByText(/^tries again 1\/5 in .+/).waitFor()
  await page.locator('#w-call', { hasText: 'refused' }).waitFor()
  await page.getByText('All runs in 24 h: 1').waitFor()
  await page.getByRole('button', { name: 'Try now' }).click()
  await page.getByRole('treeitem').getByText(/^tries again 2\/5 in .+/).waitFor()
  const unsent = await waitingRun({ id: 'hello', name: 'Hello', trigger: { kind: 'manual' }, steps: [{ id: 'mail', action: 'email.send', connection: 'post', with: { to: 'ana@example.com', subject: 'Hi', text: 'Hi' } }] })
  await page.goto(`${program.base}/runs/${unsent}`)
  await page.getByText('waits for the connection post').waitFor()
  await fine(page, 'a run that waits')
  await page.getByRole('button', { name: 'Make the connection' }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: /Name of the connection/ }).waitFor()
  assert.equal(await page.getByRole('dialog').getByRole('textbox', { name: /Name of the connection/ }).inputValue(), 'post')
  await page.context().close()
})

test('what failed with one error stands together, is fixed with its data, published and replayed', async () => {
  await program.api('POST', '/flows/orders/publish', {}) // nothing is in the draft but the fix
  const page = await program.signedIn('/runs?flow=orders', still)
  await page.getByRole('button', { name: 'By error' }).click()
  await page.getByRole('button', { name: /answered 422/ }).waitFor()
  await page.getByText('2 runs', { exact: true }).waitFor()
  await fine(page, 'the groups')
  await page.getByRole('button', { name: 'Show the runs' }).click()
  await page.getByRole('region', { name: 'Runs with one error' }).getByText('2 runs').waitFor()
  await page.getByRole('checkbox', { name: /Select the run/ }).nth(2).waitFor({ state: 'hidden' }) // the list of before stands until theirs is there
  assert.equal(await page.getByRole('checkbox', { name: /Select the run/ }).count(), 2)
  await page.locator('main li a').first().click()
  await page.getByText('there is no pipeline 77').first().waitFor()
  await fine(page, 'the failed run')
  const sent = at.got.filter((g) => g.path === '/stock').length
  await page.getByRole('link', { name: 'Edit step' }).click() // click 2 of reference/editor.md, 4
  const line = page.getByRole('region', { name: 'Fixing a failed run' })
  await line.getByRole('checkbox', { name: 'and 1 other with the same error' }).check()
  await fine(page, 'the fix')
  at.mend()
  const name = page.getByRole('textbox', { name: 'Name', exact: true }).first()
  await name.fill('Paid orders, mended')
  await line.getByRole('button', { name: 'Publish and replay' }).click()
  await page.waitForURL(/\/runs/)
  const runs = await at.settled(program)
  assert.equal(runs.filter((r) => r.replay_of && r.status === 'succeeded').length, 2)
  assert.equal(at.got.filter((g) => g.path === '/stock').length, sent, 'what was done is not done again')
  await page.context().close()
})

test('a fix shows what the draft held before it, and publishes that only when asked to', async () => {
  at.break()
  const [failed] = (await at.sell(program, 2)).filter((r) => r.status === 'failed' && !r.replayed_by)
  const { flow, published_rev: before } = (await program.api('GET', '/flows/orders')).body
  flow.steps.find((s) => s.id === 'note').with.message = 'Not ready'
  await program.api('PUT', '/flows/orders', flow)
  at.mend()
  const page = await program.signedIn(`/flows/orders?run=${failed.id}&step=deal`, still)
  const line = page.getByRole('region', { name: 'Fixing a failed run' })
  const publish = line.getByRole('button', { name: 'Publish and replay' })
  await publish.click()
  const whole = line.getByRole('group', { name: /held changes before this fix/ })
  await whole.getByText(/Not ready/).waitFor()
  await fine(page, 'what a fix would publish')
  await whole.getByRole('button', { name: 'Not yet' }).click()
  await whole.waitFor({ state: 'detached' })
  assert.equal((await program.api('GET', '/flows/orders')).body.published_rev, before)
  await publish.click()
  await whole.getByRole('button', { name: 'Publish all of it and replay' }).click()
  await page.waitForURL(/\/runs/)
  assert.equal((await program.api('GET', '/flows/orders')).body.published_rev, before + 1)
  await at.settled(program)
  await page.context().close()
})

test('a run that failed at the condition of its trigger leads to that condition', async () => {
  const flow = { id: 'gate', name: 'Gate', trigger: { kind: 'webhook', where: 'trigger.body.total > 100' }, steps: [{ id: 'note', action: 'log', with: { message: 'hi' } }] }
  await program.api('POST', '/flows', flow)
  await program.api('POST', '/flows/gate/publish', {})
  await fetch((await program.api('GET', '/flows/gate')).body.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"id": 1}' })
  const [run] = await until(async () => (await program.api('GET', '/runs?flow=gate')).body.items, (runs) => runs[0]?.status === 'failed')
  const page = await program.signedIn(`/runs/${run.id}`, still)
  await page.getByRole('treeitem', { name: /failed/ }).waitFor()
  await page.getByRole('button', { name: 'Trigger', exact: true }).waitFor()
  await fine(page, 'a run that failed at its trigger')
  await page.getByRole('link', { name: 'Edit trigger' }).click()
  const line = page.getByRole('region', { name: 'Fixing a failed run' })
  await line.getByText('where: Total is missing').waitFor()
  assert.equal((await line.innerText()).match(/Fixing “/g).length, 1)
  await focused(page, '[data-field=where]')
  await page.goto(`${program.base}/runs?flow=gate&by=error`)
  await page.getByRole('link', { name: /Fix/ }).first().click()
  await focused(page, '[data-field=where]')
  await page.context().close()
})

test('the steps in a loop show in the editor what became of them in the turn that is chosen', async () => {
  await program.api('POST', '/flows', { id: 'turns', name: 'Turns', trigger: { kind: 'manual' }, steps: [{ id: 'each', name: 'Each', action: 'loop', with: { over: '[1, 2, 3]' }, steps: [
    { id: 'odd', name: 'Only odd', action: 'filter', with: { where: 'item != 2' } }, { id: 'note', name: 'Write', action: 'log', with: { message: '{{ item }}' } }] }] })
  await program.api('POST', '/flows/turns/publish', {})
  for (let i = 0; i < 2; i++) await program.api('POST', '/flows/turns/events', { event: { body: {} } })
  await until(async () => (await program.api('GET', '/runs?flow=turns')).body.items, (runs) => runs.length === 2 && runs.every((r) => r.ended))
  const page = await program.signedIn('/flows/turns', still)
  const main = page.locator('main')
  const badge = (id) => main.locator(`#b-${id}`).textContent()
  await main.getByText('Item 2 of 2').waitFor()
  await until(() => badge('odd'), (text) => text.trim().endsWith('stopped here')) // and a hint: it ends the whole run
  await until(() => badge('note'), (text) => text.trim() === '') // this turn never came to it
  await page.locator('[data-row=odd]').focus()
  await page.keyboard.press('[')
  await main.getByText('Item 1 of 2').waitFor()
  await until(() => badge('odd'), (text) => text.trim().endsWith('succeeded'))
  await until(() => badge('note'), (text) => text.trim().endsWith('succeeded'))
  await page.context().close()
})

test('what came to a flow that was off says so in the list', async () => {
  await program.api('POST', '/flows', { id: 'shut', name: 'Shut', trigger: { kind: 'webhook' }, steps: [] })
  await program.api('POST', '/flows/shut/publish', {})
  await program.api('POST', '/flows/shut/off')
  assert.equal((await fetch((await program.api('GET', '/flows/shut')).body.url, { method: 'POST', body: '{}' })).status, 410)
  const page = await program.signedIn('/events?flow=shut', still)
  await page.getByRole('listitem').filter({ hasText: 'The flow was off, so it was refused' }).waitFor()
  await page.context().close()
})

test('a flow is tested with the newest event that its trigger lets through', async () => {
  await program.api('POST', '/flows', { id: 'big', name: 'Big', trigger: { kind: 'webhook', where: 'trigger.body.total > 100' }, steps: [{ id: 'note', action: 'log', with: { message: 'hi' } }] })
  const { url } = (await program.api('GET', '/flows/big')).body
  for (const total of [200, 50]) await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ total }) })
  const page = await program.signedIn('/flows/big', still)
  await page.getByRole('button', { name: 'Test flow' }).click()
  const panel = page.locator('aside')
  await panel.getByText('"total": 200').waitFor()
  await panel.getByRole('button', { name: 'Run', exact: true }).click()
  await panel.getByText('succeeded').first().waitFor()
  await page.context().close()
})

test('before a flow is published it is said which step failed when it was last tried', async () => {
  await program.api('POST', '/flows', { id: 'tried', name: 'Tried', trigger: { kind: 'webhook' }, steps: [{ id: 'note', name: 'Note', action: 'log', with: { message: '{{ int(trigger.body.id) }}' } }] })
  await fetch((await program.api('GET', '/flows/tried')).body.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"id": "abc"}' })
  const page = await program.signedIn('/flows/tried?step=note', still)
  await page.getByRole('button', { name: 'Test step' }).click()
  await page.locator('#b-note').getByText('failed').waitFor()
  await page.getByRole('button', { name: /^Publish r1/ }).click()
  await page.getByText(/This step failed the last time: ./).waitFor()
  await page.context().close()
})

test('all runs of an error are run again from the list of errors', async () => {
  await at.break()
  await at.sell(program, 3)
  at.mend()
  const page = await program.signedIn('/runs?by=error', still)
  await page.getByRole('button', { name: 'Run all again' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: /From the failed step/ }).waitFor()
  await fine(page, 'the replay of a query')
  await dialog.getByRole('button', { name: 'Run again' }).click()
  await dialog.getByText(/run again$/).waitFor()
  await dialog.getByText('None has failed so far.').waitFor()
  assert.deepEqual(await axeFaults(page), [])
  await at.settled(program)
  await page.goto(`${program.base}/runs?by=error&flow=orders`)
  await page.getByRole('heading', { name: 'No failed run' }).waitFor() // what was mended is nobody's matter any more
  await page.context().close()
})

test('no fault of a page', () => assert.deepEqual(program.faults, []))
