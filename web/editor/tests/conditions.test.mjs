// Conditions as somebody who has never written one builds them: events come to the address of a
// new flow, and everything else is clicked.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ana, axeFaults, start, until } from './program.mjs'

let program
before(async () => { program = await start({ flows: '' }) })
after(async () => {
  await program?.close()
  assert.deepEqual(program?.faults, [])
})

/** arrived makes a flow and sends events to its address, as a shop does. */
async function arrived(id, bodies) {
  const made = await program.api('POST', '/flows', { id, name: id, trigger: { kind: 'webhook' }, steps: [] })
  assert.equal(made.status, 201)
  const url = new URL(made.body.url ?? made.body.flow.url, program.base)
  for (const body of bodies) assert.ok((await fetch(program.base + url.pathname, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).ok)
  await until(async () => (await program.api('GET', `/flows/${id}/schema`)).body.events, (n) => n === bodies.length)
}

const where = async (id) => (await program.api('GET', `/flows/${id}`)).body.flow.trigger.where

/** builder opens the conditions of the trigger. */
async function builder(id) {
  const page = await program.signedIn(`/flows/${id}?step=trigger`, { locale: 'pt-BR' })
  await page.getByRole('button', { name: 'Somente alguns eventos' }).click()
  await page.getByRole('combobox', { name: 'Campo' }).waitFor()
  return page
}

/** again opens what was saved anew. */
const again = (page, id) => page.goto(`${program.base}/flows/${id}?step=trigger`)

async function choose(page, field, comparison) {
  await page.getByRole('combobox', { name: 'Campo' }).fill(field)
  await page.getByRole('option', { name: new RegExp(field, 'i') }).first().click()
  if (comparison) await page.getByRole('combobox', { name: 'Comparação' }).selectOption({ label: comparison })
}

test('states are offered and written whole, and a person is an example that is never written', async () => {
  await arrived('estados', [{ situacao: 'Pago' }, { situacao: 'Aguardando pagamento' }, { situacao: 'Cancelado' }, { situacao: 'Pago' }].map((e, i) => ({ ...e, cliente: ['Ana', 'Bia', 'Caio', 'Davi'][i] })))
  const page = await builder('estados')
  const likely = page.getByRole('group', { name: 'Condições prováveis' })
  assert.equal(await likely.getByRole('button').first().textContent(), 'Status é igual a Pago ×2')
  await choose(page, 'Status')
  await page.getByRole('combobox', { name: 'Valor' }).click()
  await page.getByRole('option', { name: 'Aguardando pagamento' }).click()
  await until(() => where('estados'), (w) => w === 'trigger.body.situacao == "Aguardando pagamento"')
  await page.getByText('1 dos últimos 4 eventos passa').waitFor()
  await choose(page, 'Cliente')
  const value = page.getByRole('textbox', { name: 'Valor' })
  await value.waitFor()
  assert.match(await value.getAttribute('placeholder'), /^como .•••$/)
  assert.doesNotMatch(await where('estados'), /•/)
  await page.context().close()
})

test('a value that is typed stays when one clicks away', async () => {
  await arrived('clique', [{ total: 350, pago: 'sim' }, { total: 80, pago: 'não' }, { total: 2000, pago: 'sim' }])
  const page = await builder('clique')
  for (const [field, comparison, typed, written] of [['Total', 'é maior que', '1.500,00', 'trigger.body.total > 1500'], ['Pago', 'é igual a', 'talvez', 'trigger.body.pago == "talvez"']]) {
    await choose(page, field, comparison)
    await page.getByRole('combobox', { name: 'Valor' }).fill(typed)
    await page.getByRole('heading', { name: 'Gatilho' }).or(page.getByRole('heading', { name: 'Webhook' })).first().click()
    await until(() => where('clique'), (w) => w === written)
    await again(page, 'clique')
    await page.getByRole('combobox', { name: 'Campo' }).waitFor()
  }
  await page.context().close()
})

test('what is typed while the server is away is told, kept over a closed panel, and saved once it answers', async () => {
  await arrived('longe', [{ total: 5 }])
  const page = await builder('longe')
  await choose(page, 'Total', 'é maior que')
  const value = page.getByRole('combobox', { name: 'Valor' })
  await value.fill('1')
  await page.keyboard.press('Tab')
  await until(() => where('longe'), (w) => w === 'trigger.body.total > 1')
  await page.route('**/api/v1/expression', (route) => (route.request().postDataJSON().condition ? route.abort() : route.fallback()))
  await value.fill('77')
  await page.keyboard.press('Tab')
  await page.getByText('Ainda não foi salva; tentando de novo: O servidor não responde.').waitFor()
  await page.getByRole('button', { name: 'Fechar' }).click()
  await value.waitFor({ state: 'detached' })
  await page.locator('main').getByText('Webhook').first().click()
  await until(() => value.inputValue(), (v) => v === '77')
  await page.getByText('Ainda não foi salva').waitFor()
  assert.equal(await where('longe'), 'trigger.body.total > 1')
  await page.locator('header').getByRole('button', { name: /^Publicar/ }).click()
  await page.locator('aside').getByRole('button', { name: /^Publicar/ }).click()
  await page.getByText('A condição de “Gatilho” ainda não foi salva').waitFor()
  await page.getByText('Ainda não foi salva; tentando de novo').waitFor() // it was opened
  await page.locator('aside').getByRole('button', { name: 'Fechar', exact: true }).click()
  await page.unroute('**/api/v1/expression')
  await until(() => where('longe'), (w) => w === 'trigger.body.total > 77')
  await page.getByText('Ainda não foi salva').waitFor({ state: 'detached' })
  await page.context().close()
})

test('rows that are half typed, or typed while the server is away, are there after a reload, and the bar says so', async () => {
  await arrived('metade', [{ total: 5, status: 'paid' }])
  const page = await builder('metade')
  await choose(page, 'Total', 'é maior que')
  await page.getByRole('combobox', { name: 'Valor' }).focus()
  const bar = page.locator('header')
  await bar.getByText('Salvo, menos uma condição').waitFor()
  const open = page.getByText('Ainda não foi salva: escolha um valor.')
  await open.waitFor()
  const reload = async () => {
    await again(page, 'metade')
    await page.getByRole('combobox', { name: 'Campo' }).first().waitFor()
  }
  await reload()
  assert.deepEqual([await page.getByRole('combobox', { name: 'Campo' }).inputValue(), await page.getByRole('combobox', { name: 'Comparação' }).inputValue()], ['Total', 'greater'])
  await bar.getByText('Salvo, menos uma condição').waitFor()
  await page.route('**/api/v1/expression', away)
  const value = page.getByRole('combobox', { name: 'Valor' })
  await value.fill('77')
  await page.keyboard.press('Tab')
  await page.getByText('Ainda não foi salva; tentando de novo').waitFor()
  assert.equal(await open.count(), 0)
  await bar.getByText('Salvo, menos uma condição').waitFor()
  await value.fill('78') // and not left
  await reload()
  assert.equal(await value.inputValue(), '78')
  assert.equal(await where('metade'), undefined)
  await page.unroute('**/api/v1/expression', away)
  await until(() => where('metade'), (w) => w === 'trigger.body.total > 78')
  await bar.getByText(/^Rascunho salvo/).waitFor()
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('draft:'))), [])
  await page.context().close()
})

