// How a value is written, an object as rows, and what mends a problem.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { axeFaults, focused, sideways, start, until } from './program.mjs'
import { source } from './sources.mjs'

const { formatNames, read, write } = await source('fields/formats.ts')
const { inAddress } = await source('fields/address.ts')
const { asNumber, dataKind, kinds, kindOf, turned } = await source('fields/jsonKinds.ts')
const { shownNodes } = await source('data/nodes.ts')
const { mend } = await source('fields/mend.ts')
const { parseDuration } = await source('fields/locale.ts')
const { stampIn, wallOf } = await source('fields/days.ts')
const { sentenceOf } = await source('tree/summary.ts')
const { groupsOf } = await source('editor/actionSearch.ts')

test('what is written for a format is read back, with what stands there when it is missing', () => {
  for (const format of [undefined, ...formatNames]) {
    for (const instead of [undefined, '-', 'a "quoted" \\ one', '']) {
      for (const path of ['trigger.body.total', 'item["e-mail"]', 'steps.a.items[0].x']) {
        for (const piece of [undefined, 'path', 'query']) {
          const written = { path, ...(format && { format }), ...(instead !== undefined && { instead }), ...(piece && { piece }) }
          assert.deepEqual(read(write(written)), written)
        }
      }
    }
  }
  assert.deepEqual(read('(trigger.body.a ?? "-")'), { path: 'trigger.body.a', instead: '-' })
  assert.deepEqual(read('first(split(trigger.body.a, " "))'), { path: 'trigger.body.a', format: 'first' }) // as it was written before
  for (const other of ['upper(a) + lower(b)', 'brl(a + b)', 'present(a) ? brl(b) : "x"', 'default(upper(a), "x")', '1 + 1', '']) assert.equal(read(other), undefined, other)
})

test('data behind the host of an address is a piece of it', () => {
  const id = '{{ trigger.body.id }}'
  const path = '{{ replace(url_encode(string(trigger.body.id)), "+", "%20") }}'
  for (const [before, want] of [
    ['', id], ['https://', id], ['https://api.example.com', id], ['https://api.example.com/orders/', path], ['{{ vars.base }}/orders/', path], ['https://{{ vars.host }}/', path], ['https://api.example.com/{{ or', path],
    ['https://api.example.com/?q=', '{{ url_encode(string(trigger.body.id)) }}'], ['https://api.example.com/{{ url_encode(', id],
  ]) assert.equal(inAddress(id, before), want, before)
  for (const other of ['{{ vars.path }}', '{{ run.id }}', '{{ upper() }}', 'x', '{{ url_encode(trigger.body.id) }}']) assert.equal(inAddress(other, 'https://api.example.com/'), other)
})

test('a value becomes another kind with as much kept as can be', () => {
  assert.equal(turned('12.5', 'number'), 12.5)
  const seen = (path) => ({ n: 3, text: '249.90', br: '1.249,90' })[path.split('.').at(-1)]
  for (const [was, kind, now] of [
    ['{{ trigger.body.text }}', 'number', '{{ float(trigger.body.text) }}'], ['{{ trigger.body.br }}', 'number', '{{ number_br(trigger.body.br) }}'], ['R$ {{ brl(trigger.body.text) }}', 'number', '{{ float(trigger.body.text) }}'],
    ['{{ trigger.body.n }}', 'number', '{{ trigger.body.n }}'], ['{{ trigger.body.n }}', 'text', '{{ string(trigger.body.n) }}'], ['{{ float(trigger.body.text) }}', 'text', '{{ trigger.body.text }}'],
    ['{{ a + b }}', 'number', '{{ float(a + b) }}'], ['{{ a }} {{ b }}', 'number', '{{ a }} {{ b }}'],
  ]) assert.equal(turned(was, kind, seen), now, was)
  assert.deepEqual(['{{ trigger.body.n }}', '{{ float(trigger.body.text) }}', '{{ trigger.body.text }}', 'x {{ trigger.body.n }}', 3].map((v) => dataKind(v, seen)), ['number', 'number', 'text', undefined, undefined])
  assert.equal(asNumber('trigger.body.n', seen), '{{ trigger.body.n }}')
  assert.deepEqual(turned('{"a": 1}', 'group'), { a: 1 })
  assert.deepEqual(turned({ a: 1, b: 'x' }, 'list'), [1, 'x'])
  assert.equal(turned({ a: 1 }, 'text'), '{"a":1}')
  for (const kind of kinds) for (const value of ['x', 3, true, null, [1], { a: 1 }]) assert.equal(kindOf(turned(value, kind)), kind)
})

