// What the builder tells of a flow's runs and events: the same before and after a reload, to everyone, and of nothing more than it knows.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ana, focused, start, until } from './program.mjs'

let program
before(async () => { program = await start({ flows: '' }) })
after(() => program?.close())

const line = (id, message) => ({ id, action: 'log', with: { message } })
const row = (page, id) => page.locator(`[data-row="${id}"]`)

/** published makes a flow that runs, and what sends it an event and waits for the run. */
async function published(id, steps) {
  assert.equal((await program.api('POST', '/flows', { id, name: id, trigger: { kind: 'webhook' }, steps })).status, 201)
  assert.equal((await program.api('POST', `/flows/${id}/publish`, {})).status, 200)
  return async (body) => {
    const { run } = (await program.api('POST', `/flows/${id}/events`, { event: { body } })).body
    await until(() => program.api('GET', `/runs/${run}`), (r) => r.body.ended)
  }
}

test('a badge says that it counts runs, of which time, and the same after a reload and to a viewer', async () => {
  const send = await published('counted', [line('all', 'x'), { id: 'some', action: 'filter', with: { where: 'trigger.body.id > 1' } }])
  for (const id of [1, 2, 3]) await send({ id })
  const page = await program.signedIn('/flows/counted', { locale: 'pt-BR' })
  const counted = async () => {
    await row(page, 'all').getByText('3 execuções', { exact: true }).waitFor()
    await row(page, 'some').getByText('2 de 3 execuções').waitFor()
    await page.getByTitle('nas últimas 24 horas 2 de 3 execuções seguiram daqui').waitFor()
    await page.getByRole('treeitem', { name: /3 execuções .*nas últimas 24 horas 3 de 3 execuções seguiram daqui/ }).waitFor()
  }
  await counted()
  await send({ id: 4 })
  await row(page, 'all').getByText('4 execuções', { exact: true }).waitFor() // soon, without a reload
  await page.reload()
  await row(page, 'some').getByText('3 de 4 execuções').waitFor()
  const vera = { name: 'Vera', email: 'vera@example.com', password: ana.password, role: 'viewer' }
  assert.equal((await program.api('POST', '/users', vera)).status, 201)
  const hers = await program.open()
  await hers.goto(`${program.base}/flows/counted`)
  await hers.getByLabel('E-mail').fill(vera.email)
  await hers.getByLabel('Password').fill(vera.password)
  await hers.keyboard.press('Enter')
  await row(hers, 'some').getByText('3 of 4 runs').waitFor()
  for (const p of [page, hers]) await p.context().close()
})

test('the badges of a loop and of its steps tell of the same run', async () => {
  const send = await published('rounds', [{ id: 'each', action: 'loop', when: 'trigger.body.go', with: { over: 'trigger.body.items' }, steps: [line('inner', 'x')] }])
  await send({ go: true, items: [1] })
  const page = await program.signedIn('/flows/rounds')
  await row(page, 'inner').getByText(/ms/).waitFor()
  await send({ go: false, items: [1] })
  await row(page, 'each').getByText('skipped').waitFor()
  await row(page, 'inner').getByText(/ms|run/).waitFor({ state: 'detached' })
  await page.context().close()
})

test('a loop that went on without some of its items is no plain success', async () => {
  const send = await published('some-lost', [{ id: 'each', action: 'loop', with: { over: 'trigger.body.items', on_item_error: 'continue' }, steps: [line('inner', '{{ item.name }}')] }])
  await send({ items: [{ name: 'x' }, {}] })
  const page = await program.signedIn('/flows/some-lost')
  const badge = row(page, 'each').getByText('2 items · 1 failed').locator('..')
  await badge.waitFor()
  assert.match(await badge.getAttribute('class'), /warn/)
  await page.context().close()
})

test('what the runs of a day say of a step stays, where a test does not reach it', async () => {
  const send = await published('partly', [line('first', 'x'), line('second', '{{ trigger.body.name }}')])
  await send({})
  const page = await program.signedIn('/flows/partly?step=first')
  const failed = row(page, 'second').getByText('failed')
  await failed.first().waitFor()
  const said = await row(page, 'second').innerText()
  await page.getByRole('button', { name: 'Test step' }).click()
  await page.getByRole('button', { name: 'Test again' }).waitFor()
  await row(page, 'first').getByText('ms').waitFor()
  assert.equal((await row(page, 'second').innerText()).includes('never tested'), false)
  await failed.first().waitFor()
  assert.match(said, /failed/)
  await page.context().close()
})