const away = (route) => (route.request().postDataJSON().condition ? route.abort() : route.fallback())

/** entered opens a flow in a session of its own, which may be ended. */
async function entered(path) {
  const page = await program.open({ locale: 'pt-BR' })
  await page.request.post(`${program.base}/api/v1/session`, { data: { email: ana.email, password: ana.password }, headers: { Origin: program.base } })
  await page.goto(program.base + path)
  return page
}

test('who signs out leaves nothing that is typed behind, and who comes next is offered none of it', async () => {
  await arrived('saida', [{ email: 'a@example.com', total: 5 }])
  await program.api('POST', '/users', { name: 'Rui', email: 'rui.rows@example.com', password: ana.password, role: 'editor' })
  const page = await entered('/flows/saida?step=trigger')
  await page.getByRole('button', { name: 'Somente alguns eventos' }).click()
  let asked = 0
  await page.route('**/api/v1/expression', (route) => {
    if (route.request().postDataJSON().condition) asked++
    return away(route)
  })
  await choose(page, 'Total', 'é maior que')
  await page.getByRole('combobox', { name: 'Valor' }).fill('4321')
  await page.keyboard.press('Tab')
  await page.getByText('Ainda não foi salva; tentando de novo').waitFor()
  await page.evaluate(() => { history.pushState(null, '', '/') }) // as a link does
  await page.getByRole('button', { name: /^AS / }).click()
  await page.getByRole('menuitem', { name: 'Sair' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Apagá-las e sair' }).click()
  await page.getByLabel('E-mail').waitFor()
  const left = () => page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('draft:')))
  await until(left, (keys) => keys.length === 0)
  const before = asked
  await page.evaluate(() => dispatchEvent(new Event('online'))) // what still waits is tried at once
  await page.getByLabel('E-mail').fill('rui.rows@example.com')
  await page.getByLabel('Senha', { exact: true }).fill(ana.password)
  await page.getByRole('button', { name: 'Entrar', exact: true }).click()
  await page.getByRole('link', { name: 'saida' }).first().click()
  await page.locator('[data-row=trigger]').click()
  await page.getByRole('button', { name: 'Somente alguns eventos' }).click()
  await page.evaluate(() => dispatchEvent(new Event('online')))
  assert.equal(await page.getByRole('combobox', { name: 'Valor' }).count(), 0)
  assert.equal(asked, before)
  assert.deepEqual(await left(), [])
  await page.context().close()
})

