// The whole first flow by the keyboard alone: no test here moves a mouse.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { focused, rested, start, until } from './program.mjs'

let program, shop
const got = []
before(async () => {
  shop = createServer((req, res) => {
    let text = ''
    req.on('data', (d) => { text += d })
    req.on('end', () => { got.push({ path: req.url, body: text }); res.end('{}') })
  })
  await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve))
  program = await start({ flows: '', env: { GANCHO_ALLOW_NET: '127.0.0.1' } })
})
after(async () => {
  await program?.close()
  shop.close()
  shop.closeAllConnections()
})

/** hands press keys, and go by Tab to what has a name. */
const hands = (page) => {
  const here = () => page.evaluate(() => {
    const e = document.activeElement
    if (e === document.body) return { role: 'body', name: '' }
    const by = (e?.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ')
    const label = e instanceof HTMLElement && 'labels' in e ? [...(e.labels ?? [])].map((l) => l.textContent).join(' ') : ''
    return { role: e?.getAttribute('role') ?? e?.tagName.toLowerCase() ?? '', name: [e?.getAttribute('aria-label'), by, label, e?.textContent].find((x) => x && x.trim())?.trim() ?? '' }
  })
  const press = (...keys) => keys.reduce((p, k) => p.then(() => page.keyboard.press(k)), Promise.resolve())
  const tabTo = async (name, most = 60, key = 'Tab') => {
    const seen = []
    for (let i = 0; i < most; i++) {
      await page.keyboard.press(key)
      const at = await here()
      seen.push(`${at.role}: ${at.name.slice(0, 40)}`)
      if (name.test(at.name)) return at
    }
    assert.fail(`Tab never came to ${name}; it went over\n${seen.join('\n')}`)
  }
  return { here, press, tabTo, type: (text) => page.keyboard.type(text) }
}

test('a flow is made, given data, tested and published by keys alone', async () => {
  const page = await program.signedIn('/')
  await page.getByRole('heading', { name: 'Flows' }).waitFor()
  const { here, press, tabTo, type } = hands(page)
  await focused(page, 'form input') // the name waits for what is typed
  assert.match((await here()).name, /What is it called/)
  await type('Orders')
  await press('Enter')
  await page.getByRole('tree').waitFor()
  const id = page.url().split('/flows/')[1].split('?')[0]
  const flow = async () => (await program.api('GET', `/flows/${id}`)).body.flow
  const { url } = (await program.api('GET', `/flows/${id}`)).body
  await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ order: 17, amount: 12990, customer: { email: 'ana@example.com' } }) })

  await page.waitForFunction(() => document.activeElement?.getAttribute('data-row') === 'trigger') // who made a flow begins where it does
  await press('a')
  await focused(page, '[role=combobox]')
  await type('http')
  await page.getByRole('option', { name: /HTTP request/ }).first().waitFor()
  await press('Enter')
  await focused(page, 'aside h2')
  await page.locator('[data-field=url] .cm-content').waitFor()

  await tabTo(/^Method/)
  await type('P') // a select takes the first letter, POST before PUT
  await tabTo(/^URL/)
  await type(`http://127.0.0.1:${shop.address().port}/orders/{{order`)
  await page.locator('.cm-tooltip-autocomplete li[aria-selected]', { hasText: 'order' }).waitFor()
  await press('Enter', 'End')
  await until(async () => /\{\{ ?replace\(url_encode\(string\(trigger\.body\.order\)\), "\+", "%20"\) ?\}\}$/.test((await flow()).steps[0]?.with?.url ?? ''))

  assert.equal((await flow()).steps[0].with.method, 'POST')
  await tabTo(/^JSON$/)
  await tabTo(/^Add$/)
  await press('Enter')
  await focused(page, '[aria-label="Name 1"]')
  await type('total')
  await tabTo(/^Value 1/)
  await type('/')
  await focused(page, '[aria-label^="Search in the data"]')
  await type('amount')
  await press('Enter')
  await focused(page, '[data-field=json] .cm-content')
  await page.locator('[data-field=json] .chip').waitFor()
  await press('Alt+ArrowDown')
  await page.getByRole('menuitemradio', { name: /Cents/ }).waitFor()
  await focused(page, '[role=menu]')
  await press('c', 'Enter')
  await until(async () => (await flow()).steps[0].with.json?.total === '{{ brl(trigger.body.amount / 100) }}')

  await focused(page, '[data-field=json] .cm-content')
  await press('Control+Enter')
  await page.getByRole('region', { name: 'It would send' }).getByText('R$ 129,90').waitFor()
  await press('Escape')
  await focused(page, '[role=treeitem]')
  await tabTo(/^Publish r1/, 40, 'Shift+Tab')
  await press('Enter')
  await focused(page, 'aside h2')
  await page.getByRole('complementary').getByRole('button', { name: /^Publish r1/ }).waitFor()
  await tabTo(/^Publish r1/)
  await press('Enter')
  await until(async () => (await program.api('GET', `/flows/${id}`)).body.published_rev === 1)
  await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ order: 18, amount: 500, customer: { email: 'bia@example.com' } }) })
  await until(() => got.some((g) => g.path === '/orders/18' && g.body === '{"total":"R$ 5,00"}'))
  await page.context().close()
})