test('a group that a search finds shows what is in it once it is opened', () => {
  const node = (label, children = []) => ({ path: label, name: label, label, level: 1, leaf: children.length === 0, children })
  const nodes = [node('Produto', [node('Nome'), node('Id')]), node('Total')]
  const found = (folded) => shownNodes(nodes, () => folded, 'produto', () => '').map((n) => n.label)
  assert.deepEqual([found(true), found(false)], [['Produto'], ['Produto', 'Nome', 'Id']])
})

test('a search looks for each of its words in a value and in what holds it', () => {
  const node = (path, label, level, children = []) => ({ path, name: path.split('.').at(-1), label, level, leaf: children.length === 0, children })
  const nodes = [node('trigger.body', 'Event', 1, [node('trigger.body.billing', 'Bill', 2, [node('trigger.body.billing.first_name', 'First name', 3), node('trigger.body.billing.city', 'City', 3)]), node('trigger.body.shipping', 'Shipping', 2, [node('trigger.body.shipping.first_name', 'First name', 3)])])]
  const found = (q) => shownNodes(nodes, () => true, q, () => '').filter((n) => n.leaf).map((n) => n.path.replace('trigger.body.', ''))
  assert.deepEqual(found('name of the bill'), ['billing.first_name'])
  assert.deepEqual(found('nome da cobrança'), ['billing.first_name'])
  assert.deepEqual(found('Bill › City'), ['billing.city'])
  assert.deepEqual(found('bill'), ['billing.first_name', 'billing.city']) // what a found group holds is found
  assert.deepEqual(found('first name'), ['billing.first_name', 'shipping.first_name'])
})

test('a fix goes into the text that it was found in, and into no other', () => {
  const fix = { label: '', of: 'totl', put: 'total', from: 2, to: 6 }
  assert.deepEqual(mend({ with: { 'a/b': ['x', 'a.totl'] } }, '/with/a~1b/1', fix), { with: { 'a/b': ['x', 'a.total'] } })
  assert.equal(mend({ with: { 'a/b': ['x', 'a.tota'] } }, '/with/a~1b/1', fix), undefined)
  assert.equal(mend({}, '/gone/x', fix), undefined)
  assert.deepEqual(mend({ id: 'a' }, '/delivery', { label: '', put: 'at_most_once' }), { id: 'a', delivery: 'at_most_once' })
  assert.deepEqual(mend({ with: { to: ['x', '={{ a }}'] } }, '/with/to/1', { label: '', put: '{{ a }}' }), { with: { to: ['x', '{{ a }}'] } })
  assert.deepEqual(mend({ steps: [{ id: 'a' }] }, '/steps/0', { label: '', put: '{"id": "b"}' }), { steps: [{ id: 'a' }, { id: 'b' }] })
})

let program
before(async () => {
  program = await start({ flows: '', env: { GANCHO_ALLOW_NET: '127.0.0.0/8' } })
  await program.api('POST', '/flows', { id: 'pay', name: 'Pay', trigger: { kind: 'webhook' }, steps: [
    { id: 'note', action: 'log', with: { message: 'Sum {{ trigger.body.amount }}' } },
    { id: 'erp', action: 'http.request', with: { method: 'POST', url: 'https://api.example.com/x', json: { paid: true, customer: { name: 'x' }, tags: ['a'], n: 3 } } },
  ] })
  await program.api('POST', '/flows/pay/events', { event: { body: { amount: 12990, name: 'ana souza', at: '2026-11-24T15:00:00Z' } } })
})
after(() => program?.close())

const saved = async (i) => (await program.api('GET', '/flows/pay')).body.flow.steps[i].with
test('a chip is written as reais from cents by the mouse, and gets a default by keys alone', async () => {
  const page = await program.signedIn('/flows/pay?step=note')
  const message = page.locator('[data-field=message]')
  await message.locator('.chip').click()
  await page.getByRole('menuitemradio', { name: /Cents → reais R\$ 129,90/ }).click()
  await until(async () => (await saved(0)).message === 'Sum {{ brl(trigger.body.amount / 100) }}')
  await message.locator('.chip', { hasText: 'Amount · R$, from cents' }).waitFor()
  await message.locator('[data-preview]', { hasText: 'Sum R$ 129,90' }).waitFor()
  await page.keyboard.press('Alt+ArrowDown')
  await focused(page, '[aria-checked=true]')
  assert.deepEqual(await axeFaults(page), [])
  for (const key of ['End', 'ArrowUp', 'ArrowUp', 'Enter']) await page.keyboard.press(key)
  await focused(page, 'form input')
  await page.keyboard.type('free')
  await page.keyboard.press('Enter')
  await until(async () => (await saved(0)).message === 'Sum {{ present(trigger.body.amount) ? brl(trigger.body.amount / 100) : "free" }}')
  await focused(page, message)
  await page.keyboard.type('!')
  await until(async () => (await saved(0)).message.endsWith('}}!'))
  await message.locator('.chip').click()
  await focused(page, '[aria-checked=true]')
  await page.keyboard.type(' now') // who types on means the text behind the chip
  await page.getByRole('menu').waitFor({ state: 'detached' })
  await until(async () => (await saved(0)).message.endsWith('}} now!'))
  await message.locator('.chip').dblclick()
  await page.getByRole('menu').waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.querySelector('[data-field=message] .cm-content')?.textContent?.includes('present('))
  await page.context().close()
})