test('a step that is added has nothing of the one before it, though both are called alike', async () => {
  await arrived('filtros', [{ total: 5 }])
  const { draft_rev } = (await program.api('GET', '/flows/filtros')).body
  const steps = [{ id: 'filter', name: 'Peneira', action: 'filter', with: {} }]
  const put = await program.api('PUT', '/flows/filtros', { id: 'filtros', name: 'filtros', trigger: { kind: 'webhook' }, steps }, { 'If-Match': String(draft_rev) })
  assert.equal(put.status, 200)
  const page = await program.signedIn('/flows/filtros?step=filter', { locale: 'pt-BR' })
  await page.route('**/api/v1/expression', away)
  await choose(page, 'Total', 'é maior que')
  await page.getByRole('combobox', { name: 'Valor' }).fill('77')
  await page.keyboard.press('Tab')
  await page.getByText('Ainda não foi salva; tentando de novo').waitFor()
  await page.getByRole('button', { name: 'Fechar', exact: true }).click()
  await page.locator('[data-row=filter]').focus()
  await page.keyboard.press('Delete')
  await page.locator('[data-row=filter]').waitFor({ state: 'detached' })
  await until(() => page.evaluate(() => Object.keys(localStorage).filter((k) => k.includes('filtros filter'))), (kept) => kept.length === 0)
  await page.unroute('**/api/v1/expression', away)
  await page.locator('[data-row=trigger]').focus()
  await page.keyboard.press('a')
  await page.getByRole('combobox').fill('filter')
  await page.getByRole('option').first().click()
  await page.getByRole('combobox', { name: 'Campo' }).waitFor()
  assert.equal(await page.getByRole('combobox', { name: 'Campo' }).inputValue(), '')
  assert.equal(await page.getByRole('combobox', { name: 'Valor' }).count(), 0)
  await until(async () => (await program.api('GET', '/flows/filtros')).body.flow.steps, (all) => all.length === 1 && all[0].id === 'filter' && !all[0].name)
  assert.equal((await program.api('GET', '/flows/filtros')).body.flow.steps[0].with?.condition, undefined)
  await page.context().close()
})