test('what changes calls a value of all elements of a list as its chip does', async () => {
  const all = '{{ join(map(trigger.body.items, #.title), ", ") }}'
  await published('joined', [line('say', `A ${all}`)])
  const flow = (await program.api('GET', '/flows/joined')).body.flow
  flow.steps[0].with.message = `B ${all}; C {{ join(map(trigger.body.items, #.title), "; ") }}`
  await program.api('PUT', '/flows/joined', flow)
  const page = await program.signedIn('/flows/joined')
  const panel = page.getByRole('complementary')
  await page.getByRole('button', { name: /^Publish/ }).first().click()
  await panel.getByText('Title of all items').first().waitFor()
  const said = (await panel.locator('ul').first().innerText()).replace(/\s+/g, ' ')
  assert.equal(said.match(/Title of all items/g)?.length, 2, said)
  assert.ok(!said.includes('", ")') && said.includes('join(map(trigger.body.items, #.title), "; ")'), said) // what is not as usual is shown
  await page.context().close()
})

test('a step that ran is not called untested once the person of its runs is erased', async () => {
  const send = await published('erased', [{ id: 'send', action: 'http.request', with: { method: 'POST', url: 'https://api.example.com', json: {} }, when: 'false' }])
  await send({ customer: { email: 'only@example.com' } })
  const page = await program.signedIn('/flows/erased')
  await row(page, 'send').getByText('skipped').waitFor()
  assert.equal((await program.api('DELETE', '/people/only@example.com')).status, 200)
  await until(() => program.api('GET', '/runs?flow=erased'), (r) => r.body.items[0].erased)
  await page.reload()
  await row(page, 'send').waitFor()
  await page.getByRole('button', { name: /^Publish/ }).first().click()
  await page.getByText('No problems').waitFor()
  assert.equal(await page.getByText('never tested').count(), 0)
  await page.context().close()
})

test('an event that is used as the sample is said to be, and one that is tested on can be left again', async () => {
  await published('kept', [line('say', '{{ trigger.body.id }}')]).then((send) => send({ id: 71 }))
  const page = await program.signedIn('/events?flow=kept')
  const open = () => page.getByRole('main').getByRole('listitem').first().getByRole('button').click()
  await open()
  await page.getByRole('button', { name: 'Use as sample' }).click()
  await page.getByText('This event is the sample of the flow now.').first().waitFor()
  await row(page, 'say').waitFor()
  assert.equal(await page.getByText('The data is that').count(), 0)
  await page.goto(`${program.base}/events?flow=kept`)
  await open()
  await page.getByRole('button', { name: 'Test the draft' }).click()
  await page.getByText('The data is that of the event of').waitFor()
  await page.getByRole('link', { name: 'Open its run' }).waitFor()
  await page.getByRole('button', { name: 'Use this event no more' }).click()
  await page.getByText('The data is that').waitFor({ state: 'detached' })
  await page.context().close()
})

test('a schedule has its sign and its words on the map, what is wrong too, and a moment to be tested with', async () => {
  await program.api('POST', '/flows', { id: 'plan', name: 'Plan', trigger: { kind: 'schedule', with: { cron: '0 8 * * *', timezone: 'America/Sao_Paulo' } }, steps: [{ ...line('say', 'At {{ trigger.at }}') }, { id: 'send', action: 'http.request', connection: 'later', with: { url: 'https://api.example.com' } }] })
  const page = await program.signedIn('/flows/plan', { locale: 'pt-BR' })
  await page.getByRole('treeitem', { name: /1 aviso/ }).waitFor()
  await page.getByRole('button', { name: 'Mapa' }).click()
  const map = page.locator('[data-sideways] svg').first()
  await map.getByText('Todo dia às 08:00').waitFor()
  await map.locator('.lucide-calendar-clock').waitFor()
  await map.getByText('1 aviso').waitFor()
  await page.getByRole('button', { name: 'Testar fluxo' }).click()
  await page.getByLabel('Momento agendado').waitFor()
  assert.equal(await page.getByText('Corpo do evento').count(), 0)
  await page.getByRole('button', { name: 'Executar', exact: true }).click()
  await page.getByText(/At 20\d\d-/).first().waitFor({ state: 'attached' })
  await page.getByRole('button', { name: /^Publicar/ }).first().click()
  await page.getByRole('heading', { name: '1 aviso', exact: true }).waitFor()
  await page.getByText('Ainda não existe a conexão “later”; as execuções vão esperar por ela.', { exact: true }).waitFor()
  await page.context().close()
})