test('the body is rows of every kind, and code and rows are the same value', async () => {
  const page = await program.signedIn('/flows/pay?step=erp', { locale: 'pt-BR' })
  const json = page.locator('[data-field=json]')
  await json.getByRole('textbox', { name: 'Nome 1' }).first().waitFor()
  await json.getByRole('textbox', { name: 'Valor 2' }).last().fill('1.250,5')
  await until(async () => (await saved(1)).json.n === 1250.5)
  await page.keyboard.press('Control+a')
  await page.keyboard.type('1-2') // no number: it stays, as a text
  await page.keyboard.press('Tab')
  await until(async () => (await saved(1)).json.n === '1-2')
  await json.getByRole('combobox', { name: 'Tipo do valor 2' }).last().selectOption({ label: 'Número' })
  await json.getByRole('textbox', { name: 'Valor 2' }).last().click()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('{')
  await focused(page, json.getByRole('textbox', { name: 'Valor 2' }).last())
  await until(async () => (await saved(1)).json.n === '{') // and goes on as a text that takes data
  await json.getByRole('button', { name: 'Adicionar' }).last().click()
  await focused(page, json.getByRole('textbox', { name: 'Nome 5' }).last())
  await page.keyboard.type('obs')
  await page.keyboard.press('Tab')
  await focused(page, json.getByRole('textbox', { name: 'Valor 5' }).last())
  const obs = json.getByRole('textbox', { name: 'Valor 5' }).last()
  const kind = json.getByRole('combobox', { name: 'Tipo do valor 5' })
  await obs.fill('{{ trigger.body.name }}')
  await until(async () => (await saved(1)).json.obs === '{{ trigger.body.name }}')
  await kind.selectOption({ label: 'Número' }) // data stays, as a number
  await until(async () => (await saved(1)).json.obs === '{{ float(trigger.body.name) }}')
  await json.locator('.chip', { hasText: 'número' }).waitFor()
  assert.deepEqual(Object.keys((await saved(1)).json).length, 5)
  await kind.selectOption({ label: 'Texto' })
  await until(async () => (await saved(1)).json.obs === '{{ trigger.body.name }}')
  await obs.fill('oi')
  await until(async () => (await saved(1)).json.obs === 'oi')
  await page.keyboard.press('Tab')
  await json.getByRole('button', { name: 'Adicionar' }).last().focus()
  await page.keyboard.press('Control+z') // takes back what was typed, and leaves the rows in their order
  await until(async () => (await saved(1)).json.obs !== 'oi')
  await page.getByText('Desfeito').waitFor({ state: 'attached' }) // the page has it too: what is done sooner is a change of its own
  assert.equal(await json.getByRole('textbox', { name: 'Nome 5' }).last().inputValue(), 'obs')
  await page.keyboard.press('Control+Shift+z')
  await until(async () => (await saved(1)).json.obs === 'oi')
  await page.getByText('Refeito').waitFor({ state: 'attached' })
  await json.getByRole('combobox', { name: 'Tipo do valor 5' }).selectOption({ label: 'Lista' })
  await until(async () => JSON.stringify((await saved(1)).json.obs) === '["oi"]')
  const before = (await saved(1)).json
  await json.getByRole('button', { name: 'Como código' }).click()
  await json.locator('.cm-content', { hasText: '"customer"' }).waitFor()
  await json.getByRole('button', { name: 'Em linhas' }).click()
  await json.getByRole('textbox', { name: 'Nome 1' }).first().waitFor()
  assert.deepEqual((await saved(1)).json, before)
  assert.deepEqual(await axeFaults(page), [])
  const tabs = await page.getByRole('radiogroup', { name: /Corpo JSON/ }).boundingBox()
  assert.ok(tabs.height < 44, `the kinds of body take one row: ${tabs.height}`)
  await page.setViewportSize({ width: 390, height: 844 })
  assert.deepEqual((await sideways(page)).filter((s) => !/cm-scroller|tablist|overflow-x-auto/.test(s)), [])
  await page.context().close()
})