test('what is typed for a path goes where the path goes, and with it when it is removed', async () => {
  await arrived('caminhos', [{ total: 5 }])
  const { draft_rev } = (await program.api('GET', '/flows/caminhos')).body
  const steps = [{ id: 'split', name: 'Divide', action: 'branch', branches: ['Um', 'Dois'].map((name) => ({ name, when: 'true', steps: [] })) }]
  assert.equal((await program.api('PUT', '/flows/caminhos', { id: 'caminhos', name: 'caminhos', trigger: { kind: 'webhook' }, steps }, { 'If-Match': String(draft_rev) })).status, 200)
  const page = await program.signedIn('/flows/caminhos?step=split', { locale: 'pt-BR' })
  await page.route('**/api/v1/expression', away)
  const fields = page.getByRole('combobox', { name: 'Campo' })
  await fields.nth(1).waitFor()
  await fields.first().fill('Total')
  await page.getByRole('option', { name: /Total/ }).first().click()
  await page.getByRole('combobox', { name: 'Comparação' }).first().selectOption({ label: 'é maior que' })
  await page.getByRole('combobox', { name: 'Valor' }).first().fill('77')
  await page.keyboard.press('Tab')
  await page.getByText('Ainda não foi salva; tentando de novo').waitFor()
  const typed = () => fields.evaluateAll((all) => all.map((f) => f.value))
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((k) => k.includes('caminhos split')).map((k) => k.split(' ').at(-1)))
  await page.locator('[data-row="split/0"]').focus()
  await page.keyboard.press('Alt+ArrowDown')
  await until(typed, (t) => t.join() === ',Total')
  await until(kept, (k) => k.join() === 'branches/1')
  await page.getByText('Ainda não foi salva; tentando de novo').waitFor()
  await page.unroute('**/api/v1/expression', away)
  const whens = async () => (await program.api('GET', '/flows/caminhos')).body.flow.steps[0].branches.map((b) => `${b.name} ${b.when}`)
  await until(whens, (w) => w.join() === 'Dois true,Um trigger.body.total > 77')
  await page.route('**/api/v1/expression', away)
  await page.getByRole('combobox', { name: 'Valor' }).last().fill('88')
  await page.keyboard.press('Tab')
  await until(kept, (k) => k.join() === 'branches/1')
  await page.locator('[data-row="split/1"]').focus()
  await page.keyboard.press('Delete')
  await until(typed, (t) => t.join() === '')
  await until(kept, (k) => k.length === 0)
  await page.context().close()
})

test('publishing opens the condition that was left unsent, where it is sent', async () => {
  await arrived('publica', [{ total: 5 }])
  const { draft_rev } = (await program.api('GET', '/flows/publica')).body
  const steps = [{ id: 'note', name: 'Anota', action: 'log', with: { message: 'oi' }, when: 'trigger.body.total > 1' }]
  assert.equal((await program.api('PUT', '/flows/publica', { id: 'publica', name: 'publica', trigger: { kind: 'webhook' }, steps }, { 'If-Match': String(draft_rev) })).status, 200)
  const page = await program.signedIn('/flows/publica?step=note', { locale: 'pt-BR' })
  await page.route('**/api/v1/expression', away)
  await page.getByRole('combobox', { name: 'Valor' }).fill('77')
  await page.keyboard.press('Tab')
  await page.getByText('Ainda não foi salva; tentando de novo').waitFor()
  await page.unroute('**/api/v1/expression', away)
  const stay = (route) => (route.request().postDataJSON().condition ? undefined : route.fallback())
  await page.route('**/api/v1/expression', stay)
  await page.goto(`${program.base}/flows/publica`) // nothing is on its way any more
  await page.locator('header').getByText('Salvo, menos uma condição').waitFor()
  await page.unroute('**/api/v1/expression', stay)
  await page.locator('header').getByRole('button', { name: /^Publicar/ }).click()
  const publish = page.locator('aside').getByRole('button', { name: /^Publicar/ })
  await publish.click()
  await page.getByText('A condição de “Anota” ainda não foi salva').waitFor()
  await page.locator('aside [data-field=when]').waitFor()
  const when = async () => (await program.api('GET', '/flows/publica')).body.flow.steps[0].when
  await until(when, (w) => w === 'trigger.body.total > 77')
  await page.locator('header').getByRole('button', { name: /^Publicar/ }).click()
  await publish.click()
  await page.locator('aside').waitFor({ state: 'detached' })
  assert.equal((await program.api('GET', '/flows/publica')).body.state, 'on')
  await page.context().close()
})

