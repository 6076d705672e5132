// Flows that come from elsewhere: a workflow of n8n and a blueprint of Make, with a report of what becomes of each part.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axeFaults, sideways, start } from './program.mjs'

let program
before(async () => { program = await start({ flows: '' }) })
after(() => program?.close())

const node = (name, type, parameters, more = {}) => ({ id: name, name, type: `n8n-nodes-base.${type}`, typeVersion: 3, position: [0, 0], parameters, ...more })
const to = (...names) => names.map((name) => ({ node: name, type: 'main', index: 0 }))
const n8n = {
  name: 'Lead da página',
  nodes: [
    node('Webhook', 'webhook', { path: 'lead' }),
    node('Edit Fields', 'set', { assignments: { assignments: [{ name: 'email', value: '={{ $json.body.email.toLowerCase() }}', type: 'string' }] } }),
    node('If', 'if', { conditions: { combinator: 'and', conditions: [{ leftValue: '={{ $json.email }}', rightValue: '@empresa.com', operator: { type: 'string', operation: 'contains' } }] } }),
    node('CRM', 'httpRequest', { method: 'POST', url: 'https://crm.example.com/leads', sendBody: true, specifyBody: 'json', jsonBody: '={ "email": "{{ $node["Edit Fields"].json["email"] }}" }' }, { credentials: { httpHeaderAuth: { id: '1' } } }),
    node('Sheet', 'googleSheets', { operation: 'append' }),
    node('Done', 'noOp', {}),
    node('Wait', 'wait', { amount: 5, unit: 'minutes' }),
    node('Sticky Note', 'stickyNote', { content: '## Leads\n**of** the [landing page](https://ana.example)' }),
  ],
  connections: { Webhook: { main: [to('Edit Fields')] }, 'Edit Fields': { main: [to('If')] }, If: { main: [to('CRM'), to('Sheet')] }, CRM: { main: [to('Done')] }, Sheet: { main: [to('Done')] }, Done: { main: [to('Wait')] } },
}
const make = {
  name: 'Pedido para o ERP',
  flow: [
    { id: 1, module: 'gateway:CustomWebHook', version: 1, parameters: { hook: 1 }, mapper: {} },
    { id: 2, module: 'builtin:BasicFeeder', version: 1, mapper: { array: '{{1.items}}' } },
    { id: 3, module: 'http:ActionSendData', version: 3, filter: { name: 'In stock', conditions: [[{ a: '{{2.qty}}', o: 'number:greater', b: '0' }]] }, mapper: { url: 'https://erp.example.com/items', method: 'post', headers: [{ name: 'X-Shop', value: 'ana' }], data: '{"sku": "{{2.sku}}", "order": "{{1.id}}"}' } },
    { id: 4, module: 'openai-gpt-3:CreateCompletion', version: 1, mapper: { prompt: 'x' } },
  ],
  metadata: { version: 1 },
}

async function bring(page, bundle) {
  await page.goto(`${program.base}/?new=`)
  await page.getByRole('textbox', { name: /JSON (or|ou) cURL/ }).fill(JSON.stringify(bundle))
  await page.getByRole('button', { name: /^(Read it|Ler)$/ }).click()
}

test('a flow that is made of a pasted cURL line records from the first second', async () => {
  const page = await program.signedIn('/?new=', { reducedMotion: 'reduce' })
  await page.getByRole('textbox', { name: /JSON or cURL/ }).fill(`curl -X POST https://api.example.com/orders -d '{"id": 1}'`)
  await page.getByRole('button', { name: 'Read it' }).click()
  await page.getByRole('button', { name: 'Create the flow' }).click()
  await page.waitForURL(/\/flows\/api-example-com/)
  const { body } = await program.api('GET', `/flows/${new URL(page.url()).pathname.split('/').at(-1)}`)
  assert.equal(body.state, 'new')
  assert.equal((await fetch(body.url, { method: 'POST', body: '{}' })).status, 200)
  await page.context().close()
})

test('the secret of a pasted cURL line is a connection that the flow says it lacks, and that is made of what was pasted', async () => {
  const page = await program.signedIn('/?new=', { reducedMotion: 'reduce' })
  await page.getByRole('textbox', { name: /JSON or cURL/ }).fill(`curl -X POST https://api.secret.example/orders -H 'Authorization: Bearer s3cret' -d '{"id": 1}'`)
  await page.getByRole('button', { name: 'Read it' }).click()
  await page.getByRole('definition').getByText('secret', { exact: true }).waitFor() // which it needs, by its host
  await page.getByText('Step 1: there is no connection "secret" yet').waitFor()
  await page.getByRole('button', { name: 'Create the flow' }).click()
  await page.waitForURL(/\/flows\/api-secret-example/)
  const flow = async () => (await program.api('GET', `/flows/${new URL(page.url()).pathname.split('/').at(-1)}`)).body.flow
  assert.ok(!JSON.stringify(await flow()).includes('s3cret'))
  const step = page.getByRole('treeitem', { name: /HTTP/ })
  await step.getByText('1 warning').waitFor()
  await step.click()
  assert.equal(await page.getByLabel(/^Token/).inputValue(), 's3cret')
  await page.getByRole('button', { name: /^Save/ }).click()
  await page.getByRole('region', { name: 'The command held a secret' }).waitFor({ state: 'detached' })
  assert.equal((await program.api('GET', '/connections')).body.items[0].name, (await flow()).steps[0].connection)
  await page.context().close()
})