test('a flow is tested from a step and up to one, with what is real kept apart', async () => {
  const page = await program.signedIn('/flows/pay')
  await page.locator('[data-row=note]').focus()
  await page.keyboard.press('Shift+T')
  await page.getByRole('heading', { name: 'Test flow' }).waitFor()
  await page.waitForFunction(() => [...document.querySelectorAll('aside select')].some((s) => s.value === 'note'))
  const results = page.getByRole('list', { name: 'Steps' }).getByRole('listitem')
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await results.first().waitFor()
  assert.equal(await results.count(), 1)
  await page.locator('[data-row=erp]').focus()
  await page.keyboard.press('t')
  await page.waitForFunction(() => [...document.querySelectorAll('aside select')].some((s) => s.value === 'erp'))
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.waitForFunction(() => document.querySelectorAll('aside ol > li').length === 2)
  await results.filter({ hasText: 'would send' }).getByText('POST https://api.example.com/x').first().waitFor() // seen without opening it
  await page.getByRole('button', { name: 'Send for real' }).click()
  await page.getByRole('group', { name: 'Send for real' }).getByText('POST https://api.example.com/x').waitFor()
  await focused(page, '[role=group]')
  assert.equal(await page.getByRole('button', { name: 'Run', exact: true }).count(), 0)
  assert.ok(await page.getByRole('button', { name: 'Yes, send it now' }).evaluate((b) => b.contains(document.elementFromPoint(...(({ x, y, width, height }) => [x + width / 2, y + height / 2])(b.getBoundingClientRect())))))
  assert.deepEqual(await axeFaults(page), [])
  await program.api('POST', '/flows', { id: 'ask', name: 'Ask', trigger: { kind: 'manual' }, steps: [{ id: 'ok', name: 'Ask the boss', action: 'wait', with: { approve: { text: '?' }, timeout: '1d' } }, { id: 'go', action: 'filter', with: { where: 'steps.ok.data.approved == true' } }] })
  await page.goto(`${program.base}/flows/ask?test`)
  for (const [answer, end] of [['is approved', 'Succeeded'], ['is rejected', 'Filtered']]) {
    await page.getByRole('combobox', { name: 'Ask the boss' }).selectOption({ label: answer })
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.locator('aside [aria-live] > p').getByText(end, { exact: false }).waitFor()
  }
  await page.context().close()
})

test('a value that is empty comes through export, import and the editing of its neighbours', async () => {
  const values = { none: null, name: 'Ana' }
  const flow = { id: 'hollow', name: 'Hollow', trigger: { kind: 'webhook' }, steps: [{ id: 'keep', action: 'set', with: { values } }, { id: 'send', action: 'http.request', with: { method: 'POST', url: 'https://api.example.com/', json: { values, list: [null, 1] } } }] }
  assert.equal((await program.api('POST', '/flows', flow)).status, 201)
  const { body: bundle } = await program.api('GET', '/export?flow=hollow')
  assert.equal((await program.api('DELETE', '/flows/hollow')).status, 204)
  assert.equal((await program.api('POST', '/import', bundle)).status, 200)
  const steps = async () => (await program.api('GET', '/flows/hollow')).body.flow.steps
  const page = await program.signedIn('/flows/hollow?step=keep')
  const first = page.getByLabel('Name 1', { exact: true })
  await first.fill('called')
  await until(async () => 'called' in (await steps())[0].with.values)
  assert.deepEqual((await steps())[0].with.values, { none: null, called: 'Ana' })
  await page.goto(`${program.base}/flows/hollow?step=send`)
  await page.getByText('Empty (null)').first().waitFor({ state: 'attached' })
  await page.locator('[data-field=url] .cm-content').fill('')
  await page.locator('[data-field=url] .cm-content').fill('https://api.example.com/x')
  await until(async () => (await steps())[1].with.url?.endsWith('/x'))
  assert.deepEqual((await steps())[1].with.json, { values, list: [null, 1] })
  await page.context().close()
})