test('a refusal that will not change is told at the rows once, until something else is typed', async () => {
  await arrived('recusa', [{ total: 5 }])
  const page = await builder('recusa')
  let asked = 0
  const refuse = (route) => {
    if (!route.request().postDataJSON().condition) return route.fallback()
    asked++
    return route.continue({ postData: '{"condition": 5}' })
  }
  await choose(page, 'Total', 'é maior que')
  await page.route('**/api/v1/expression', refuse)
  await page.getByRole('combobox', { name: 'Valor' }).fill('1')
  await page.keyboard.press('Tab')
  await page.getByText(/^Não foi salva: \S/).waitFor()
  const told = asked
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await page.locator('header').getByText('Salvo, menos uma condição').waitFor()
  await page.getByRole('button', { name: 'Fechar' }).click()
  await page.locator('main').getByText('Webhook').first().click()
  await page.getByText(/^Não foi salva: \S/).waitFor() // told anew, by one more question
  assert.equal(asked, told + 1)
  await page.unroute('**/api/v1/expression', refuse)
  await page.getByRole('combobox', { name: 'Valor' }).fill('12')
  await page.keyboard.press('Tab')
  await until(() => where('recusa'), (w) => w === 'trigger.body.total > 12')
  await page.getByText('Não foi salva').waitFor({ state: 'detached' })
  await page.context().close()
})

test('what is written by hand is not taken back by rows that are answered late', async () => {
  await arrived('tarde', [{ total: 5 }])
  const page = await builder('tarde')
  let asked, answer, done
  const asks = new Promise((resolve) => { asked = resolve })
  const answers = new Promise((resolve) => { answer = resolve })
  const answered = new Promise((resolve) => { done = resolve })
  await page.route('**/api/v1/expression', async (route) => {
    if (!route.request().postDataJSON().condition) return route.fallback()
    asked()
    await answers
    await route.fulfill({ response: await route.fetch() }).catch(() => undefined) // it was given up
    done()
  })
  await choose(page, 'Total', 'é maior que')
  await page.getByRole('combobox', { name: 'Valor' }).fill('1')
  await page.keyboard.press('Tab')
  await asks
  await page.getByRole('button', { name: 'Escrever à mão' }).click()
  const code = page.locator('[data-field=where] .cm-content')
  await code.fill('trigger.body.total > 2')
  await until(() => where('tarde'), (w) => w === 'trigger.body.total > 2')
  answer()
  await answered
  await code.press('End')
  await page.keyboard.type('5')
  await until(() => where('tarde'), (w) => w === 'trigger.body.total > 25')
  await page.context().close()
})

test('amounts of Brazil are compared as numbers, and the repair for those that are missing stays a row', async () => {
  await arrived('valores', [{ total: '199,90' }, { total: 'R$ 1.250,00' }, { total: '80,00' }, {}])
  const page = await builder('valores')
  await choose(page, 'Total', 'é maior que')
  await page.getByRole('combobox', { name: 'Valor' }).fill('100')
  await page.keyboard.press('Tab')
  await until(() => where('valores'), (w) => w === 'number_br(trigger.body.total) > 100')
  await page.getByText('2 dos últimos 4 eventos passam').waitFor()
  await page.getByRole('button', { name: 'Usar 0 quando faltar' }).click()
  await until(() => where('valores'), (w) => /\(?trigger\.body\.total \?\? 0\)?\) > 100$/.test(w))
  await page.getByText('quando faltar: 0').waitFor()
  assert.equal(await page.getByText('Escrita à mão').count(), 0)
  await again(page, 'valores')
  await page.getByText('quando faltar: 0').waitFor()
  assert.equal(await page.getByRole('combobox', { name: 'Valor' }).inputValue(), '100')
  assert.deepEqual(await axeFaults(page), [])
  await page.locator('main').getByText('(0 quando faltar) > 100').waitFor() // the trigger says it in words
  await page.getByRole('button', { name: 'Remover o que vale quando faltar' }).click()
  await until(() => where('valores'), (w) => w === 'number_br(trigger.body.total) > 100')
  await page.context().close()
})