/** builder opens a flow of three steps with the focus on the first of them, all that comes later there. */
async function builder(options) {
  const flow = { id: 'keys', name: 'Keys', trigger: { kind: 'webhook' }, steps: ['one', 'two', 'three'].map((id) => ({ id, name: `Step ${id}`, action: 'log', with: { message: id } })) }
  const there = (await program.api('GET', '/flows/keys')).status === 200
  if (!there) assert.equal((await program.api('POST', '/flows', flow)).status, 201)
  const page = await program.signedIn('/flows/keys', options)
  await page.locator('[data-row=one]').focus()
  await rested(page)
  return page
}

test('the palette leaves no flow for a search that nobody chose, and signs out', async () => {
  const page = await builder()
  const { press, type } = hands(page)
  const chosen = page.locator('dialog[open] [role=option][aria-selected=true]')
  await press('Control+k')
  await focused(page, 'dialog[open] [role=combobox]')
  await type('zzz')
  await page.getByRole('option', { name: 'Find “zzz” in the runs' }).waitFor()
  assert.equal(await chosen.count(), 0)
  await press('Enter')
  assert.match(page.url(), /flows\/keys$/)
  await press('ArrowDown')
  await chosen.filter({ hasText: 'in the runs' }).waitFor()
  await press('Control+a')
  await type('sign out')
  await chosen.filter({ hasText: 'Sign out' }).waitFor()
  await press('Escape')
  await page.goto(`${program.base}/events`)
  await page.getByRole('heading', { name: 'Events' }).waitFor()
  await press('Control+k')
  await focused(page, 'dialog[open] [role=combobox]')
  await type('zzz')
  await chosen.filter({ hasText: 'in the runs' }).waitFor() // no work is left here
  await page.context().close()
})

test('N on a step, and its menu, lead into its note', async () => {
  const page = await builder()
  const { press, type } = hands(page)
  const note = page.locator('aside').getByRole('textbox', { name: 'Note' })
  await rested(page)
  await press('n')
  await type('Dap: why it is here') // at once: no letter is lost, none is taken as a shortcut
  await until(async () => (await program.api('GET', '/flows/keys')).body.flow.steps[0].note === 'Dap: why it is here')
  await page.getByRole('button', { name: 'More for Step two' }).focus()
  await press('Enter')
  await page.getByRole('menuitem', { name: 'Write a note' }).focus()
  await press('Enter')
  await page.getByRole('heading', { name: 'Step two' }).waitFor()
  await focused(page, note)
  assert.equal(await note.inputValue(), '')
  await page.context().close()
})

