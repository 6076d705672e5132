// The step and trigger panels in a real browser, on the real program.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axeFaults, focused, rested, sideways, start, until } from './program.mjs'
import { source } from './sources.mjs'

const scripts = ['<script>window.hacked=1</script>', '"><img src=x onerror=window.hacked=1>', "javascript:window.hacked=1", '<svg/onload=window.hacked=1>', '{{constructor.constructor("window.hacked=1")()}}']

const flow = {
  id: 'pay', name: 'Paid order', trigger: { kind: 'webhook' }, steps: [
    { id: 'paid', action: 'filter', with: { where: 'trigger.body.status == "paid" && trigger.body.total > 100' } },
    { id: 'mail', action: 'email.send', with: { to: '{{ trigger.body.customer.email }}', subject: 'Order {{ trigger.body.id }}', text: 'Thank you' } },
    { id: 'erp', action: 'http.request', with: { method: 'POST', url: 'https://api.example.com/orders/{{ trigger.body.id }}', json: { total: '{{ trigger.body.total }}' } } },
    { id: 'note', action: 'log', with: { message: 'x' } },
  ],
}

let program
before(async () => {
  program = await start({ flows: '' })
  assert.equal((await program.api('POST', '/flows', flow)).status, 201)
  for (let i = 0; i < 8; i++) {
    const body = { id: 1000 + i, status: i % 4 ? 'paid' : 'pending', total: 99.9 + i * 50, customer: { name: scripts[i % scripts.length], email: `c${i}@example.com` }, ...(i % 2 && { coupon: 'SUMMER' }) }
    assert.equal((await program.api('POST', '/flows/pay/events', { event: { body } })).status, 200)
  }
})
after(() => program?.close())

const open = async (step, options) => {
  const page = await program.signedIn(`/flows/pay?step=${step}`, options)
  await page.locator('aside h2').waitFor()
  return page
}
const field = (page, id) => page.locator(`[data-field="${id}"]`)
const saved = async (step) => ({ with: {}, ...(await program.api('GET', '/flows/pay')).body.flow.steps.find((s) => s.id === step) })

test('who looks for a condition in the words of a person finds the filter first', async () => {
  const { groupsOf } = await source('editor/actionSearch.ts')
  const { items } = (await program.api('GET', '/actions')).body
  const first = (q) => groupsOf(items, q, {})[0]?.actions[0]?.kind
  for (const q of ['se for', 'só se', 'somente se', 'apenas se', 'quando for', 'only if', 'if', 'se', 'condição']) assert.equal(first(q), 'filter', q)
  for (const [q, kind] of [['for', 'loop'], ['for each', 'loop'], ['senão', 'branch'], ['set', 'set'], ['enviar', 'email.send'], ['definir', 'set']]) assert.equal(first(q), kind, q)
})

test('opening moves the focus to the heading, and closing gives it back to the step', async () => {
  const page = await open('note')
  await focused(page, 'aside h2')
  await page.keyboard.press('Escape')
  await focused(page, '[role=treeitem]')
  await page.context().close()
})

test('which events count is said right below the newest of them, before what few need', async () => {
  const page = await program.signedIn('/flows/pay?step=trigger')
  await page.locator('aside').getByText('Newest event').first().waitFor()
  await page.locator('aside').getByRole('button', { name: 'More settings' }).waitFor()
  const names = (await page.locator('aside button').allTextContents()).filter((s) => ['Send a sample event', 'Only some events', 'More settings'].includes(s))
  assert.deepEqual(names, ['Send a sample event', 'Only some events', 'More settings'])
  await page.context().close()
})

test('a value is picked from the data: searched, inserted at the caret, seen below the field', async () => {
  const page = await open('note')
  const message = field(page, 'message').locator('.cm-content')
  await message.fill('Total: ')
  await page.keyboard.press('End')
  await page.keyboard.type('/')
  const search = page.getByRole('textbox', { name: /Search in the data of 8 events/ })
  await focused(page, search)
  await search.fill('total')
  await page.keyboard.press('Enter')
  await field(page, 'message').locator('[data-preview]', { hasText: 'Total: 449.9' }).waitFor()
  await until(async () => (await saved('note')).with.message === 'Total: {{ trigger.body.total }}')
  await message.fill('')
  for (const text of ['PIX / boleto ou cartão', ' /zzz ou /']) {
    await page.keyboard.type(text)
    await page.keyboard.press('Escape') // after the last slash
  }
  await until(async () => (await saved('note')).with.message === 'PIX / boleto ou cartão /zzz ou /')
  await page.context().close()
})