test('a test says why the event was filtered in words, as runs do', async () => {
  const send = await published('unsaid', [{ id: 'some', action: 'filter', with: { where: 'present(trigger.body.email)' } }])
  await send({ id: 5 })
  const page = await program.signedIn('/flows/unsaid', { locale: 'pt-BR' })
  await page.getByRole('button', { name: 'Testar fluxo' }).click()
  await page.getByRole('button', { name: 'Executar', exact: true }).click()
  await page.locator('p').filter({ hasText: 'E-mail não tem valor' }).waitFor()
  assert.equal(await page.getByText('`').count(), 0)
  await page.context().close()
})

test('publishing leads to where a connection is made, and speaks of several steps in the plural', async () => {
  const call = (id) => ({ id, action: 'http.request', connection: id === 'one' ? 'later' : undefined, with: { url: 'https://api.example.com' } })
  await program.api('POST', '/flows', { id: 'leads', name: 'Leads', trigger: { kind: 'webhook' }, steps: [call('one'), call('two')] })
  const page = await program.signedIn('/flows/leads', { locale: 'pt-BR' })
  await page.getByRole('button', { name: /^Publicar/ }).first().click()
  await page.getByText('Estes passos nunca foram testados.', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Criar a conexão', exact: true }).click()
  await page.getByLabel(/^Token/).fill('t0ken')
  await page.getByRole('button', { name: 'Salvar', exact: true }).click()
  await page.getByRole('heading', { name: 'Publicar' }).waitFor()
  await page.getByRole('button', { name: 'Criar a conexão', exact: true }).waitFor({ state: 'detached' })
  await page.context().close()
})

/** seen says that all of an element is on the screen, and nothing over it. */
const seen = (locator) => locator.evaluate((e) => {
  const r = e.getBoundingClientRect()
  const inside = r.height > 0 && r.top >= 0 && r.left >= 0 && r.bottom <= innerHeight && r.right <= innerWidth
  return inside && e.contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2))
})

test('that the flow’s own tests fail is seen without scrolling, and leads to why; what changed in them is in words', async () => {
  const expect = (message) => ({ name: 'An order', event: { body: { id: 1 } }, expect: { steps: { note: { with: { message } } } } })
  await published('proved', [...Array.from({ length: 14 }, (_, i) => line(`line${i}`, 'x')), { ...line('note', 'Order {{ trigger.body.id }}'), name: 'Note' }])
  const { body } = await program.api('GET', '/flows/proved')
  const steps = body.flow.steps.map((s) => ({ ...s, with: { message: `${s.with.message}.` } }))
  await program.api('PUT', '/flows/proved', { ...body.flow, steps, tests: [expect('Order 1')] })
  for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
    const page = await program.signedIn('/flows/proved', { locale: 'pt-BR', viewport })
    const panel = page.getByRole('complementary')
    const alert = panel.getByRole('alert')
    await page.getByRole('button', { name: /^Publicar/ }).first().click()
    await panel.getByText('O teste “An order” foi adicionado').waitFor()
    await alert.getByText('Um teste do fluxo falha: “An order”').waitFor()
    assert.ok(await seen(alert), `before publishing, at ${viewport.width}`)
    const refused = page.waitForResponse((r) => r.url().endsWith('/publish'))
    await panel.getByRole('button', { name: 'Publicar r2' }).click()
    await refused
    assert.ok(await seen(alert), `refused, at ${viewport.width}`)
    await alert.getByRole('button', { name: 'Ver por quê' }).press('Enter')
    const part = panel.getByRole('region', { name: '1 teste falha' })
    await focused(page, part)
    assert.notEqual(await part.evaluate((e) => getComputedStyle(e).outlineStyle), 'none')
    await until(() => seen(panel.getByText('Note › campos › message')))
    await panel.getByText('“Order 1.”', { exact: true }).waitFor()
    await page.context().close()
  }
  const page = await program.signedIn('/flows/proved')
  await page.getByRole('button', { name: /^Publish/ }).first().click()
  await page.getByRole('button', { name: 'Publish although tests fail' }).click()
  await page.getByText('Published as r2').first().waitFor()
  await program.api('PUT', '/flows/proved', { ...body.flow, steps, tests: [{ ...expect('Order 2'), name: 'An order' }, expect('Order 1.')].map((x, i) => ({ ...x, name: ['An order', 'Another'][i] })) })
  await page.reload()
  await page.getByRole('button', { name: /^Publish r3/ }).first().click()
  await page.getByText('The test “An order”: it expects other values of “Note”').waitFor()
  await page.context().close()
})