test('a total that is compared with no number says so, and offers nothing', async () => {
  await arrived('palavras', [{ total: '199,90' }, { total: '80,00' }, {}])
  const page = await builder('palavras')
  await choose(page, 'Total', 'é maior que')
  await page.getByRole('combobox', { name: 'Valor' }).fill('abc')
  await page.keyboard.press('Tab')
  await page.getByText('total se compara com um número, e “abc” não é um número').waitFor()
  assert.equal(await page.getByRole('button', { name: /quando faltar|Transformar/ }).count(), 0)
  await page.getByRole('combobox', { name: 'Valor' }).fill('100')
  await page.keyboard.press('Tab')
  await page.getByRole('button', { name: 'Usar 0 quando faltar' }).waitFor()
  await page.context().close()
})

test('a list holds a value, and a date lies before, after or near a day', async () => {
  const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString()
  await arrived('datas', [{ etiquetas: ['vip', 'novo'], criado_em: day(1), moment_at: Date.now() - 86_400_000 }, { etiquetas: ['novo'], criado_em: day(40), moment_at: 1735689600 }, { etiquetas: ['vip'], criado_em: '2025-01-10', moment_at: 1735689600 }])
  const page = await builder('datas')
  await choose(page, 'Etiquetas', 'contém')
  await page.getByRole('combobox', { name: 'Valor' }).click()
  await page.getByRole('option', { name: 'vip' }).click()
  await until(() => where('datas'), (w) => w === '"vip" in trigger.body.etiquetas')
  await page.getByText('2 dos últimos 3 eventos passam').waitFor()
  await page.getByRole('combobox', { name: 'Comparação' }).selectOption({ label: 'não contém' })
  await until(() => where('datas'), (w) => w === 'not ("vip" in trigger.body.etiquetas)')
  await page.getByText('1 dos últimos 3 eventos passa').waitFor()
  await choose(page, 'Criado em', 'é antes de')
  await page.getByLabel('Data', { exact: true }).fill('2025-01-11')
  await until(() => where('datas'), (w) => w === 'start_of(trigger.body.criado_em, "day") < date("2025-01-11")')
  await page.getByText('1 dos últimos 3 eventos passa').waitFor()
  await again(page, 'datas')
  assert.equal(await page.getByLabel('Data', { exact: true }).inputValue(), '2025-01-11')
  await page.getByRole('combobox', { name: 'Comparação' }).selectOption({ label: 'é nos últimos' })
  await page.getByRole('spinbutton', { name: 'Dias' }).fill('1')
  await page.getByText('dia', { exact: true }).waitFor()
  await until(() => page.getByRole('combobox', { name: 'Comparação' }).evaluate((c) => c.selectedOptions[0].label), (l) => l === 'é no último')
  await page.locator('main').getByText('é no último dia').waitFor() // the trigger says it in words
  await page.getByRole('spinbutton', { name: 'Dias' }).fill('7')
  await page.getByText('dias', { exact: true }).waitFor()
  await until(() => where('datas'), (w) => w === 'diff(trigger.body.criado_em, now(), "days") in 0..6')
  await page.getByText('1 dos últimos 3 eventos passa').waitFor()
  await again(page, 'datas')
  await until(() => page.getByRole('spinbutton', { name: 'Dias' }).inputValue(), (v) => v === '7')
  await choose(page, 'Moment at') // counts seconds, or milliseconds: a date all the same
  await until(() => where('datas'), (w) => w === 'diff(trigger.body.moment_at, now(), "days") in 0..6')
  await page.getByText('1 dos últimos 3 eventos passa').waitFor()
  await page.getByText('era 2025-01-01, não nos últimos 7 dias').waitFor()
  assert.equal(await page.locator('[data-fault]').count(), 0)
  assert.deepEqual(await axeFaults(page), [])
  await page.context().close()
})