test('a value is found by what a person calls it, in the data and while it is typed', async () => {
  const page = await open('note', { locale: 'pt-BR' })
  const message = field(page, 'message').locator('.cm-content')
  for (const [typed, path] of [['nome da cli', 'name'], ['e-mail do cliente', 'email'], ['Nome do cliente', 'name'], ['endereço do e-mail', 'email']]) {
    await message.fill('')
    await page.keyboard.type(`{{ ${typed}`)
    await page.locator('.cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled) li[aria-selected=true]', { hasText: path === 'name' ? 'Nome do cliente' : 'E-mail do cliente' }).waitFor()
    await page.keyboard.press('Enter')
    await until(async () => (await saved('note')).with.message === `{{ trigger.body.customer.${path}}}`)
  }
  const search = page.getByRole('textbox', { name: /Buscar nos dados/ })
  await search.fill('nome do cliente')
  await page.getByRole('treeitem', { name: /^Nome/ }).waitFor()
  await search.fill('cliente') // a group is gone into, not inserted whole
  await page.getByRole('treeitem', { name: /^Cliente/, selected: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('treeitem', { name: /^E-mail|^Nome/, selected: true }).waitFor()
  await message.fill('')
  await search.focus()
  await page.keyboard.press('Enter')
  await until(async () => /^\{\{ trigger\.body\.customer\.(name|email) \}\}$/.test((await saved('note')).with.message))
  await page.context().close()
})

test('a group that is put into a text is warned of, and one of its values takes its place', async () => {
  const page = await open('note')
  const message = field(page, 'message')
  for (const text of ['{{ trigger.body.customer }}', 'For {{ trigger.body.customer }}!']) {
    await message.locator('.cm-content').fill('')
    await message.locator('.cm-content').fill(text)
    await message.getByText('“Customer” is a group of values').waitFor()
    await message.getByRole('button', { name: 'Customer email' }).click()
    await until(async () => (await saved('note')).with.message === text.replace('customer', 'customer.email'))
    await message.getByText('is a group of values').waitFor({ state: 'detached' })
  }
  await page.context().close()
})

test('an expression that is typed at speed stays as it was typed, and its chip opens again', async () => {
  const page = await open('note')
  const message = field(page, 'message').locator('.cm-content')
  await message.fill('')
  await message.pressSequentially('Is {{ float(trigger.body.total) * 2 }}, {{trigger.body.id}}!', { timeout: 60_000 })
  await until(async () => (await saved('note')).with.message === 'Is {{ float(trigger.body.total) * 2 }}, {{trigger.body.id}}!')
  const chip = field(page, 'message').locator('.chip-expression')
  await chip.click()
  await page.keyboard.type(' + 1')
  await page.keyboard.press('End')
  await until(async () => (await saved('note')).with.message === 'Is {{ float(trigger.body.total) * 2 + 1 }}, {{trigger.body.id}}!')
  await chip.waitFor()
  await field(page, 'message').locator('[data-preview]', { hasText: 'Is 900.8, 1007!' }).waitFor()
  await page.context().close()
})

test('data behind the host of an address is picked, completed, dropped and mended as a piece of it', async () => {
  const page = await open('erp')
  const url = field(page, 'url')
  const name = 'replace(url_encode(string(trigger.body.customer.email)), "+", "%20")'
  const becomes = (text) => until(async () => (await saved('erp')).with.url === text)
  const row = page.getByRole('treeitem', { name: /^Email/ }).first()
  await url.locator('.cm-content').fill('')
  await page.keyboard.type('https://api.example.com/of/{{')
  await row.click()
  await becomes(`https://api.example.com/of/{{ ${name} }}`)
  assert.match(await url.locator('.chip').innerText(), /e-?mail$/i) // as a person reads it
  await page.keyboard.type('?s={{stat')
  await page.locator('.cm-tooltip-autocomplete li[aria-selected]', { hasText: 'Status' }).waitFor()
  await page.keyboard.press('Enter')
  await becomes(`https://api.example.com/of/{{ ${name} }}?s={{url_encode(string(trigger.body.status))}}`)
  await url.locator('.cm-content').fill('')
  await url.locator('.cm-content').fill('https://api.example.com/of/')
  await row.dragTo(url.locator('.cm-line'))
  await until(async () => (await saved('erp')).with.url.includes(`{{ ${name} }}`))
  await url.locator('.cm-content').fill('')
  await url.locator('.cm-content').fill('https://api.example.com/of/{{ trigger.body.customer.email }}')
  await url.getByRole('button', { name: 'Keep it in its place' }).click()
  await becomes(`https://api.example.com/of/{{ ${name} }}`)
  await url.locator('.cm-content').fill('')
  await page.keyboard.type('{{')
  await row.click()
  await becomes('{{ trigger.body.customer.email }}') // a whole address stays as it is
  await url.locator('.cm-content').fill(flow.steps[2].with.url)
  await becomes(flow.steps[2].with.url)
  await page.context().close()
})

test('in a hole that is begun, what is clicked in the data takes its place', async () => {
  const page = await open('note')
  await field(page, 'message').locator('.cm-content').fill('')
  await page.keyboard.type('Dear {{x')
  for (let i = 0; i < 2; i++) await page.keyboard.press('Backspace') // the braces go with those that closed them
  await until(async () => (await saved('note')).with.message === 'Dear ')
  await page.keyboard.type('{{')
  await page.getByRole('treeitem', { name: /^Email/ }).first().click()
  await until(async () => (await saved('note')).with.message === 'Dear {{ trigger.body.customer.email }}')
  await page.getByRole('button', { name: 'Functions' }).click()
  await page.getByRole('textbox', { name: /Search \d+ functions/ }).fill('upper')
  await page.getByRole('treeitem', { name: /^upper/ }).first().waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('treeitem', { name: /^Status/ }).click()
  await page.keyboard.press('Escape')
  await until(async () => (await saved('note')).with.message === 'Dear {{ trigger.body.customer.email }}{{ upper(trigger.body.status) }}')
  const listed = (text) => page.locator('.cm-tooltip-autocomplete li[aria-selected]', { hasText: text }).waitFor()
  await field(page, 'message').locator('.cm-content').fill('')
  await page.keyboard.type('{{emai')
  await listed(/e-?mail/i)
  assert.equal(await page.getByText('Nothing is called').isVisible(), false) // what is half typed is no fault while the list is open
  await page.keyboard.press('Enter')
  await page.keyboard.type('}}, is {{upper(stat') // the braces are there already
  await listed('status')
  await page.keyboard.press('Enter')
  await page.keyboard.type(')}} so')
  await until(async () => (await saved('note')).with.message === '{{trigger.body.customer.email}}, is {{upper(trigger.body.status)}} so')
  await field(page, 'message').locator('.cm-content').fill('')
  await field(page, 'message').locator('.cm-content').fill('Total {{ trigger.body.total }}')
  await page.getByRole('button', { name: /^Write Total as \$/ }).click()
  await until(async () => (await saved('note')).with.message === 'Total {{ money(trigger.body.total, "USD") }}')
  await page.context().close()
})

test('values: a new row takes the focus, a fault marks its own row, JSON does not eat what is typed', async () => {
  await program.api('POST', '/flows', { ...flow, id: 'sums', steps: [{ id: 'sums', action: 'set', with: { values: { first: 'a' } } }] })
  await program.api('POST', '/flows/sums/events', { event: { body: { total: 5 } } })
  const kept = async () => (await program.api('GET', '/flows/sums')).body.flow.steps[0].with.values
  const page = await program.signedIn('/flows/sums?step=sums')
  await page.getByRole('textbox', { name: 'Value 1' }).click()
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await focused(page, '[data-row="1"] input')
  await page.keyboard.type('next')
  await page.keyboard.press('Tab')
  await focused(page, '[data-row="1"] .cm-content')
  await page.keyboard.type('{{ nowhere(1) }}')
  await until(async () => (await kept()).next === '{{ nowhere(1) }}' && (await kept()).first === 'a')
  await page.locator('[data-row="1"] .code-invalid').waitFor()
  assert.equal(await page.locator('[data-row="0"] .code-invalid').count(), 0)
  await page.getByRole('textbox', { name: 'Value 2' }).fill('')
  await page.locator('[data-row="1"]').getByRole('button', { name: 'Write it as JSON' }).click()
  await focused(page, '[data-row="1"] .cm-content')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('[1, "two"]')
  await until(async () => JSON.stringify((await kept()).next) === '[1,"two"]')
  await page.context().close()
})

test('a loop takes a list by a click, and what is inside of it takes the item of the turn', async () => {
  await program.api('POST', '/flows', { ...flow, id: 'each', steps: [{ id: 'each', action: 'loop', with: {}, steps: [{ id: 'line', action: 'log', with: { message: 'x' } }, { id: 'add', action: 'state.increment', with: { key: 'k' } }] }, { id: 'end', action: 'log', with: { message: 'x' } }] })
  await program.api('POST', '/flows/each/events', { event: { body: { items: [{ sku: 'A' }, { sku: 'B' }] } } })
  const page = await program.signedIn('/flows/each?step=each')
  const over = field(page, 'over')
  const stored = (source) => until(async () => (await program.api('GET', '/flows/each')).body.flow.steps[0].with?.over === source)
  await over.getByRole('button', { name: 'Items · 2 items' }).waitFor() // the lists that there are, before any is chosen
  await over.locator('.cm-content').click()
  await page.getByRole('treeitem', { name: /^Items/ }).click()
  await stored('trigger.body.items')
  await over.locator('.chip', { hasText: 'Items' }).waitFor()
  await over.getByText('2 items: A, B').waitFor()
  await over.getByText('fixed', { exact: true }).click() // a list of one's own, as rows
  await over.locator('.cm-content').fill('SP')
  await stored('["SP"]')
  await over.getByText('expression', { exact: true }).click()
  await over.locator('.cm-content').fill('trigger.body')
  await over.getByRole('listbox').waitFor()
  await page.keyboard.press('Escape')
  await over.getByText('A list is needed').waitFor()
  await over.locator('.cm-content').fill('')
  await over.getByRole('button', { name: 'Items · 2 items' }).click()
  await stored('trigger.body.items')
  await page.locator('[data-row=line]').click()
  await field(page, 'message').locator('.cm-content').fill('')
  await page.getByRole('textbox', { name: /Search in the data/ }).fill('sku')
  await page.keyboard.press('Enter')
  await until(async () => (await program.api('GET', '/flows/each')).body.flow.steps[0].steps[0].with?.message === '{{ item.sku }}')
  await page.getByRole('button', { name: 'Test flow' }).click()
  await page.getByRole('heading', { name: 'Test flow' }).waitFor()
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('main').getByText('Item 2 of 2').waitFor() // the newest turn first
  await page.locator('[data-row=line]').focus()
  await page.keyboard.press('[')
  await page.locator('main').getByText('Item 1 of 2').waitFor()
  await page.locator('[data-row=end]').click()
  await field(page, 'message').locator('.cm-content').fill('')
  await field(page, 'message').locator('.cm-content').fill('{{ steps.add.value }}')
  await page.getByText('runs once in each turn of each').waitFor()
  await page.locator('aside').getByRole('treeitem', { name: /^Event/ }).waitFor()
  await page.getByRole('textbox', { name: /Search in the data/ }).fill('value')
  await page.locator('aside').getByRole('treeitem', { name: /^Loop/ }).waitFor() // what each turn collected, but not the step inside
  assert.equal(await page.locator('aside').getByRole('treeitem', { name: /Count up/ }).count(), 0)
  await page.context().close()
})

test('a value that is not in every event is asked about once, and the answer is kept by field', async () => {
  const page = await open('mail')
  const subject = field(page, 'subject')
  await subject.locator('.cm-content').fill('Coupon {{ trigger.body.coupon }}')
  await subject.getByText('Missing in 4 of 8 events').waitFor()
  await subject.getByRole('button', { name: 'Leave empty' }).click()
  await until(async () => (await saved('mail')).missing?.subject === 'empty')
  await subject.getByText('left empty').waitFor()
  await page.goto(`${program.base}/flows/pay?step=erp`) // in a row as well
  const body = field(page, 'json')
  await body.locator('[data-row] .cm-content').fill('{{ trigger.body.coupon }}')
  await body.getByText('Missing in 4 of 8 events').waitFor()
  await body.getByRole('button', { name: 'Skip the step' }).click()
  await until(async () => (await saved('erp')).missing?.json === 'skip')
  await body.getByText('the step is skipped').waitFor()
  assert.deepEqual(await field(page, 'url').locator('.chip').allTextContents(), ['ID']) // no other is called so: that of the event has a name of its own
  await page.context().close()
})

test('a value inside a list asks which elements it is meant of: of the first, of all, or of each in a loop', async () => {
  await program.api('POST', '/flows', { ...flow, id: 'lines', steps: [
    { id: 'mail', action: 'email.send', with: { to: 'a@example.com', subject: 'x', text: 'y' } }, { id: 'call', action: 'http.request', with: { method: 'POST', url: 'https://api.example.com/', json: { prices: '' } } },
    { id: 'note', action: 'log', with: { message: 'x' } }, { id: 'end', action: 'log', with: { message: 'x' } },
  ] })
  for (const items of [[{ sku: 'A', price: 2.5 }, { sku: 'B', price: 3 }], []]) await program.api('POST', '/flows/lines/events', { event: { body: { items } } })
  const full = (await program.api('GET', '/flows/lines/samples')).body.items.find((e) => e.trigger.body.items.length > 0)
  const steps = async () => (await program.api('GET', '/flows/lines')).body.flow.steps
  const at = async (step, options) => {
    const page = await program.signedIn('/', options)
    await page.evaluate(([key, id]) => localStorage.setItem(key, id), ['sample:lines', full.id])
    await page.goto(`${program.base}/flows/lines?step=${step}`)
    await page.locator('aside h2').waitFor()
    await rested(page)
    return page
  }
  const page = await at('mail')
  const subject = field(page, 'subject')
  await subject.locator('.cm-content').fill('')
  await page.keyboard.type('Only /price')
  await page.getByRole('treeitem', { name: /^Price/ }).waitFor()
  await page.keyboard.press('Enter')
  const asked = subject.locator('[data-first]')
  await asked.getByText('It stands in a list, “Items”').waitFor()
  assert.equal(await subject.getByText('Missing in').isVisible(), false)
  await focused(page, subject.locator('.cm-content'))
  await page.keyboard.press('Tab')
  await focused(page, asked)
  await page.keyboard.press('Enter')
  await focused(page, subject.locator('.cm-content'))
  await subject.getByText('Missing in 1 of 2 events').waitFor() // there is an order without items
  await subject.locator('.chip', { hasText: 'Price of the first item' }).waitFor()
  assert.equal(await asked.count(), 0)
  await until(async () => (await steps())[0].with.subject === 'Only {{ trigger.body.items[0].price }}')
  await page.context().close()

  const phone = await at('call', { viewport: { width: 390, height: 844 }, hasTouch: true })
  const cell = field(phone, 'json').locator('[data-row="0"]')
  await cell.getByRole('button', { name: 'Insert data' }).click()
  await phone.getByRole('treeitem', { name: /^Price/ }).click()
  await cell.getByRole('button', { name: 'Of all, as a list' }).click()
  await cell.locator('.chip', { hasText: 'Price of all items' }).waitFor()
  await cell.locator('[data-preview]', { hasText: '[2.5,3]' }).waitFor()
  await until(async () => (await steps())[1].with.json.prices === '{{ map(trigger.body.items, #.price) }}')
  assert.deepEqual(await sideways(phone), [])
  await phone.goBack() // closes the sheet, and stays with the flow
  await phone.locator('aside').waitFor({ state: 'detached' })
  await phone.getByRole('tree').waitFor()
  await phone.context().close()

  const last = await at('note', { locale: 'pt-BR' })
  const message = field(last, 'message')
  await message.locator('.cm-content').fill('')
  await last.keyboard.type('/sku')
  await last.getByRole('treeitem', { name: /^SKU/ }).waitFor()
  await last.keyboard.press('Enter')
  await message.getByRole('button', { name: 'De todos, com vírgulas' }).click()
  await message.locator('.chip', { hasText: 'de todos os itens · com vírgulas' }).waitFor()
  await message.locator('[data-preview]', { hasText: 'A, B' }).waitFor()
  await until(async () => (await steps())[2].with.message === '{{ join(map(trigger.body.items, #.sku), ", ") }}')
  await last.keyboard.press('ControlOrMeta+z')
  let saves
  const held = new Promise((free) => { saves = free })
  await last.route('**/api/v1/flows/lines', async (route) => {
    if (route.request().method() !== 'GET') await held
    await route.continue()
  })
  await message.getByRole('button', { name: 'Repetir este passo para cada item' }).click()
  await until(async () => await message.getByText('só existe para os passos de uma repetição').count() === 0)
  saves()
  const looped = await until(async () => (await steps())[2], (s) => s.action === 'loop')
  assert.deepEqual([looped.with.over, looped.steps[0].id, looped.steps[0].with.message], ['trigger.body.items', 'note', '{{ item.sku }}'])
  await message.locator('[data-preview]', { hasText: 'A' }).waitFor()
  assert.equal(await message.getByRole('button', { name: 'Do primeiro item' }).count(), 0)
  await last.context().close()
})

test('what is wrong is mended by a button: a name, a kind, a connection that is not there', async () => {
  await program.api('POST', '/flows', { ...flow, id: 'mend', steps: [
    { id: 'mail', action: 'email.send', connection: 'post-office', with: { to: '{{ trigger.body.customer.emial }}', subject: '{{ uper(trigger.body.status) }}', text: 'x' } },
    { id: 'paid', action: 'filter', with: { where: 'trigger.body.status > 100' } },
  ] })
  await program.api('POST', '/flows/mend/events', { event: { body: { status: 'paid', customer: { email: 'a@example.com' } } } })
  const step = async (i) => (await program.api('GET', '/flows/mend')).body.flow.steps[i]
  const page = await program.signedIn('/flows/mend?step=mail')
  await field(page, 'to').getByRole('button', { name: 'Change to email' }).click()
  await until(async () => (await step(0)).with.to === '{{ trigger.body.customer.email }}')
  await field(page, 'subject').getByRole('button', { name: 'Change to upper' }).click()
  await until(async () => (await step(0)).with.subject === '{{ upper(trigger.body.status) }}')
  await page.getByRole('button', { name: 'Create “post-office”' }).click()
  await page.waitForFunction(() => [...document.querySelectorAll('aside form input')].some((i) => i.value === 'post-office'))
  await page.getByRole('button', { name: 'Publish r1' }).click()
  await page.getByRole('button', { name: 'Read it as a number' }).click()
  await until(async () => (await step(1)).with.where === 'float(trigger.body.status) > 100')
  await page.context().close()
})

test('a list written as other tools do opens, and is mended by a button', async () => {
  await program.api('POST', '/flows', { id: 'equals', name: 'Equals', trigger: { kind: 'webhook' }, steps: [{ id: 'mail', action: 'email.send', with: { to: ['={{ trigger.body.email }}'], subject: 'x', text: 'x' } }] })
  const page = await program.signedIn('/flows/equals?step=mail')
  await page.locator('aside h2').waitFor()
  await field(page, 'to').waitFor()
  await page.getByRole('button', { name: 'Publish r1' }).click()
  await page.getByRole('complementary').getByRole('button', { name: 'Leave out the =' }).click()
  await until(async () => (await program.api('GET', '/flows/equals')).body.flow.steps[0].with.to?.[0] === '{{ trigger.body.email }}')
  await page.context().close()
})

test('the ways of a field are changed without loss', async () => {
  const page = await open('erp')
  const url = field(page, 'url')
  const before = (await saved('erp')).with.url
  for (const way of ['expression', 'fixed', 'data']) {
    await until(async () => { // the data beside a field that has the focus moves it once
      await url.getByText(way, { exact: true }).click()
      return url.getByRole('radio', { name: way }).isChecked()
    })
  }
  await until(async () => (await saved('erp')).with.url === before)
  await url.locator('.chip').waitFor()
  const box = url.locator('.cm-content')
  const turn = async (way) => { await url.getByText(way, { exact: true }).click(); await url.getByRole('radio', { name: way }).isChecked() }
  await box.fill('https://example.com/{{ trigger.body.id }}')
  await turn('expression')
  await until(async () => /^"https?:/.test(await box.textContent())) // what was text with data is an expression now, without braces
  await box.fill('"https://example.com/" + string(trigger.body.id)')
  await until(async () => (await saved('erp')).with.url === '{{ "https://example.com/" + string(trigger.body.id) }}')
  await url.locator('[data-preview]', { hasText: 'https://example.com/1007' }).waitFor()
  await page.evaluate(() => addEventListener('selectionchange', (e) => e.stopImmediatePropagation(), { capture: true, signal: (globalThis.late = new AbortController()).signal })) // news of what is selected come after the text
  await box.selectText()
  await page.keyboard.insertText('upper(trigger.body.id')
  await page.evaluate(() => globalThis.late.abort())
  await page.keyboard.press('Escape') // the list of names
  await url.locator('.text-fail').first().waitFor() // no text: a fault
  assert.equal(await box.textContent(), 'upper(trigger.body.id')
  await box.fill('')
  await turn('data')
  await url.locator('.cm-placeholder').waitFor() // what was deleted stays so
  await box.fill(before)
  await until(async () => (await saved('erp')).with.url === before)
  await page.context().close()
})

test('a condition is rows, counts the events that pass, and stays an expression in the flow', async () => {
  const page = await open('paid')
  await page.getByText('6 of the last 8 events pass').waitFor()
  const values = page.getByRole('combobox', { name: 'Value' })
  await values.nth(1).fill('300')
  await page.keyboard.press('Enter')
  await page.getByText('3 of the last 8 events pass').waitFor()
  await until(async () => (await saved('paid')).with.where.includes('trigger.body.total > 300'))
  await page.getByRole('button', { name: 'Write by hand' }).click()
  await field(page, 'where').locator('.cm-content').fill('len(trigger.body.items ?? []) > 0')
  await page.getByText('Written by hand').waitFor()
  await field(page, 'where').locator('.cm-content').pressSequentially(' and trigger.body.total > 10', { delay: 20 })
  await until(async () => (await saved('paid')).with.where === 'len(trigger.body.items ?? []) > 0 and trigger.body.total > 10')
  await page.context().close()
})

test('a field is written as people call it, before any function of that name', async () => {
  await program.api('POST', '/flows', { id: 'named', name: 'Named', trigger: { kind: 'webhook' }, steps: [{ id: 'note', action: 'log', with: {} }] })
  await program.api('POST', '/flows/named/events', { event: { body: { number: 5004, 'e-mail': 'a@b.c', billing: { first_name: 'Ana' }, lines: [{ number: 1 }] } } })
  const page = await program.signedIn('/flows/named?step=note')
  const box = field(page, 'message').locator('.cm-content')
  for (const [typed, meant] of [['{{number', 'number'], ['{{e-mail', 'e-mail'], ['{{first n', /first.name/i]]) {
    await box.click()
    await page.keyboard.press('End')
    await box.pressSequentially(` ${typed}`, { delay: 15 })
    await page.locator('.cm-tooltip-autocomplete li[aria-selected]', { hasText: meant }).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.cm-tooltip-autocomplete').waitFor({ state: 'detached' })
  }
  await until(async () => (await program.api('GET', '/flows/named')).body.flow.steps[0].with?.message?.replace(/\s/g, '') === '{{trigger.body.number}}{{trigger.body["e-mail"]}}{{trigger.body.billing.first_name}}')
  await page.context().close()
})

test('a total that is a text is found first and compared as a number, as a person of Brazil writes it', async () => {
  await program.api('POST', '/flows', { id: 'woo', name: 'Woo', trigger: { kind: 'webhook' }, steps: [{ id: 'came', action: 'wait', with: { signal: 'paid', timeout: '1h' } }, { id: 'big', action: 'filter', with: {} }, { id: 'thanks', action: 'respond', with: { text: 'Obrigada!' } }] })
  for (const total of ['150.00', '250.00', '300.10']) await program.api('POST', '/flows/woo/events', { event: { body: { discount_total: '0.00', billing: { total: '1.00' }, status: 'paid', total } } })
  const page = await program.signedIn('/flows/woo?step=big', { locale: 'pt-BR' })
  await page.getByText('Responde ao remetente: Obrigada!').waitFor()
  const row = page.getByRole('combobox', { name: 'Campo' })
  await row.fill('total')
  await page.getByRole('option').first().getByText('300.10').waitFor()
  await page.keyboard.press('Enter')
  await until(() => page.getByRole('combobox', { name: 'Comparação' }).inputValue(), (v) => v === 'greater')
  await page.getByRole('combobox', { name: 'Valor' }).fill('200,05')
  await page.keyboard.press('Tab')
  await page.getByText('2 dos últimos 3 eventos passam').waitFor()
  const where = async () => (await program.api('GET', '/flows/woo')).body.flow.steps[1].with?.where
  await until(async () => await where() === 'float(trigger.body.total) > 200.05')
  await page.goto(`${program.base}/flows/woo?step=big`)

  await page.getByRole('combobox', { name: 'Valor' }).waitFor()
  assert.equal(await page.getByRole('combobox', { name: 'Valor' }).inputValue(), '200,05')
  assert.equal(await page.getByRole('combobox', { name: 'Comparação' }).inputValue(), 'greater')
  await page.getByRole('button', { name: 'Adicionar condição' }).click()
  await row.nth(1).fill('status')
  await page.getByRole('option', { name: /status/i }).first().waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Comparação' }).nth(1).focus()
  await page.getByRole('button', { name: 'Escrever à mão' }).focus()
  await until(async () => /trigger\.body\.status == (''|"")/.test(await where())) // left without its value it is kept, and seen to let nothing through
  await page.getByText('Nenhum dos últimos 3 eventos passa').waitFor()
  await page.getByRole('combobox', { name: 'Valor' }).nth(1).fill('paid')
  await page.keyboard.press('Escape')
  await until(async () => /trigger\.body\.status == ('paid'|"paid")/.test(await where()))
  await page.getByRole('combobox', { name: 'Comparação' }).nth(1).selectOption('alike')
  await until(async () => (await where()).endsWith('slug(trigger.body.status) == slug("paid")'))
  await page.getByText('2 dos últimos 3 eventos passam').waitFor()
  // What rows cannot show has a way back to them; what a wait found is there by name; and a field that does not exist stays a row.
  await page.getByRole('button', { name: 'Escrever à mão' }).click()
  await field(page, 'where').locator('.cm-content').fill('')
  await field(page, 'where').locator('.cm-content').fill('len(trigger.body) > 1')
  await page.getByRole('button', { name: 'Apagar e usar linhas' }).click()
  await row.fill('sinal')
  await page.getByRole('option').first().getByText('O sinal veio? (').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Comparação' }).selectOption({ label: 'é falso' })
  await until(async () => await where() === 'steps.came.received == false')
  assert.equal(await page.locator('#s-came').textContent(), 'Espera o sinal paid por até 1 h')
  await page.locator('#s-big').getByText('O sinal veio?').waitFor()
  await row.fill('execução')
  await page.getByRole('option', { name: 'Hora da execução' }).waitFor()
  await row.fill('sinaleiro')
  await page.keyboard.press('Tab')
  await until(async () => await where() === 'sinaleiro == false')
  await page.goto(`${program.base}/flows/woo?step=big`)
  await page.getByText('Não existe “sinaleiro”').waitFor()
  assert.equal(await row.inputValue(), 'sinaleiro (não existe)')
  await page.context().close()
})

test('testing a step shows the exact request and sends nothing; sending for real is asked by name', async () => {
  await program.api('POST', '/flows', { ...flow, id: 'send', steps: [flow.steps[2]] })
  await program.api('POST', '/flows/send/events', { event: { body: { id: 1007, total: 5 } } })
  const page = await program.signedIn('/flows/send?step=erp')
  await page.getByRole('button', { name: 'Test step' }).click()
  await page.getByRole('region', { name: 'It would send' }).getByText('https://api.example.com/orders/1007').waitFor()
  await page.getByRole('button', { name: 'Copy as cURL' }).waitFor()
  await page.getByRole('button', { name: 'Send for real' }).click()
  await page.getByText('HTTP request: POST https://api.example.com/orders/1007').waitFor()
  await program.api('POST', '/flows', { ...flow, id: 'read', steps: [{ id: 'get', action: 'http.request', with: { url: 'https://api.example.com/orders' } }] })
  await page.goto(`${program.base}/flows/read?step=get`)
  await page.getByRole('button', { name: 'Test step' }).click()
  await page.getByRole('button', { name: 'Fetch it really' }).waitFor() // what only reads is one click away, and its made-up answer is not shown
  await page.context().close()
})

test('what a filter does with an event is said in words, without its expression', async () => {
  await program.api('POST', '/flows', { ...flow, id: 'sieve', steps: [flow.steps[0]] })
  for (const total of [5, 500]) await program.api('POST', '/flows/sieve/events', { event: { body: { status: 'paid', total } } })
  const page = await program.signedIn('/flows/sieve?step=paid')
  const panel = page.locator('aside')
  await panel.getByRole('button', { name: 'Test step' }).click()
  await panel.getByText('The run goes on from here.').waitFor()
  assert.equal(await panel.locator('pre').count(), 0)
  const small = (await program.api('GET', '/flows/sieve/samples')).body.items.find((e) => e.trigger.body.total === 5)
  await page.evaluate(([key, id]) => localStorage.setItem(key, id), ['sample:sieve', small.id])
  await page.goto(`${program.base}/flows/sieve?step=paid`)
  await panel.getByRole('button', { name: /^Test (step|again)$/ }).click()
  await panel.getByText(/Total.*5.*100/).waitFor()
  assert.deepEqual([await panel.locator('pre').count(), await panel.getByText('The run goes on from here.').count()], [0, 0])
  await page.context().close()
})

test('what a form lacks is said in the page’s language, and the first letter that mends it stays', async () => {
  const page = await program.signedIn('/connections')
  await page.getByRole('button', { name: 'New connection' }).first().click()
  const service = (name) => page.getByRole('dialog').getByRole('button', { name })
  await service(/^Nuvemshop/).click() // one row for a service, then the kind with what it is for
  await service(/For triggers: proves who sends the events/).waitFor()
  await service('All services').click()
  await service(/^Mail server \(SMTP\)/).click()
  const server = page.getByLabel(/^Server/).first()
  await server.waitFor()
  await page.getByRole('button', { name: /^Save/ }).click()
  await page.getByText('Fill this in.').waitFor()
  await server.pressSequentially('mail.example.com')
  await page.getByText('Fill this in.').waitFor({ state: 'detached' })
  assert.equal(await server.inputValue(), 'mail.example.com')
  await page.context().close()
})

test('a body on a GET is told of wherever it comes from, and sent as a POST by one click', async () => {
  await program.api('POST', '/flows', { id: 'get', name: 'Get', trigger: { kind: 'webhook' }, steps: [{ id: 'call', action: 'http.request', with: { url: 'https://api.example.com/orders', json: { id: 1 } } }] })
  const page = await program.signedIn('/flows/get?step=call')
  const method = async () => (await program.api('GET', '/flows/get')).body.flow.steps[0].with.method
  const mend = page.getByRole('button', { name: 'Send it as a POST' })
  await mend.click()
  await until(async () => (await method()) === 'POST')
  await mend.waitFor({ state: 'detached' })
  await page.locator('[data-field=method] select').selectOption('GET')
  await mend.click()
  await until(async () => (await method()) === 'POST')
  await page.context().close()
})

test('a connection is made in the panel, and its secret never comes out', async () => {
  const page = await open('erp')
  const ground = (name) => page.getByRole('button', { name }).evaluate((b) => getComputedStyle(b).backgroundColor)
  const chief = await ground('Test step')
  await page.getByRole('button', { name: 'New connection' }).click()
  await page.getByLabel('Kind').waitFor()
  await until(() => ground('Test step'), (now) => now !== chief) // one thing is the next to do
  assert.equal(await ground(/^Save/), chief)
  await page.getByLabel('Kind').selectOption('http_bearer')
  await page.getByLabel(/Token/).first().fill('s3cret-token-of-the-shop')
  await page.getByLabel(/Hosts/).fill('api.example.com')
  await page.getByRole('button', { name: /^Save/ }).click()
  await until(async () => (await saved('erp')).connection === 'example')
  assert.ok(!(await page.content()).includes('s3cret-token'))
  await until(() => ground('Test step'), (now) => now === chief)
  await page.context().close()
})

test('the first event fills the trigger panel by itself; a schedule shows its next times', async () => {
  await program.api('POST', '/flows', { id: 'new', name: 'New', trigger: { kind: 'webhook' }, steps: [] })
  const page = await program.signedIn('/flows/new?step=trigger')
  await page.getByText('Waiting for the first event').last().waitFor()
  const { url } = (await program.api('GET', '/flows/new')).body
  assert.equal((await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"hello": "world"}' })).status, 200)
  await page.getByText('Newest event').first().waitFor()
  await page.getByLabel('What starts it').selectOption('schedule')
  await page.getByLabel('How often').selectOption('weekly')
  await page.waitForFunction(() => document.querySelectorAll('aside ol li').length === 5)
  await page.getByText(/^Monday to Friday at 08:00 · /).waitFor()
  await until(async () => (await program.api('GET', '/flows/new')).body.flow.trigger.with?.cron, (cron) => cron !== undefined && !cron.endsWith('*'))
  assert.equal((await program.api('POST', '/flows/new/publish')).status, 200)
  await page.goto(`${program.base}/flows/new?step=trigger`)
  await page.getByRole('button', { name: 'Run now' }).click()
  await until(async () => (await program.api('GET', '/runs?flow=new')).body.items.some((r) => r.status === 'succeeded'))
  await page.context().close()
})

test('no tab has a fault that axe finds, in both themes and languages; none scrolls sideways on a phone', async () => {
  for (const locale of ['en-US', 'pt-BR']) {
    for (const colorScheme of ['light', 'dark']) {
      for (const step of ['mail', 'erp', 'paid', 'trigger']) {
        const page = await open(step, { locale, colorScheme, reducedMotion: 'reduce' })
        const tabs = await page.getByRole('tab').count()
        for (let i = 0; i < Math.max(1, tabs); i++) {
          if (tabs) await page.getByRole('tab').nth(i).click()
          await page.waitForTimeout(150)
          assert.deepEqual((await axeFaults(page)).filter((f) => !f.includes('role="treeitem"')), [], `${step}, tab ${i}, ${locale} ${colorScheme}`)
        }
        await page.setViewportSize({ width: 390, height: 844 })
        await page.waitForTimeout(100)
        assert.deepEqual((await sideways(page)).filter((s) => !/cm-scroller|tablist|overflow-x-auto/.test(s)), [], `${step} ${locale}`)
        await page.context().close()
      }
    }
  }
})

test('the last field, what it is with the event, and the data are seen together at every width', async () => {
  const text = 'For {{ trigger.body.total }}'
  await program.api('POST', '/flows', { id: 'low', name: 'Low', trigger: { kind: 'webhook' }, steps: [{ id: 'mail', action: 'email.send', with: { to: 'a@example.com', subject: text, html: text, text } }] })
  await program.api('POST', '/flows/low/events', { event: { body: { total: 7 } } })
  for (const [width, height] of [[1024, 768], [768, 1024], [390, 844]]) {
    const page = await program.signedIn('/flows/low?step=mail', { viewport: { width, height } })
    const last = field(page, 'text')
    await last.locator('.cm-content').click()
    if (width < 900) await last.getByRole('button', { name: 'Insert data' }).click()
    const data = page.getByRole('region', { name: 'Data' })
    await data.waitFor()
    await until(async () => {
      const parts = await Promise.all([last.locator('.cm-editor'), last.locator('[data-preview]'), data].map((part) => part.boundingBox()))
      const [box, preview, tray] = parts
      return parts.every((part) => part.y >= 0 && part.y + part.height <= height) && box.y + box.height <= preview.y && preview.y + preview.height <= tray.y && tray.height > 180
    })
    await page.context().close()
  }
})

test('a cell that was written shows its chip from the beginning, above the data with what it is', async () => {
  await program.api('POST', '/flows', { id: 'cells', name: 'Cells', trigger: { kind: 'webhook' }, steps: [{ id: 'erp', action: 'http.request', with: { method: 'POST', url: 'https://api.example.com', json: { who: '' } } }] })
  await program.api('POST', '/flows/cells/events', { event: { body: { customer: { delivery_name: 'Ana' } } } })
  for (const [width, height] of [[1440, 720], [768, 860], [390, 844]]) {
    const page = await program.signedIn('/flows/cells?step=erp', { viewport: { width, height } })
    const cell = field(page, 'json').locator('[data-row]').first()
    await cell.locator('.cm-content').fill('')
    await page.keyboard.type('{{ trigger.body.customer.delivery_name }}')
    await cell.locator('[data-preview]').waitFor()
    await until(async () => {
      const [chip, box, preview] = await Promise.all(['.chip', '.cm-scroller', '[data-preview]'].map((part) => cell.locator(part).boundingBox()))
      const tray = width < 600 ? { y: height } : await page.getByRole('region', { name: 'Data' }).boundingBox()
      return chip.x >= box.x && chip.x + chip.width <= box.x + box.width && preview.y + preview.height <= tray.y
    })
    assert.equal(await cell.locator('.chip').evaluate((e) => e.scrollWidth > e.clientWidth + 1), false)
    for (const paste of await page.getByPlaceholder('or paste here').all()) assert.ok(await paste.evaluate((e) => e.clientWidth >= 70))
    await page.context().close()
  }
})

test('Escape closes what is innermost: the list of names, the data, the panel', async () => {
  const page = await open('note')
  await field(page, 'message').locator('.cm-content').fill('')
  await page.keyboard.type('{{emai')
  const list = page.locator('.cm-tooltip-autocomplete li[aria-selected]')
  await list.first().waitFor()
  const data = page.getByRole('region', { name: 'Data' })
  await data.waitFor()
  await page.keyboard.press('Escape')
  await list.first().waitFor({ state: 'detached' })
  assert.equal(await data.isVisible(), true)
  await page.keyboard.press('Escape') // of the hole that is open
  await focused(page, '[data-field="message"]')
  await page.keyboard.press('Escape')
  await data.waitFor({ state: 'detached' })
  await focused(page, '[data-field="message"]')
  await page.locator('aside h2').click()
  await field(page, 'message').locator('.cm-content').click()
  await page.keyboard.press('Escape')
  await page.locator('aside').waitFor({ state: 'detached' })
  await page.context().close()
})

test('previews use the newest event that passes the condition of the trigger, and say so', async () => {
  await program.api('POST', '/flows', { id: 'passing', name: 'Passing', trigger: { kind: 'webhook', where: 'trigger.body.status == "paid"' }, steps: [{ id: 'say', action: 'log', with: { message: 'No. {{ trigger.body.id }}' } }] })
  for (const body of [{ id: 1, status: 'paid' }, { id: 2, status: 'paid' }, { id: 3, status: 'open' }]) await program.api('POST', '/flows/passing/events', { event: { body } })
  const page = await program.signedIn('/flows/passing?step=say')
  await field(page, 'message').locator('[data-preview]', { hasText: 'No. 2' }).waitFor()
  await field(page, 'message').locator('.cm-content').click()
  const choice = page.getByRole('combobox', { name: 'Event to look at' })
  assert.equal(await choice.evaluate((e) => e.selectedOptions[0].textContent), 'Newest that passes')
  await choice.selectOption({ index: 1 }) // and any other still can be looked at
  await field(page, 'message').locator('[data-preview]', { hasText: 'No. 3' }).waitFor()
  await page.context().close()
})

test('who has no event writes one, or changes the sample, and previews use it', async () => {
  await program.api('POST', '/flows', { id: 'own', name: 'Own', trigger: { kind: 'webhook' }, steps: [{ id: 'say', action: 'log', with: { message: 'Hi {{ trigger.body.nick }}' } }] })
  const page = await program.signedIn('/flows/own?step=trigger')
  const edit = page.getByRole('button', { name: 'Edit a sample' })
  const json = page.getByRole('textbox', { name: 'Body of the sample (JSON)' })
  const use = page.getByRole('button', { name: 'Use as the sample' })
  await edit.click()
  await json.getByText('ana.souza@example.com').waitFor()
  await json.fill('')
  await json.fill('{"nick": "Bia"')
  await page.getByText('This is not JSON yet.').waitFor()
  assert.ok(await use.isDisabled())
  await json.fill('')
  await json.fill('{"nick": "Bia"}')
  await use.click()
  await json.waitFor({ state: 'detached' })
  await page.goto(`${program.base}/flows/own?step=say`)
  await field(page, 'message').locator('[data-preview]', { hasText: 'Hi Bia' }).waitFor()
  await page.goto(`${program.base}/flows/own?step=trigger`)
  await edit.click()
  await json.getByText('Bia').waitFor() // it begins with the one that is there
  await json.fill('')
  await json.fill('{"nick": "Caio"}')
  assert.deepEqual(await axeFaults(page), [])
  await use.click()
  await json.waitFor({ state: 'detached' })
  await page.goto(`${program.base}/flows/own?step=say`)
  await field(page, 'message').locator('[data-preview]', { hasText: 'Hi Caio' }).waitFor()
  await page.context().close()
})

test('an empty condition offers what was seen of the state of things', async () => {
  await program.api('POST', '/flows', { id: 'only', name: 'Only', trigger: { kind: 'webhook' }, steps: [{ id: 'paid', action: 'filter' }] })
  for (const status of ['open', 'open', 'paid']) await program.api('POST', '/flows/only/events', { event: { body: { status, name: 'Ana' } } })
  const page = await program.signedIn('/flows/only?step=paid')
  const likely = page.getByRole('group', { name: 'Likely conditions' })
  assert.equal(await likely.getByRole('button').first().textContent(), 'Status is equal to paid ×1')
  assert.equal(await likely.getByRole('button').count(), 2)
  await likely.getByRole('button').first().click()
  await until(async () => (await program.api('GET', '/flows/only')).body.flow.steps[0].with?.where === 'trigger.body.status == "paid"')
  await page.getByText('1 of the last 3 events passes').waitFor()
  await likely.waitFor({ state: 'detached' })
  await page.context().close()
})

test('a chip with a long name keeps its arrow in the field of a phone', async () => {
  const long = 'the_name_of_the_person_who_receives_the_parcel_at_the_door_of_the_neighbour'
  await program.api('POST', '/flows', { id: 'long', name: 'Long', trigger: { kind: 'webhook' }, steps: [{ id: 'say', action: 'log', with: { message: `{{ trigger.body.${long} }}` } }] })
  const page = await program.signedIn('/flows/long?step=say', { viewport: { width: 390, height: 844 } })
  const chip = page.locator('aside .cm-content .chip')
  await chip.waitFor()
  const out = await until(() => chip.evaluate((el) => el.getBoundingClientRect().right - el.closest('.code-field')?.getBoundingClientRect().right), (n) => !Number.isNaN(n)) // it may be drawn anew
  assert.ok(out < 0, `it stands ${out} px out of its field`)
  await page.context().close()
})

test('script strings in fields and in data stay text', async () => {
  const page = await open('note')
  for (const text of scripts) {
    await field(page, 'message').locator('.cm-content').fill(text)
    await page.waitForTimeout(200)
  }
  await page.getByRole('tab', { name: 'Notes' }).click()
  for (const text of scripts) await page.getByRole('textbox', { name: /^Note/ }).fill(text)
  await page.waitForTimeout(200)
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined)
  await page.context().close()
})

test('nothing broke a rule of the content security policy, and no script failed', () => {
  assert.deepEqual(program.faults, [])
})
