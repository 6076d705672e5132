// What a person does in the editor beside the fields: a step's name in expressions, pasted commands, a provider's connection, and only looking.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ana, axeFaults, focused, start, until } from './program.mjs'

const flow = () => ({
  id: 'shop', name: 'Shop', trigger: { kind: 'webhook' }, steps: [
    { id: 'order', action: 'set', with: { values: { total: '{{ trigger.body.total }}' } } },
    { id: 'big', action: 'filter', with: { where: 'steps.order.total > 100' } },
    { id: 'tell', action: 'log', with: { message: 'Total {{ steps.order.total }}' } },
  ],
})

let program
before(async () => {
  program = await start({ flows: '' })
  assert.equal((await program.api('POST', '/flows', flow())).status, 201)
})
after(() => program?.close())

const flowOf = async (id = 'shop') => (await program.api('GET', `/flows/${id}`)).body.flow
test('a step gets another name in expressions, all that names it follows, and one undo takes it back', async () => {
  const page = await program.signedIn('/flows/shop?step=order')
  await page.getByRole('tab', { name: 'Notes' }).click()
  const id = page.getByLabel(/Name in expressions/)
  await id.fill('big')
  await page.getByText('Another step has this name.').waitFor()
  assert.ok(await page.getByRole('button', { name: 'Rename everywhere' }).isDisabled())
  await page.getByText('Used in 2 places').waitFor({ state: 'detached' })
  await id.fill('cart')
  await page.getByText('Used in 2 places').waitFor()
  await page.getByRole('button', { name: 'Rename everywhere' }).click()
  await until(async () => (await flowOf()).steps[0].id === 'cart')
  const after = await flowOf()
  assert.deepEqual(after.steps[0].formerly, ['order'])
  assert.equal(after.steps[1].with.where, 'steps.cart.total > 100')
  assert.equal(after.steps[2].with.message, 'Total {{ steps.cart.total }}')
  await page.getByLabel(/Name in expressions/).waitFor() // the panel stays
  assert.deepEqual(await axeFaults(page), [])
  await page.getByRole('button', { name: 'Undo' }).first().click()
  await until(async () => JSON.stringify((await flowOf()).steps) === JSON.stringify(flow().steps))
  await page.context().close()
})

test('a pasted command becomes a request, and its secret a connection', async () => {
  await program.api('POST', '/flows', { id: 'curl', name: 'cURL', trigger: { kind: 'webhook' }, steps: [] })
  const page = await program.signedIn('/flows/curl')
  await page.getByRole('treeitem').first().focus()
  await page.keyboard.press('a')
  await page.getByRole('combobox', { name: 'What should happen?' }).fill(`curl -X POST https://api.example.com/orders -H 'Authorization: Bearer s3cret-of-the-shop' -H 'Content-Type: application/json' -d '{"id": 1}'`)
  await page.getByRole('option', { name: /Paste 1 step/ }).click()
  await page.getByRole('region', { name: 'The command held a secret' }).waitFor()
  const step = async () => (await flowOf('curl')).steps[0]
  await until(async () => (await step())?.action === 'http.request')
  assert.ok(!JSON.stringify(await flowOf('curl')).includes('s3cret'))
  assert.equal((await step()).with.method, 'POST')
  assert.equal(await page.getByLabel(/^Token/).inputValue(), 's3cret-of-the-shop', 'what was pasted is not asked again')
  const warned = async () => {
    await page.getByRole('button', { name: 'Publish r1' }).first().click()
    await page.getByRole('heading', { name: '1 warning · 1 hint' }).waitFor()
    await page.getByText('a secret that is not saved yet').waitFor()
    await page.getByRole('button', { name: 'Save it in a connection' }).click()
    await focused(page, page.getByLabel(/^Token/))
    return page.getByLabel(/^Token/).inputValue()
  }
  assert.equal(await warned(), 's3cret-of-the-shop')
  await page.reload()
  assert.equal(await warned(), '', 'that it lacks is remembered, and not the secret')
  assert.ok(!(await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]))).includes('s3cret'))
  await page.getByLabel(/^Token/).fill('s3cret-of-the-shop')
  await page.getByRole('button', { name: /^Save/ }).click()
  await until(async () => (await step()).connection === 'example')
  await page.getByRole('region', { name: 'The command held a secret' }).waitFor({ state: 'detached' })
  assert.ok(!(await page.content()).includes('s3cret-of-the-shop'))
  await page.context().close()
})