test('what is hidden is picked from the data, a time zone is searched, the map says what steps do', async () => {
  const page = await program.signedIn('/flows/pay')
  await page.getByRole('button', { name: /More of this flow|Flow menu|More/ }).first().click()
  await page.getByRole('menuitem', { name: 'Flow settings' }).click()
  const settings = async () => (await program.api('GET', '/flows/pay')).body.flow.settings ?? {}
  await page.getByRole('combobox', { name: 'Hide in history' }).fill('name')
  await page.getByRole('option', { name: /Name/ }).first().click()
  await until(async () => JSON.stringify((await settings()).mask) === '["/name"]')
  await page.getByRole('combobox', { name: 'Time zone' }).fill('manaus')
  await page.getByRole('option', { name: /Manaus/ }).waitFor()
  await page.keyboard.press('Enter')
  await until(async () => (await settings()).timezone === 'America/Manaus')
  await page.getByLabel('A run may take').fill('2 h 30 min')
  await page.keyboard.press('Tab')
  await until(async () => (await settings()).timeout === '2h30m')
  assert.deepEqual(await axeFaults(page), [])
  await page.getByRole('button', { name: 'Show Name again' }).click()
  await until(async () => (await settings()).mask === undefined)
  await page.getByRole('button', { name: 'Map' }).click()
  await page.locator('svg').getByText('POST https://api.example.com/x').waitFor()
  await page.setViewportSize({ width: 300, height: 844 })
  await until(() => page.locator('[data-sideways]').evaluate((e) => e.scrollWidth <= e.clientWidth)) // it shrinks to fit
  assert.deepEqual(await axeFaults(page), [])
  await page.context().close()
})

test('a length of time is read as Brazil writes it', () => {
  for (const [text, read] of [['1h30', '1h30m'], ['1 h 30', '1h30m'], ['2 horas 15', '2h15m'], ['2 h 30 min', '2h30m'], ['1d', '1d'], ['30', undefined], ['30 s 5', undefined], ['5 min 30', undefined]]) assert.equal(parseDuration(text), read, text)
})

test('an action is found by what other tools call it', async () => {
  const { items } = (await program.api('GET', '/actions')).body
  for (const [q, kind] of [['aguardar', 'delay'], ['aguardar', 'wait'], ['aprovar', 'wait'], ['approve', 'wait'], ['iterador', 'loop'], ['iterator', 'loop'], ['juntar', 'transform'], ['merge', 'transform'], ['agregar', 'transform'], ['código', 'transform'], ['javascript', 'transform']]) assert.ok(groupsOf(items, q, {}).some((g) => g.actions.some((x) => x.kind === kind)), q)
  const found = (q) => groupsOf(items, q, {}).flatMap((g) => g.actions.map((x) => x.kind))
  for (const [q, kind] of [['avisar no slack', 'slack.post_message'], ['esperar 1 hora', 'delay'], ['wait 30 minutes', 'delay'], ['cancelar', 'stop'], ['outro evento', 'wait'], ['interromper', 'stop'], ['se não pagar em 1 hora', 'wait'], ['enviar mensagens pelo zap', 'whatsapp.send_template'], ['quero mandar e-mail para o cliente', 'email.send'], ['send an email to my customer', 'email.send']]) assert.ok(found(q).slice(0, 5).includes(kind), `${q}: ${found(q).slice(0, 8)}`)
  assert.match(groupsOf(items, 'chatgpt', {})[0].actions[0].kind, /^openai/)
})