test('a refusal goes once the draft is mended, and changes that could not be had say so', async () => {
  const draft = (message) => ({ id: 'refused', name: 'Refused', trigger: { kind: 'webhook' }, steps: [line('note', message)], tests: [{ name: 'An order', event: { body: { id: 1 } }, expect: { steps: { note: { with: { message: 'x' } } } } }] })
  await published('refused', [line('note', 'w')])
  await program.api('PUT', '/flows/refused', draft('y'))
  const page = await program.signedIn('/')
  await page.route('**/flows/refused/diff', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"code":"busy","detail":"the store is busy"}' }))
  await page.goto(`${program.base}/flows/refused`)
  await page.getByRole('button', { name: /^Publish/ }).first().click()
  const panel = page.getByRole('complementary')
  await panel.getByText('The store is busy').waitFor()
  await page.unroute('**/flows/refused/diff')
  await panel.getByRole('button', { name: 'Try again' }).click()
  await panel.getByText('The test “An order” was added').waitFor()
  const refused = page.waitForResponse((r) => r.url().endsWith('/publish') && r.status() === 409)
  await panel.getByRole('button', { name: 'Publish r2' }).click()
  await refused
  const anyway = panel.getByRole('button', { name: 'Publish although tests fail' })
  await anyway.waitFor()
  await program.api('PUT', '/flows/refused', draft('x'))
  await panel.getByText('1 test passes').waitFor()
  await anyway.waitFor({ state: 'detached' })
  assert.equal(await panel.getByRole('alert').count(), 0)
  await page.context().close()
})

test('publishing a schedule speaks of its next run, not of events; each trigger of what starts it', async () => {
  const save = (id, trigger) => program.api('POST', '/flows', { id, name: id, trigger, steps: [line('say', 'x')] })
  await save('by-clock', { kind: 'schedule', with: { cron: '0 8 * * *', timezone: 'America/Sao_Paulo' } })
  await save('by-call', { kind: 'call' })
  await save('by-hand', { kind: 'manual' })
  for (const [locale, publish, next, starts] of [
    ['en', /^Publish/, /^Next run: .+20\d\d.+8:00.+\(São Paulo\)\.$/, { 'by-clock': 'the schedule starts it', 'by-call': 'other flows can call it', 'by-hand': 'started by hand' }],
    ['pt-BR', /^Publicar/, /^Próxima execução: .+20\d\d.+8:00.+\(São Paulo\)\.$/, { 'by-clock': 'o agendamento inicia o fluxo', 'by-call': 'outros fluxos podem chamá-lo', 'by-hand': 'iniciado à mão' }],
  ]) {
    for (const [id, words] of Object.entries(starts)) {
      const page = await program.signedIn(`/flows/${id}`, { locale })
      await page.getByRole('button', { name: publish }).first().click()
      const panel = page.getByRole('complementary')
      await panel.getByText(words).waitFor()
      if (id === 'by-clock') await panel.getByText(next).waitFor()
      assert.doesNotMatch(await panel.innerText(), /event|URL/i)
      await page.context().close()
    }
  }
  await save('of-the-server', { kind: 'schedule', with: { cron: '0 8 * * *', timezone: 'posix/America/Sao_Paulo' } })
  const page = await program.signedIn('/flows/of-the-server')
  await page.getByRole('button', { name: /^Publish/ }).first().click()
  await page.getByText(/^Next run: .+20\d\d.+8:00.+\(São Paulo\)\.$/).waitFor() // a zone that no browser knows
  await page.context().close()
})

test('a flow that becomes a schedule is in the zone of the instance, however late that is known', async () => {
  const { now } = (await program.api('GET', '/instance')).body
  assert.equal((await program.api('PUT', '/instance', { ...now, timezone: 'America/Manaus' })).status, 200)
  await program.api('POST', '/flows', { id: 'zoned', name: 'Zoned', trigger: { kind: 'webhook' }, steps: [] })
  const page = await program.signedIn('/flows/zoned', { timezoneId: 'Europe/Lisbon' })
  let about
  await page.route('**/api/v1/about', (route) => { about = route })
  await page.getByRole('treeitem').first().click()
  await until(() => about)
  await page.getByRole('combobox', { name: 'What starts it' }).selectOption('schedule')
  await about.continue()
  await until(async () => (await program.api('GET', '/flows/zoned')).body.flow.trigger.with?.timezone === 'America/Manaus')
  await page.context().close()
})