test('data that a step made is not counted against one event, and is meant by its title', async () => {
  await arrived('feito', [{ cliente: 'Ana' }, { cliente: 'Bia' }, { cliente: 'Caio' }])
  const flow = (await program.api('GET', '/flows/feito')).body
  const steps = [{ id: 'order', action: 'set', with: { values: { name: '{{ trigger.body.cliente }}', number: 2 } } }, { id: 'say', action: 'log', with: { message: 'Oi' } }]
  assert.equal((await program.api('PUT', '/flows/feito', { ...flow.flow, steps })).status, 200)
  const page = await program.signedIn('/flows/feito?step=say', { locale: 'pt-BR' })
  const text = page.locator('[data-field="message"] .cm-content')
  await text.fill('')
  await page.keyboard.type('{{')
  const tree = page.getByRole('tree', { name: 'Dados' })
  await tree.getByRole('treeitem', { name: /^Nome/ }).first().waitFor()
  assert.doesNotMatch(await tree.textContent(), /\d\/1(?!\d)/)
  await page.keyboard.type('nome')
  await page.keyboard.press('Escape')
  await page.keyboard.type('}} bem-vinda')
  await page.getByRole('button', { name: 'Trocar por Nome (steps.order.name)' }).click()
  await until(async () => (await program.api('GET', '/flows/feito')).body.flow.steps[1].with.message, (m) => m === '{{steps.order.name}} bem-vinda')
  await page.context().close()
})

test('whether a field is filled in is a row, also in a ready-made flow, and a yes or no that is missing is no', async () => {
  await arrived('preenchido', [{ email: 'ana@example.com', aceita: true, total: 5, cancelado_em: null }, { email: '', aceita: false, total: null }, { aceita: null, total: 7 }])
  const page = await builder('preenchido')
  await choose(page, 'E-mail', 'está preenchido')
  await until(() => where('preenchido'), (w) => w === 'present(trigger.body.email)')
  await page.getByText('1 dos últimos 3 eventos passa').waitFor()
  await choose(page, 'Total') // a number is never an empty text: it asks the same of it
  await until(() => where('preenchido'), (w) => w === 'trigger.body.total != nil')
  await choose(page, 'E-mail', 'está vazio ou faltando')
  await until(() => where('preenchido'), (w) => w === 'not present(trigger.body.email)')
  await page.getByText('2 dos últimos 3 eventos passam').waitFor()
  await page.getByRole('button', { name: 'Remover a condição' }).click()
  await page.getByRole('button', { name: 'Adicionar condição' }).click()
  await choose(page, 'Cancelado em') // it has been null so far
  await until(() => where('preenchido'), (w) => w === 'present(trigger.body.cancelado_em)')
  const flow = async () => (await program.api('GET', '/flows/preenchido')).body
  const put = async (where) => { const { flow: f } = await flow(); assert.equal((await program.api('PUT', '/flows/preenchido', { ...f, trigger: { ...f.trigger, where } })).status, 200) }
  await put("trigger.body.total > 3 && (present(trigger.body.email) || !trigger.body.aceita || truthy(trigger.body.total))")
  await again(page, 'preenchido')
  const comparisons = page.getByRole('combobox', { name: 'Comparação' })
  await until(() => comparisons.evaluateAll((all) => all.map((c) => c.selectedOptions[0].label).join(' · ')), (l) => l === 'é maior que · está preenchido · não é verdadeiro · quer dizer sim')
  assert.equal(await page.getByText('quando faltar:').count(), 0)
  assert.deepEqual(await page.getByRole('group', { name: 'Todas estas' }).locator('li > p').allTextContents(), ['e', 'ou', 'ou'])
  await page.getByRole('combobox', { name: 'Valor' }).fill('4')
  await page.keyboard.press('Tab')
  await until(() => where('preenchido'), (w) => w === 'trigger.body.total > 4 and (present(trigger.body.email) or (trigger.body.aceita ?? false) == false or truthy(trigger.body.total))')
  assert.deepEqual(await axeFaults(page), [])
  await page.goto(program.base)
  await page.getByRole('button', { name: 'Novo fluxo' }).click()
  await page.getByRole('button', { name: /Carrinho abandonado/ }).click()
  await page.waitForURL(/\/flows\/./)
  await page.goto(`${page.url().split('?')[0]}?step=trigger`)
  await until(() => comparisons.evaluateAll((all) => all.map((c) => c.selectedOptions[0].label).join(' · ')), (l) => l === 'é igual a · está preenchido')
  await page.context().close()
})