test('a name that is given twice is told at its row, the first counts, and both can be a list', async () => {
  await program.api('POST', '/flows', { id: 'twice', name: 'Twice', trigger: { kind: 'webhook' }, steps: [{ id: 'get', action: 'http.request', with: { method: 'POST', url: 'https://api.example.com/x', query: { x: '1' }, json: { ok: 'sim' } } }] })
  const page = await program.signedIn('/flows/twice?step=get')
  const kept = async () => (await program.api('GET', '/flows/twice')).body.flow.steps[0].with
  for (const id of ['query', 'json']) {
    const field = page.locator(`[data-field=${id}]`)
    await field.getByRole('button', { name: 'Add', exact: true }).click()
    await field.getByRole('textbox', { name: 'Name 2' }).fill(id === 'query' ? 'x' : 'ok')
    await field.locator('[data-row="1"]').getByRole('textbox', { name: 'Value 2' }).last().fill('two')
    await field.getByText('A row above has this name').waitFor()
    await field.getByRole('textbox', { name: 'Name 1' }).pressSequentially('y') // whose name it is is told once it is written
    assert.equal(await field.getByRole('alert').count(), 0)
    await page.keyboard.press('Backspace')
    assert.equal(await field.getByRole('alert').count(), 0)
    await page.keyboard.press('Tab')
    await field.getByText('A row above has this name').waitFor()
  }
  await until(async () => JSON.stringify([(await kept()).query, (await kept()).json]) === '[{"x":"1"},{"ok":"sim"}]')
  await page.getByText('Draft saved').waitFor()
  await page.getByRole('treeitem', { name: /Webhook/ }).click()
  await page.locator('[data-field=json]').waitFor({ state: 'detached' })
  await page.getByRole('treeitem', { name: /HTTP/ }).click()
  for (const id of ['query', 'json']) {
    const row = page.locator(`[data-field=${id}] [data-row="1"]`)
    await row.getByText('A row above has this name').waitFor()
    await row.getByRole('textbox', { name: 'Value 2' }).last().getByText('two').waitFor()
  }
  await page.locator('[data-field=query]').getByRole('button', { name: 'Send both, as a list' }).click()
  await until(async () => JSON.stringify((await kept()).query) === '{"x":["1","two"]}')
  await page.locator('[data-field=json]').getByRole('textbox', { name: 'Name 2' }).fill('other')
  await until(async () => JSON.stringify((await kept()).json) === '{"ok":"sim","other":"two"}')
  assert.deepEqual(await axeFaults(page), [])
  await page.context().close()
})

test('an approval that is not asked about is told, and one click lets only a yes go on', async () => {
  await program.api('POST', '/flows', { id: 'okay', name: 'Okay', trigger: { kind: 'webhook' }, steps: [{ id: 'ask', action: 'wait', with: { approve: { text: 'Ok?' } } }, { id: 'say', action: 'log', with: { message: 'Go' } }] })
  const page = await program.signedIn('/flows/okay?step=ask')
  await page.getByText('the next steps also run when it is rejected').first().waitFor()
  await page.getByRole('button', { name: 'Go on only if approved' }).first().click()
  const steps = async () => (await program.api('GET', '/flows/okay')).body.flow.steps
  await until(async () => JSON.stringify((await steps()).map((s) => s.id)) === '["ask","approved","say"]')
  assert.equal((await steps())[1].with.where, 'steps.ask.data.approved == true')
  await page.getByRole('button', { name: 'Go on only if approved' }).waitFor({ state: 'detached' })
  await page.context().close()
})

/** inSight says whether all of an element can be seen in the window. */
const inSight = (place) => place.evaluate((e) => new Promise((done) => { new IntersectionObserver(([x]) => done(x.intersectionRatio > 0.9)).observe(e) }))

test('what asks before it sends is in sight, what was sent is told, and so are the results of a flow', async () => {
  const got = []
  const shop = createServer((req, res) => { got.push(req.url); res.end('{}') })
  await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve))
  await program.api('POST', '/flows', { id: 'real', name: 'Real', trigger: { kind: 'webhook' }, steps: [{ id: 'erp', action: 'http.request', with: { method: 'POST', url: `http://127.0.0.1:${shop.address().port}/order`, json: { n: 1 } } }] })
  await program.api('POST', '/flows/real/events', { event: { body: { amount: 1 } } })
  const page = await program.signedIn('/flows/real?step=erp', { viewport: { width: 1200, height: 420 } })
  const panel = page.getByRole('complementary')
  const send = async () => {
    await panel.getByRole('button', { name: 'Send for real' }).click()
    const yes = page.getByRole('button', { name: 'Yes, send it now' })
    await yes.waitFor()
    await until(() => inSight(yes))
    await yes.click()
    await panel.getByText(/^Sent for real at /).waitFor()
  }
  await page.getByRole('button', { name: 'Test step' }).click()
  await panel.getByText('nothing is sent', { exact: false }).waitFor()
  assert.deepEqual(got, [])
  await send()
  assert.equal(await panel.getByText('nothing is sent', { exact: false }).count(), 0)
  assert.deepEqual(got, ['/order'])
  await page.getByRole('button', { name: 'Test flow' }).first().click()
  await panel.getByText('Effects are held back: nothing leaves this machine.').waitFor()
  await panel.getByRole('button', { name: 'Run', exact: true }).click()
  await until(() => inSight(panel.getByText('succeeded', { exact: true }).first()))
  assert.deepEqual(got, ['/order'])
  await send()
  assert.equal(await panel.getByText('Effects are held back', { exact: false }).count(), 0)
  assert.deepEqual(got, ['/order', '/order'])
  await page.context().close()
  await new Promise((resolve) => { shop.close(resolve); shop.closeAllConnections() })
})