test('what was chosen since a schedule asked for the zone of the instance stays', async () => {
  await program.api('POST', '/flows', { id: 'chosen', name: 'Chosen', trigger: { kind: 'webhook' }, steps: [] })
  const page = await program.signedIn('/flows/chosen', { timezoneId: 'Europe/Lisbon' })
  const trigger = async () => (await program.api('GET', '/flows/chosen')).body.flow.trigger
  let about
  await page.route('**/api/v1/about', (route) => { about = route })
  await page.getByRole('treeitem').first().click()
  await until(() => about)
  const kind = page.getByRole('combobox', { name: 'What starts it' })
  await kind.selectOption('schedule')
  await until(trigger, (x) => x.kind === 'schedule' && x.with.timezone === 'Europe/Lisbon')
  await kind.selectOption('manual')
  await until(trigger, (x) => x.kind === 'manual')
  const answered = page.waitForResponse('**/api/v1/about')
  await about.continue()
  await answered
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await until(trigger, (x) => x.kind === 'schedule' && x.with.timezone === 'Europe/Lisbon')
  await page.context().close()
})

test('what changes keeps a quotation mark with the data that it opens, and speaks of events in the plural', async () => {
  const send = await published('quoted', [line('say', 'x'), { id: 'some', action: 'filter', with: { where: 'trigger.body.id > 1' } }])
  for (const id of [5, 6]) await send({ id })
  const flow = (await program.api('GET', '/flows/quoted')).body.flow
  flow.steps[0].with.message = '{{ trigger.body.id }}'
  flow.steps[1].with.where = 'trigger.body.id > 9'
  await program.api('PUT', '/flows/quoted', flow)
  const page = await program.signedIn('/flows/quoted', { locale: 'pt-BR' })
  await page.getByRole('button', { name: /^Publicar/ }).first().click()
  const chip = page.getByRole('complementary').getByTitle('trigger.body.id', { exact: true }).first()
  assert.equal(await chip.evaluate((e) => `${e.parentElement.textContent} ${getComputedStyle(e.parentElement).whiteSpaceCollapse} ${getComputedStyle(e.parentElement).textWrapMode}`), '“Id” collapse nowrap')
  await page.getByRole('button', { name: 'Comparar agora' }).click()
  await page.getByText('2 eventos', { exact: true }).first().waitFor()
  await page.getByRole('complementary').getByText('concluídos', { exact: true }).waitFor()
  await page.getByRole('complementary').getByText('filtrados', { exact: true }).waitFor()
  await page.context().close()
})

test('before the first publish, what would become of each event that came is told, the failing ones first, and each opens', async () => {
  const say = (id, text) => ({ id, action: 'http.request', with: { url: `http://127.0.0.1:9/${text}` } })
  const steps = [{ id: 'some', action: 'filter', with: { where: 'trigger.body.total_price > 10' } }, say('one', 'a'), say('two', '{{ trigger.body.note }}')]
  await program.api('POST', '/flows', { id: 'fresh', name: 'fresh', trigger: { kind: 'webhook', where: 'trigger.body.id > 0' }, steps })
  for (const body of [{ id: 0 }, { id: 1, total_price: 5 }, { id: 2, total_price: 20, note: 'x' }, { id: 3, total_price: 30, note: 'y' }, { id: 4, total_price: 40 }]) await program.api('POST', '/flows/fresh/events', { event: { body } })
  const page = await program.signedIn('/flows/fresh')
  const panel = page.getByRole('complementary')
  await page.getByRole('button', { name: 'Publish r1' }).first().click()
  await panel.getByText('HTTP request (two) › URL').first().waitFor()
  await panel.getByText('Note is present in 2 of 4 events').waitFor()
  await panel.getByRole('button', { name: 'Try now' }).click()
  await panel.getByText('2 succeeded').waitFor()
  await panel.getByText('2 filtered').waitFor()
  const groups = await panel.locator('li:has(> details) > div').allInnerTexts()
  assert.deepEqual(groups.map((g) => g.split('\n').filter(Boolean).slice(2).join(' | ')), [
    'HTTP request (two) fails: field “URL”: Note is missing | Goes through Filter, HTTP request (one)',
    'Goes through Filter, HTTP request (one), HTTP request (two)', 'Filter stops the run', 'The condition of the trigger lets none of them pass.',
  ])
  await panel.getByText('Show the 2 events').click()
  await panel.getByText('HTTP request (two) would send').first().waitFor()
  await panel.getByText('http://127.0.0.1:9/y').waitFor()
  await panel.getByRole('link', { name: 'Open the event' }).first().click()
  await page.getByRole('dialog').getByText('total_price').first().waitFor()
  await page.context().close()
})