test('a provider is found by typing over what stands there, and its connection is made in the panel', async () => {
  await program.api('POST', '/flows', { id: 'mp', name: 'MP', trigger: { kind: 'webhook' }, steps: [] })
  const page = await program.signedIn('/flows/mp?step=trigger')
  const provider = page.getByRole('combobox', { name: 'Provider' })
  await provider.click()
  await provider.click() // while its list is open, over the middle of the words
  await page.keyboard.type('mercado pago')
  await page.getByRole('option', { name: 'Mercado Pago' }).click()
  await page.getByText('Choose or make the connection first').waitFor()
  await page.getByRole('radiogroup', { name: 'Once per' }).getByText('payment').click()
  await page.getByText('The first event of each payment starts the flow').waitFor()
  await until(async () => (await flowOf('mp')).trigger.with?.dedupe?.key.includes("'mercadopago:payment:'"))
  assert.ok(await page.getByRole('button', { name: 'Send a sample event' }).isDisabled())
  await page.getByRole('button', { name: 'New connection' }).click()
  await page.getByLabel('Name of the connection').waitFor()
  await page.waitForFunction(() => document.activeElement?.closest('aside form') !== null)
  assert.equal(await page.getByText('Deliveries cannot be verified').count(), 0)
  assert.equal(await page.locator('aside form input[type=password]:not([required])').count(), 0)
  const kind = page.locator('aside form').getByLabel('Kind')
  assert.match(await kind.locator('option:checked').textContent(), /only proves the sender/) // nothing here reads what an event names
  await kind.selectOption('mercadopago:token')
  const inputs = page.locator('aside form input[type=password]')
  await inputs.first().waitFor()
  for (let i = 0; i < await inputs.count(); i++) await inputs.nth(i).fill('APP_USR-0123456789')
  await page.getByRole('button', { name: /^Save/ }).click()
  await page.getByRole('button', { name: 'Use it anyhow' }).click() // a test that fails, or reaches nobody, keeps the form open
  await until(async () => (await flowOf('mp')).trigger.connection !== undefined)
  await until(() => page.getByRole('button', { name: 'Send a sample event' }).isEnabled())
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.getByText('It is set. Leave it empty to keep it.').first().waitFor()
  await page.getByRole('button', { name: /^Save/ }).click()
  await page.getByRole('button', { name: 'Use it anyhow' }).click() // a test that fails, or reaches nobody, keeps the form open
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor()
  await program.api('POST', '/connections', { name: 'mail', kind: 'smtp', fields: { host: '127.0.0.1', username: 'a', password: 'b' } })
  await page.goto(`${program.base}/connections`)
  await page.getByRole('button', { name: 'mail', exact: true }).click()
  await page.getByText('It is set. Leave it empty to keep it.').waitFor()
  await page.getByLabel(/^Server/).fill('mail.example.com')
  await page.getByText('This goes to another server now: type it again.').waitFor()
  assert.ok(await page.getByRole('textbox', { name: 'Password', exact: true }).evaluate((x) => x.required))
  await page.getByLabel(/^Server/).fill('127.0.0.1')
  await page.getByRole('button', { name: 'Save and test' }).click()
  await page.getByRole('dialog').getByText('Saved, but the test did not succeed').waitFor() // an address that is refused: the form stays, with the reason
  await page.getByRole('button', { name: 'Use it anyhow' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.context().close()
})

test('a new step has something to fill in, not a fault; publishing names the step and the field', async () => {
  await program.api('POST', '/flows', { id: 'todo', name: 'Todo', trigger: { kind: 'webhook' }, steps: [{ id: 'call', name: 'Call the shop', action: 'http.request' }, { id: 'mail', action: 'email.send', with: { to: 'a@example.com', subject: 'Hi' } }] })
  const page = await program.signedIn('/flows/todo?step=mail')
  await page.locator('[data-field=markdown]').getByText('required').waitFor() // a mail without words is yet to be written
  await page.locator('[data-row=call]').getByText('1 to fill in').waitFor()
  await page.locator('[data-row=mail]').getByText('2 to fill in').waitFor()
  await page.getByRole('button', { name: /Publish r1/ }).click()
  await page.getByText('Call the shop › URL').waitFor()
  await page.context().close()
})

test('a viewer looks: nothing can be typed, added or published', async () => {
  const made = await program.api('POST', '/users', { name: 'Vera', email: 'vera@example.com', password: 'cinco palavras sem nenhum sentido', role: 'viewer' })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const page = await program.open()
  const refused = []
  page.on('response', (r) => { if (r.status() === 403) refused.push(new URL(r.url()).pathname) })
  await page.goto(program.base)
  await page.getByLabel('E-mail').fill('vera@example.com')
  await page.getByLabel(/^Password/).fill('cinco palavras sem nenhum sentido')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Flows' }).waitFor()
  await page.goto(`${program.base}/flows/shop?step=tell`)
  await page.getByText('You may look at this flow').waitFor()
  for (const name of [/Publish/, /Undo/, /Test flow/, /Test step/, /Add a step/]) assert.equal(await page.getByRole('button', { name }).count(), 0, `${name}`)
  const before = await flowOf()
  await page.locator('[data-field=message] .cm-content').focus()
  await page.keyboard.type('hacked')
  await page.locator('[data-row=tell]').focus()
  await page.keyboard.press('d')
  await page.keyboard.press('Delete')
  await page.getByRole('tab', { name: 'Notes' }).click()
  await page.waitForFunction(() => [...document.querySelectorAll('aside [role=tabpanel] input, aside [role=tabpanel] textarea')].every((x) => x.matches(':disabled')))
  assert.deepEqual(await flowOf(), before)
  assert.ok(!(await page.content()).includes('hacked'))
  assert.deepEqual(refused, [])
  assert.deepEqual(await axeFaults(page), [])
  await page.context().close()
})

test('no fault of a page', () => assert.deepEqual(program.faults.filter((f) => !f.includes(ana.email)), []))