test('a clock is read and written in the zone of the flow, over its changes and from a day', () => {
  assert.equal(stampIn('America/Sao_Paulo', '2026-12-24T09:00'), '2026-12-24T09:00:00-03:00')
  assert.equal(stampIn('Europe/Berlin', '2026-03-29T01:30'), '2026-03-29T01:30:00+01:00')
  assert.equal(stampIn('Europe/Berlin', '2026-03-29T03:30'), '2026-03-29T03:30:00+02:00')
  assert.equal(stampIn('Asia/Kolkata', '2026-01-01T00:00'), '2026-01-01T00:00:00+05:30')
  assert.equal(stampIn('America/Sao_Paulo', ''), undefined)
  assert.equal(wallOf('America/Sao_Paulo', '2026-12-24T12:00:00Z'), '2026-12-24T09:00')
  assert.equal(wallOf('America/Sao_Paulo', '2026-12-31'), '2026-12-31T00:00')
  assert.equal(wallOf('America/Sao_Paulo', 'amanhã'), undefined)
})

test('a card says moments, days, phones, amounts and what a provider calls as people do', () => {
  const label = { en: 'Due', 'pt-BR': 'Vence' }
  const say = (field, value, more = {}) => sentenceOf({ id: 'a', action: 'x', with: { v: value } }, { fields: [{ id: 'v', label, ...field }], pattern: '{v}', labels: () => undefined, operators: { point: ',' }, say: (w) => w['pt-BR'], ...more }).map((p) => p.text ?? p.chip).join('')
  assert.equal(say({ type: 'date' }, '2026-12-24T09:00:00-03:00'), '24 de dez. de 2026, 09:00')
  assert.equal(say({ type: 'date', day: true }, '2026-12-31'), '31 de dez. de 2026')
  assert.equal(say({ type: 'date' }, 'until {{ trigger.body.due }}'), 'until Due')
  assert.equal(say({ type: 'phone' }, '+5511987654321'), '+55 11 98765-4321')
  assert.equal(say({ type: 'number', decimals: 2 }, 1199.9), '1.199,90')
  assert.equal(say({ type: 'select', live: true }, 'C012', { named: (field, value) => `#${field} ${value}` }), '#v C012')
})