test('a first trial shows an e-mail as it is read, wraps what an event is called, and is a test of the steps that it ran', async () => {
  await program.api('POST', '/connections', { name: 'post', kind: 'smtp', fields: { host: '127.0.0.1', port: '9', security: 'none', from: 'shop@example.com' } })
  await program.api('POST', '/flows', { id: 'letter', name: 'letter', trigger: { kind: 'webhook' }, steps: [{ id: 'mail', action: 'email.send', connection: 'post', with: { to: 'desk@example.com', subject: 'Order {{ trigger.body.id }}', text: 'It is **paid**' } }] })
  await program.api('POST', '/flows/letter/events', { event: { body: { id: 9 } } })
  const page = await program.signedIn('/flows/letter')
  const panel = page.getByRole('complementary')
  await page.getByRole('button', { name: 'Publish r1' }).first().click()
  const untested = panel.getByText('This step has never been tested.')
  await untested.waitFor()
  await panel.getByRole('button', { name: 'Try now' }).click()
  await panel.getByText('1 succeeded').waitFor()
  await untested.waitFor({ state: 'detached' })
  await panel.locator('li > details > summary').first().click()
  await panel.getByText('Order 9', { exact: true }).waitFor()
  assert.equal(await panel.getByText('"subject"').locator('visible=true').count(), 0)
  await page.context().close()
})

test('what changes calls data by its label and writes numbers as the language does; twins of one label have their paths, and a published revision no button', async () => {
  const send = await published('twins', [line('say', '{{ trigger.body.shipping.Email }}'), { id: 'some', action: 'filter', with: { where: 'trigger.body.total_price > 1000' } }])
  await send({ total_price: 5, shipping: { email: 'a', Email: 'b' } })
  const flow = (await program.api('GET', '/flows/twins')).body.flow
  flow.steps[0].with.message = '{{ trigger.body.shipping.email }}'
  flow.steps[1].with.where = 'trigger.body.total_price > 1200.5'
  await program.api('PUT', '/flows/twins', flow)
  const page = await program.signedIn('/flows/twins', { locale: 'pt-BR', viewport: { width: 390, height: 844 } })
  const panel = page.getByRole('dialog').or(page.getByRole('complementary'))
  await page.getByRole('button', { name: /^Publicar/ }).first().click()
  await panel.getByText('é maior que 1200,5').waitFor()
  const said = (await panel.locator('ul').first().innerText()).replace(/\s+/g, ' ')
  assert.ok(said.includes('quando Total é maior que 1200,5; antes, quando Total é maior que 1000'), said)
  assert.ok(said.includes('(shipping.email)') && said.includes('(shipping.Email)'), said)
  const publish = panel.getByRole('button', { name: 'Publicar r2' })
  const { width, height } = await publish.boundingBox()
  assert.ok(width > 330 && height >= 44, `${width} × ${height}`)
  await publish.click()
  await page.getByRole('button', { name: 'Publicado r2' }).click()
  await panel.getByText('r2 está publicada.').waitFor()
  assert.equal(await panel.getByRole('button', { name: /Publicar/ }).count(), 0)
  await page.context().close()
})