test('what is offered before a field is chosen is offered once, and what was chosen fits a list', async () => {
  await arrived('antes', [{ total: 5, tags: ['vip'], status: '' }])
  const page = await builder('antes')
  const offered = await page.getByRole('combobox', { name: 'Comparação' }).locator('option').allTextContents()
  assert.equal(new Set(offered).size, offered.length)
  await page.getByRole('combobox', { name: 'Comparação' }).selectOption({ label: 'não contém' })
  await page.getByRole('combobox', { name: 'Campo' }).fill('total') // there is one: no value of one's own is offered
  assert.deepEqual(await page.locator('[role=listbox] [role=option]').evaluateAll((all) => all.map((o) => o.querySelector('span').textContent)), ['Total'])
  await page.getByRole('combobox', { name: 'Campo' }).fill('tags')
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Valor' }).fill('vip')
  await page.keyboard.press('Tab')
  await until(() => where('antes'), (w) => /not.*in trigger.body.tags/.test(w ?? ''))
  await page.context().close()
})

test('fields that are called alike are told apart, in the data, in a chip and in a condition', async () => {
  await arrived('xara', [{ pais: 'Brasil', country: 'Brazil', country_code: 'BR' }])
  await program.api('PUT', '/flows/xara', { ...(await program.api('GET', '/flows/xara')).body.flow, steps: [{ id: 'note', action: 'log', with: { message: 'x' } }] })
  const page = await builder('xara')
  await page.getByRole('combobox', { name: 'Campo' }).fill('país')
  assert.deepEqual(await page.locator('[role=listbox] [role=option]').evaluateAll((all) => all.slice(0, 3).map((o) => o.querySelector('span').textContent)), ['País', 'País (country)', 'País (sigla)'])
  await page.goto(`${program.base}/flows/xara?step=note`)
  await page.locator('[data-field=message] .cm-content').fill('')
  await page.getByRole('treeitem', { name: 'País country' }).click()
  await page.locator('[data-field=message] .chip', { hasText: 'País (country)' }).waitFor()
  await page.context().close()
})

test('names that a person wrote are shown as they came', async () => {
  await arrived('formulario', [{ 'Nome do aluno': 'Caio', 'Endereço': { 'Município': 'Niterói', 'Número': 12 }, 'Você é cliente?': 'Sim', 'a.b/c "d"': 1, '1o contato': true, itens: [{ 'Descrição': 'x' }] }])
  const { flow } = (await program.api('GET', '/flows/formulario')).body
  assert.equal((await program.api('PUT', '/flows/formulario', { ...flow, settings: { mask: ['/Endereço/Número', '/itens/*/Texto novo'] }, steps: [{ id: 'say', action: 'log', with: { message: 'Oi' } }] })).status, 200)
  const page = await program.signedIn('/flows/formulario?step=trigger', { locale: 'pt-BR' })
  const glance = page.locator('dl dt')
  await glance.first().waitFor()
  assert.deepEqual((await glance.allTextContents()).sort(), ['1o contato', 'A.b/c "d"', 'Descrição do primeiro item', 'Endereço Município', 'Endereço Número', 'Nome do aluno', 'Você é cliente?'].sort())
  await page.goto(`${program.base}/flows/formulario?step=say`)
  await page.locator('[data-field="message"] .cm-content').fill('')
  await page.keyboard.type('{{')
  const tree = page.getByRole('tree', { name: 'Dados' })
  for (const name of ['Nome do aluno', 'Você é cliente?', 'A.b/c "d"', '1o contato', 'Endereço']) await tree.getByText(name, { exact: true }).waitFor()
  await page.getByRole('searchbox').or(page.getByRole('textbox', { name: /^Buscar/ })).first().fill('muni')
  await tree.getByText('Município', { exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Mais opções do fluxo' }).click()
  await page.getByRole('menuitem', { name: 'Ajustes do fluxo' }).click()
  for (const name of ['Endereço Número', 'Itens Texto novo']) await page.locator('aside').getByText(name).first().waitFor()
  await page.context().close()
})