test('each kind of field takes what it is for: a day, a moment, an amount, several options, a file; lengths are told in every way', async () => {
  const file = (name) => ({ name, base64: '{{ trigger.body.file }}' })
  await program.api('POST', '/connections', { name: 'hub', kind: 'github:token', fields: { token: 'github_pat_x' } })
  await program.api('POST', '/flows', { id: 'kinds', name: 'Kinds', settings: { timezone: 'America/Sao_Paulo' }, trigger: { kind: 'webhook' }, steps: [
    { id: 'charge', action: 'asaas.create_charge', with: { customer: 'cus_1', due_date: '2026-12-31' } },
    { id: 'pause', action: 'delay', with: { until: '2026-12-24T12:00:00Z' } },
    { id: 'issue', action: 'github.create_issue', connection: 'hub', with: { title: 'x', repo: 'a/b', labels: ['gone'] } },
    { id: 'sms', action: 'twilio.send_sms', with: { to: '{{ trigger.body.phone }}', from: '+15005550006', text: 'Pago {{ trigger.body.name }}' } },
    { id: 'mail', action: 'email.send', with: { to: ['a@b.example'], subject: 'x', markdown: 'x', attachments: [file('a.pdf')] } },
  ] })
  await program.api('POST', '/flows/kinds/events', { event: { body: { phone: '(11) 98765-4321', name: 'x'.repeat(170), file: 'JVBERg==' } } })
  const held = async (i) => (await program.api('GET', '/flows/kinds')).body.flow.steps[i].with
  const page = await program.signedIn('/flows/kinds?step=charge')
  const at = (id) => page.locator(`[data-field="${id}"]`)
  const to = (id) => page.locator(`[data-row=${id}]`).first().click()

  await until(() => at('due_date').locator('input[type=date]').inputValue().then((v) => v === '2026-12-31'))
  await at('due_date').locator('input[type=date]').fill('2026-12-05')
  await until(async () => (await held(0)).due_date === '2026-12-05')
  await at('value').locator('input[inputmode]').fill('1,199.9')
  await page.keyboard.press('Tab')
  await until(() => at('value').locator('input[inputmode]').inputValue().then((v) => v === '1,199.90'))
  await until(async () => (await held(0)).value === 1199.9)

  await to('pause')
  const until_ = at('until').locator('input[type=datetime-local]')
  await until(() => until_.inputValue().then((v) => v === '2026-12-24T09:00')) // the browser is in UTC
  await at('until').getByText('Thursday, December 24, 2026 at 9:00 AM · São Paulo').waitFor()
  await until_.fill('2026-12-25T10:30')
  await until(async () => (await held(1)).until === '2026-12-25T10:30:00-03:00')

  await page.route('**/options/labels', (route) => route.fulfill({ json: { items: [{ value: 'bug', label: 'Bug' }, { value: 'docs', label: 'Docs' }] } }))
  await to('issue')
  const labels = page.getByRole('combobox', { name: 'Labels' })
  await page.mouse.move(...await labels.boundingBox().then((b) => [b.x + 40, b.y + 10]))
  const before = await labels.boundingBox()
  await page.mouse.down()
  assert.deepEqual(await labels.boundingBox(), before) // nothing moves under the pointer
  await page.mouse.up()
  await page.getByRole('option', { name: 'Docs' }).click()
  await until(async () => JSON.stringify((await held(2)).labels) === '["gone","docs"]')
  await labels.fill('mine')
  await page.keyboard.press('Enter')
  await until(async () => JSON.stringify((await held(2)).labels) === '["gone","docs","mine"]')
  await page.getByRole('button', { name: 'Remove gone' }).click()
  await page.keyboard.press('Backspace')
  await until(async () => JSON.stringify((await held(2)).labels) === '["docs"]')
  assert.deepEqual(await axeFaults(page), [])

  await to('sms')
  await at('text').getByText('175/1,600 characters, 2 SMS').waitFor()
  await at('to').getByText('+5511••••').waitFor() // hidden, as the preview is
  await at('from').getByRole('combobox').click()
  await page.getByText('Choose the connection first.').waitFor()
  await page.keyboard.press('Escape')

  await to('mail')
  const name = at('attachments/0/name').locator('.cm-content')
  await name.fill('b.pdf')
  await until(async () => (await held(4)).attachments[0].name === 'b.pdf')
  assert.deepEqual((await held(4)).attachments, [file('b.pdf')])
  await at('attachments').getByRole('button', { name: 'Another' }).click()
  await at('attachments/1/name').locator('.cm-content').fill('c.txt')
  await at('attachments').getByText('Text', { exact: true }).last().click()
  await at('attachments/1/text').locator('.cm-content').fill('two')
  await until(async () => JSON.stringify((await held(4)).attachments[1]) === '{"name":"c.txt","text":"two"}')
  assert.deepEqual(await axeFaults(page), [])
  await page.context().close()
})

test('what could not be read says so in a line, and is read again; nothing of a person is shown meanwhile', async () => {
  await program.api('POST', '/flows', { id: 'away', name: 'Away', trigger: { kind: 'webhook' }, steps: [{ id: 'mail', action: 'email.send', with: { to: ['a@b.example'], subject: 'For {{ trigger.body.email }}', markdown: 'x' } }] })
  await program.api('POST', '/flows/away/events', { event: { body: { email: 'ana@example.com' } } })
  const page = await program.open()
  const gone = new Set(['connections', 'expression', 'schema', 'samples'])
  await page.route(/\/api\/v1\/(connections|expression|flows\/away\/(schema|samples))(\?|$)/, (route) => ([...gone].some((part) => route.request().url().includes(part)) ? route.fulfill({ status: 500, json: {} }) : route.continue()))
  await page.context().addCookies(await (await program.signedIn('/settings')).context().cookies())
  await page.goto(`${program.base}/flows/away?step=mail`)
  const subject = page.locator('[data-field=subject]')
  const read = async (part, place, text) => {
    const line = place.getByText(text)
    await line.waitFor()
    gone.delete(part)
    await line.getByRole('button', { name: 'Try again' }).click()
  }
  await read('connections', page.locator('[data-field=connection]'), 'The connections could not be read.')
  await page.getByRole('button', { name: 'New connection' }).waitFor()
  await read('expression', subject, 'The preview could not be read.')
  await subject.getByText('For ana•••@…').waitFor() // the event is not known yet
  await subject.locator('.cm-content').click()
  gone.delete('samples')
  await read('schema', page.getByRole('region', { name: /Data/ }), 'What past events hold could not be read.')
  await page.getByRole('treeitem', { name: /^Email/ }).first().waitFor()
  program.faults.splice(0, Infinity, ...program.faults.filter((f) => !f.includes('500')))
  await page.context().close()
})

test('nothing broke a rule of the content security policy, and no script failed', () => assert.deepEqual(program.faults, []))
