// What the house says of tests, connections and people: what a failed test speaks of, what was tested before,
// who may what, and what one person leaves to the next.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { ana, axeFaults, start, until } from './program.mjs'

let program
before(async () => { program = await start({ flows: '', env: { GANCHO_ALLOW_NET: '127.0.0.0/8' } }) })
after(() => program?.close())

const marked = (page) => page.locator('input[aria-invalid=true]').evaluateAll((all) => all.map((e) => e.labels[0].firstChild.textContent))

/** mailServer refuses whoever signs in. */
const mailServer = () => new Promise((resolve) => {
  const server = createServer((socket) => {
    socket.write('220 mail\r\n')
    socket.on('error', () => undefined).on('data', (line) => socket.write({ EH: '250-mail\r\n250 AUTH PLAIN LOGIN\r\n', AU: '535 5.7.8 bad credentials\r\n' }[line.toString().slice(0, 2)] ?? '221 bye\r\n'))
  }).listen(0, '127.0.0.1', () => resolve(server))
})

test('a connection that fails its test marks the fields that the failure speaks of', async () => {
  const server = await mailServer()
  await program.api('POST', '/connections', { name: 'mail', kind: 'smtp', fields: { host: '127.0.0.1', port: String(server.address().port), security: 'none', username: 'loja@example.com' } })
  const page = await program.signedIn('/connections?name=mail', { locale: 'pt-BR' })
  await page.getByLabel('Senha').first().fill('errada')
  await page.getByRole('button', { name: /^Salvar/ }).click()
  await page.getByText('Recusado: confira este campo').first().waitFor()
  assert.deepEqual(await marked(page), ['Usuário', 'Senha'])
  await page.getByLabel('Senha').first().fill('outra')
  assert.deepEqual(await marked(page), ['Usuário'], 'what was typed anew is not known to be wrong')
  await new Promise((resolve) => server.close(resolve))
  await page.getByRole('button', { name: /^Salvar/ }).click()
  await page.getByText('Ninguém respondeu neste endereço.').first().waitFor()
  assert.deepEqual(await marked(page), ['Servidor', 'Porta'])
  await page.goto(`${program.base}/connections?name=slack-novo`)
  await page.getByPlaceholder(/./).first().fill('Slack')
  await page.getByRole('button', { name: /^Slack/ }).click()
  await page.getByRole('button', { name: /[Ww]ebhook/ }).first().click()
  await page.getByRole('textbox', { name: /URL|[Ee]ndereço/ }).first().fill('https://example.com/x')
  await page.getByRole('button', { name: /^Salvar/ }).click()
  await page.getByText('Slack não atende neste endereço').waitFor() // once, and in no words of a program
  assert.equal(await page.getByText('/fields/').count(), 0)
  await page.context().close()
})

test('what was tested is not called untested again', async () => {
  const page = await program.signedIn('/connections')
  const row = page.getByRole('listitem').filter({ hasText: 'box' }).last()
  await program.api('POST', '/connections', { name: 'box', kind: 'smtp', fields: { host: '127.0.0.1', port: '9', security: 'none' } })
  await page.reload()
  await row.getByText('not tested').waitFor()
  await row.getByRole('button', { name: 'Test' }).click()
  await row.getByText('last test failed').waitFor()
  assert.equal(await row.getByText('not tested').count(), 0)

  const send = (id) => ({ id, action: 'http.request', with: { method: 'POST', url: `http://127.0.0.1:9/${id}`, json: {} } })
  await program.api('POST', '/flows', { id: 'two', name: 'Two', trigger: { kind: 'webhook' }, steps: [send('one'), send('two')] })
  await program.api('POST', '/flows/two/events', { event: { body: { id: 1 } } })
  for (const step of ['two', 'one']) {
    await page.goto(`${program.base}/flows/two?step=${step}`)
    await page.getByRole('button', { name: 'Test step' }).click()
    await page.getByRole('region', { name: 'It would send' }).waitFor()
  }
  assert.doesNotMatch(await page.locator('[data-row=two]').innerText(), /never tested/)
  await page.reload()
  await page.locator('[data-row=one]').getByText(/would/).first().waitFor()
  assert.doesNotMatch(await page.locator('[data-row=two]').innerText(), /never tested/)
  await page.context().close()
})