test('/ leads to the search of a screen, or to the one over everything', async () => {
  const page = await builder()
  const { press } = hands(page)
  await press('/')
  await focused(page, 'dialog[open] [role=combobox]')
  assert.equal(await page.getByRole('dialog', { name: 'Search and commands' }).getByRole('combobox').inputValue(), '')
  await press('Escape')
  await focused(page, '[data-row=one]')
  await page.goto(`${program.base}/connections`)
  await page.getByRole('heading', { name: 'No connection yet' }).waitFor()
  await press('/')
  await focused(page, 'dialog[open] [role=combobox]')
  for (const n of [1, 2, 3, 4, 5, 6]) assert.equal((await program.api('POST', '/connections', { name: `mail${n}`, kind: 'smtp', fields: { host: '127.0.0.1', from: 'shop@example.com' } })).status, 201)
  await page.reload()
  await page.getByRole('searchbox', { name: 'Search connections' }).waitFor()
  await press('/')
  await focused(page, 'main input[type=search]')
  await page.context().close()
})

test('the add menu offers each action once', async () => {
  const page = await builder()
  const { press, type } = hands(page)
  const titles = () => page.getByRole('option').evaluateAll((all) => all.map((x) => x.querySelector('.font-medium').textContent))
  await press('a')
  await page.getByRole('option').first().waitFor()
  const all = await titles()
  assert.deepEqual(all.filter((x, i) => all.indexOf(x) !== i), [])
  assert.equal(all.length, (await program.api('GET', '/actions')).body.items.length)
  await type('http request')
  await page.getByRole('option', { name: /^HTTP request/ }).waitFor() // also what stands on top is found
  await page.context().close()
})

test('the sheet of shortcuts lists the keys of the tree too, each group under its head', async () => {
  const page = await builder()
  const { press } = hands(page)
  const rows = (group) => page.getByRole('region', { name: group, exact: true }).getByRole('listitem').evaluateAll((all) => all.map((x) => [x.firstChild.textContent, [...x.querySelectorAll('kbd')].map((k) => k.textContent).join(' ')]))
  await press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  assert.deepEqual((await rows('Move')).slice(0, 6), [['To the row above or below', '↑ ↓'], ['Fold and unfold, go out and in', '← →'], ['To the first or the last row', 'Home End'], ['Open', 'Enter'], ['Close and return to the row', 'Esc'], ['Move up', 'Alt ↑']])
  assert.ok((await rows('Steps')).some(([label, keys]) => label === 'Write a note' && keys === 'N'))
  assert.ok((await rows('Flow')).some(([label, keys]) => label === 'Publish' && keys === 'Shift P'))
  const wide = await page.locator('dialog[open]').evaluate((box) => [...box.querySelectorAll('section')].map((part) => part.querySelector('h3').offsetWidth / part.querySelector('li').offsetWidth))
  assert.ok(wide.every((n) => n > 1.9), `a head is over one column: ${wide}`)
  const edge = await page.locator('dialog[open]').evaluate((box) => Math.min(...[...box.querySelectorAll('kbd')].map((k) => box.getBoundingClientRect().right - k.getBoundingClientRect().right)))
  assert.ok(edge >= 16, `a key is ${edge} px from the edge`)
  await press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await press('Control+k')
  await focused(page, 'dialog[open] [role=combobox]')
  await page.keyboard.type('above')
  await page.getByRole('option', { name: 'Find “above” in the runs' }).waitFor()
  assert.equal(await page.getByRole('option').count(), 1) // what keys alone do is not offered to be done
  await press('Escape')
  await focused(page, '[data-row=one]')
  await page.getByRole('button', { name: 'More for Step two' }).focus()
  await press('Enter') // a button in a row is pressed as any other
  await page.getByRole('menuitem', { name: 'Write a note' }).waitFor()
  await page.context().close()
})

test('no fault of a page', () => assert.deepEqual(program.faults, []))