test('examples hide who people are in all of the builder, until one eye shows them, as long as the session', async () => {
  const send = await published('veiled', [line('say', 'For {{ upper(trigger.body.customer.name) }}, {{ trigger.body.customer.email }}, order {{ trigger.body.id }}')])
  await send({ id: 77, customer: { name: 'Rita Lobo', email: 'rita@example.com' } })
  const page = await program.signedIn('/flows/veiled?step=say')
  const clear = page.getByText(/rita@example\.com/i).locator('visible=true')
  const preview = page.locator('[data-preview]')
  await preview.getByText('For RITA LOBO, rit•••@…, order 77').waitFor()
  await page.getByRole('button', { name: 'Test step' }).click()
  await page.getByText('For RITA LOBO, rit•••@…, order 77').first().waitFor()
  await page.getByText('77 · Rita Lobo').first().waitFor() // the title of the event is that of its run
  assert.equal(await clear.count(), 0)
  await page.getByRole('button', { name: 'Test flow' }).click()
  await page.getByText('Personal data is hidden. Show it to change the body.').waitFor()
  assert.equal(await clear.count(), 0)
  await page.getByRole('button', { name: 'Show personal data' }).click()
  await page.getByRole('textbox', { name: 'Event body (JSON)' }).getByText('"rita@example.com"').waitFor()
  await page.goto(`${program.base}/flows/veiled?step=trigger`)
  await page.getByText('rita@example.com').first().waitFor()
  await page.goto(`${program.base}/flows/veiled?step=say`)
  await preview.getByText('For RITA LOBO, rita@example.com, order 77').waitFor()
  await preview.locator('..').getByRole('button', { name: 'Hide personal data' }).click()
  await preview.getByText('For RITA LOBO, rit•••@…').waitFor()
  await page.goto(`${program.base}/runs?flow=veiled`)
  await page.getByText('Rita Lobo').first().waitFor() // a run is read by who may read it
  await page.context().close()
})

test('what a request would be names its connection in words', async () => {
  await program.api('POST', '/connections', { name: 'crm', kind: 'http_bearer', fields: { token: 'secret' }, hosts: ['crm.example.com'] })
  await program.api('POST', '/flows', { id: 'asks', name: 'Asks', trigger: { kind: 'manual' }, steps: [{ id: 'ask', action: 'http.request', connection: 'crm', with: { method: 'POST', url: 'https://crm.example.com/x', json: { a: 1 } } }] })
  const page = await program.signedIn('/flows/asks?step=ask', { locale: 'pt-BR' })
  await page.getByRole('button', { name: 'Testar passo' }).click()
  await page.getByRole('region', { name: 'Enviaria' }).getByText('Conexão: crm').waitFor()
  assert.equal(await page.getByText('{"connection"').count(), 0)
  await page.context().close()
})

test('a value that holds words of the flow alone has nothing to show', async () => {
  const send = await published('own-words', [line('say', 'Cliente, order {{ trigger.body.id }}, for {{ trigger.body.customer.first_name }}'), line('mine', '{{ trigger.body.segment }}'), line('more', 'Cliente')])
  await send({ id: 77, segment: 'Cliente', customer: { first_name: 'Cliente' } })
  const page = await program.signedIn('/flows/own-words?step=mine')
  const preview = page.locator('[data-preview]')
  await preview.getByText('Cliente', { exact: true }).waitFor()
  assert.equal(await preview.locator('..').getByRole('button').count(), 0)
  await page.context().close()
})

test('what somebody else saved while one publishes is shown first, and published by the next press', async () => {
  await published('shared', [line('note', 'one')])
  const save = async (message, name) => {
    const { flow } = (await program.api('GET', '/flows/shared')).body
    assert.equal((await program.api('PUT', '/flows/shared', { ...flow, name: name ?? flow.name, steps: [line('note', message)] })).status, 200)
  }
  await save('two')
  const page = await program.signedIn('/flows/shared', { locale: 'pt-BR' })
  await page.route('**/publish', async (route) => { // a colleague is a moment earlier
    await save('two', 'Dela')
    await route.continue()
  }, { times: 1 })
  const panel = page.getByRole('complementary')
  await page.getByRole('button', { name: /^Publicar/ }).first().click()
  await panel.getByText('“two”').first().waitFor()
  await panel.getByRole('button', { name: 'Publicar r2' }).click()
  await panel.getByText('Alguém salvou mudanças nesse meio tempo. Veja o que muda agora e então publique.').waitFor()
  await panel.getByText(/Dela/).first().waitFor()
  assert.equal((await program.api('GET', '/flows/shared')).body.published_rev, 1)
  await panel.getByRole('button', { name: 'Publicar r2' }).click()
  await page.getByText('Publicado como r2').first().waitFor()
  assert.equal((await program.api('GET', '/flows/shared')).body.changed, false)
  await page.context().close()
})

test('nothing broke a rule of the content security policy, and no script failed', () => assert.deepEqual(program.faults, []))