test('what is wrong in a pasted flow is said by its step, and the text is there to be mended', async () => {
  const page = await program.signedIn('/', { reducedMotion: 'reduce' })
  const text = page.getByRole('textbox', { name: /JSON or cURL/ })
  await bring(page, { gancho: 1, flows: [{ id: 'wrong', name: 'W', trigger: { kind: 'webhook' }, steps: [{ id: 'each', name: 'Each item', action: 'loop', steps: {} }] }] })
  await page.getByRole('alert').getByText('Each item · steps: must be a list').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Import/ }).count(), 0, 'it cannot be imported')
  await page.getByRole('button', { name: 'Back to the text' }).click()
  await text.fill((await text.inputValue()).replace(', "steps": {}', '').replace(',"steps":{}', '').replace('"trigger"', '"description":"Mended","trigger"'))
  await page.getByRole('button', { name: 'Read it' }).click()
  await page.getByRole('button', { name: 'Import 1 flow' }).waitFor()
  await bring(page, { gancho: 1, flows: [{ id: 'bare', name: 'Bare', trigger: { kind: 'webhook' } }] })
  await page.getByText('Steps: 0').waitFor()
  await bring(page, { gancho: 2, flows: [] })
  await page.getByText('This program reads version 1 of flow documents').waitFor()
  await page.context().close()
})

test('a workflow of n8n arrives with a report of each part', async () => {
  const page = await program.signedIn('/', { reducedMotion: 'reduce' })
  await page.goto(`${program.base}/?new=`)
  await page.getByRole('textbox', { name: /JSON or cURL/ }).fill('{"gancho": 1,\n "flows": [{"id": "a" "name": "A"}]}')
  await page.getByRole('button', { name: 'Read it' }).click()
  await page.getByText('The JSON breaks off at line 2, column 23').waitFor()
  await bring(page, n8n)
  await page.getByRole('heading', { name: 'What becomes of your n8n flow' }).waitFor()
  await page.getByText('1 part without counterpart').waitFor()
  assert.deepEqual(await axeFaults(page), [])
  await page.setViewportSize({ width: 390, height: 800 })
  assert.deepEqual(await sideways(page), [])
  await page.getByRole('button', { name: 'Import 1 flow' }).click()
  await page.waitForURL(/\/flows\/lead-da-pagina/)
  const { body } = await program.api('GET', '/flows/lead-da-pagina')
  assert.deepEqual(body.problems.filter((p) => p.severity === 'error'), [])
  const { steps, trigger, description } = body.flow
  assert.equal(trigger.kind, 'webhook')
  assert.equal(description, 'Leads\nof the landing page (https://ana.example)', 'a note in Markdown is read as plain text')
  assert.match(steps[1].branches[0].steps[0].note, /^It came from n8n \(httpRequest\): look it over/, 'the report is seen once, what is to be looked at until it is done')
  assert.deepEqual(steps.map((s) => s.action), ['set', 'branch', 'delay'])
  assert.equal(steps[0].with.values.email, '{{ trigger.body.email | lower() }}')
  assert.equal(steps[1].branches[0].when, "steps.edit_fields.email contains '@empresa.com'")
  assert.deepEqual(steps[1].branches[0].steps[0].with.json, { email: '{{ steps.edit_fields.email }}' })
  assert.equal(steps[1].branches[1].steps[0].disabled, true)
  assert.deepEqual(steps[1].branches.map((b) => b.name ?? ''), ['', '']) // told by the condition, in the language of who looks
  const { body: run } = await program.api('POST', '/flows/lead-da-pagina/test', { event: { body: { email: 'ANA@Empresa.com' } } })
  assert.deepEqual(run.steps.find((s) => s.action === 'http.request')?.input.json, { email: 'ana@empresa.com' })
  await page.context().close()
})

test('a blueprint of Make arrives in Portuguese', async () => {
  const page = await program.signedIn('/', { locale: 'pt-BR', reducedMotion: 'reduce' })
  await bring(page, make)
  await page.getByRole('heading', { name: 'O que acontece com o seu fluxo do Make' }).waitFor()
  await page.getByText('1 parte sem equivalente').waitFor()
  assert.deepEqual(await axeFaults(page), [])
  await page.getByRole('button', { name: 'Importar 1 fluxo' }).click()
  await page.waitForURL(/\/flows\/pedido-para-o-erp/)
  const { body } = await program.api('GET', '/flows/pedido-para-o-erp')
  assert.deepEqual(body.problems.filter((p) => p.severity === 'error'), [])
  const [loop] = body.flow.steps
  assert.equal(loop.with.over, 'trigger.body.items')
  assert.deepEqual(loop.steps.map((s) => s.action), ['filter', 'http.request', 'log'])
  assert.equal(loop.steps[0].with.where, 'item.qty > 0')
  assert.deepEqual(loop.steps[1].with.json, { sku: '{{ item.sku }}', order: '{{ trigger.body.id }}' })
  await page.context().close()
})

test('no fault of a page', () => assert.deepEqual(program.faults, []))