test('a connection that flows use is deleted after a question that shows them', async () => {
  await program.api('POST', '/connections', { name: 'crm', kind: 'http_bearer', fields: { token: 'secret' }, hosts: ['crm.example.com'] })
  await program.api('POST', '/flows', { id: 'sale', name: 'Sale to CRM', trigger: { kind: 'webhook' }, steps: [{ id: 'tell', action: 'http.request', connection: 'crm', with: { url: 'https://crm.example.com/' } }] })
  await program.api('POST', '/flows/sale/publish')
  const page = await program.signedIn('/connections', { reducedMotion: 'reduce' })
  const ask = async () => {
    await page.getByRole('button', { name: 'More about crm' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog', { name: 'Delete crm, though flows use it?' }).getByRole('link', { name: 'Sale to CRM' }).waitFor()
  }
  await ask()
  assert.deepEqual(await axeFaults(page), [])
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal((await program.api('GET', '/connections/crm')).status, 200)
  await ask()
  await page.getByRole('button', { name: 'Delete anyway' }).click()
  await page.getByRole('button', { name: 'Create crm' }).waitFor() // its flows need it
  assert.equal((await program.api('GET', '/connections/crm')).status, 404)
  await page.context().close()
})

test('an import says what it changes in a flow that is there, before it is done', async () => {
  const flow = (message) => ({ id: 'greet', name: 'Greet', trigger: { kind: 'webhook' }, steps: [{ id: 'say', action: 'log', name: 'Say it', with: { message } }] })
  await program.api('POST', '/flows', flow('Hello'))
  const page = await program.signedIn('/?new=', { locale: 'pt-BR' })
  await page.getByLabel('JSON ou cURL').fill(JSON.stringify({ gancho: 1, flows: [flow('Good evening')] }))
  await page.getByRole('button', { name: 'Ler' }).click()
  await page.getByText('Substituir mudaria:').waitFor()
  await page.getByText(/Good evening.*Hello/).waitFor()
  await page.getByRole('switch', { name: 'Substituir o que já está aqui' }).click()
  await page.getByText('O que muda nele:').waitFor()
  await page.getByText(/Good evening.*Hello/).waitFor()
  assert.equal((await program.api('GET', '/flows/greet')).body.flow.steps[0].with.message, 'Hello')
  await page.context().close()
})

test('counts below the steps of an open run follow what runs', async () => {
  await program.api('POST', '/flows', { id: 'slow', name: 'Slow', trigger: { kind: 'manual' }, steps: [{ id: 'rest', action: 'delay', with: { for: '1h' } }] })
  await program.api('POST', '/flows/slow/publish', {})
  await program.api('POST', '/flows/slow/events', {})
  const { id } = await until(async () => (await program.api('GET', '/runs?flow=slow&status=waiting')).body.items[0])
  const page = await program.signedIn(`/runs/${id}`)
  await page.getByText('All runs in 24 h: 1').waitFor()
  await program.api('POST', '/flows/slow/events', {})
  await page.getByText('All runs in 24 h: 2').waitFor()
  await page.context().close()
})

/** enter signs somebody in at the door. */
async function enter(page, email, password) {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel(/^Password/).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Flows' }).waitFor()
}

test('a viewer sees what is published, is told of a draft, and where they may not', async () => {
  const vera = { name: 'Vera', email: 'vera@example.com', password: 'cinco palavras sem nenhum sentido', role: 'viewer' }
  assert.equal((await program.api('POST', '/users', vera)).status, 201)
  const flow = (message) => ({ id: 'told', name: 'Told', trigger: { kind: 'webhook' }, steps: [{ id: 'say', action: 'log', with: { message } }] })
  await program.api('POST', '/flows', flow('In force'))
  await program.api('POST', '/flows/told/publish', {})
  await program.api('PUT', '/flows/told', flow('In the making'))
  const page = await program.open()
  await page.goto(program.base)
  await enter(page, vera.email, vera.password)
  await page.getByRole('link', { name: 'Told' }).click()
  await page.getByText('This is r1, as it is published.').waitFor()
  await page.getByText('In force', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Show the draft' }).click()
  await page.getByText('In the making', { exact: true }).waitFor()
  await page.getByText('its changes are not in force').waitFor()
  await page.locator('[data-row=say]').focus()
  await page.keyboard.press('Delete')
  await page.getByText('an editor can change it').waitFor()
  assert.equal((await program.api('GET', '/flows/told')).body.flow.steps.length, 1)
  await page.context().close()
})

test('what a person left unsaved goes when they sign out, and nothing of others', async () => {
  const page = await program.open()
  await page.goto(program.base)
  await enter(page, ana.email, ana.password)
  await page.evaluate(() => ['ana', 'rui'].forEach((who) => localStorage.setItem(`draft:${who}@example.com:greet`, '{}')))
  await page.getByRole('button', { name: /Ana/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete them and sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await page.waitForFunction(() => localStorage.getItem('draft:ana@example.com:greet') === null)
  assert.equal(await page.evaluate(() => localStorage.getItem('draft:rui@example.com:greet')), '{}', 'what another left stays')
  await page.context().close()
})

test('no fault of a page', () => assert.deepEqual(program.faults, []))
