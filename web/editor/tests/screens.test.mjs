// Every screen but the builder, in both themes, languages and widths: axe, no scroll sideways, no
// script of a payload that runs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ana, axeFaults, sideways, start, until } from './program.mjs'

const script = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>'
let program

before(async () => {
  program = await start()
  await program.api('POST', '/flows', { id: 'scripts', name: script, description: script, tags: [script], trigger: { kind: 'webhook' }, steps: [{ id: 'log', name: script, note: script, action: 'log', with: { message: '{{ trigger.body.name }}' } }] })
  await program.api('POST', '/flows/scripts/publish', {})
  const { body } = await program.api('GET', '/flows/scripts')
  await fetch(body.url, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Note': script.replaceAll('"', "'") }, body: JSON.stringify({ name: script, email: 'ana@example.com', [script]: [script] }) })
  await fetch(body.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{' })
  await program.api('POST', '/connections', { name: 'crm', kind: 'http_bearer', fields: { token: 'secret' }, hosts: ['crm.example.com'] })
  await program.api('PUT', '/vars', { shop: script })
  await program.api('PUT', `/state/${encodeURIComponent('cart:<b>')}`, { value: script })
})
after(() => program?.close())

const settings = ['profile', 'looks', 'instance', 'users', 'tokens', 'variables', 'state', 'alerts', 'network', 'backups', 'audit', 'about']
const screens = ['/', '/?new=', '/runs', '/runs?q=nothing', '/events', '/connections', '/people', '/people?key=ana@example.com', '/none', ...settings.map((s) => `/settings/${s}`)]

for (const locale of ['en-US', 'pt-BR']) {
  test(`axe, width and scripts on every screen: ${locale}`, async () => {
    const page = await program.signedIn('/', { locale, reducedMotion: 'reduce' })
    const found = []
    for (const path of screens) {
      await page.setViewportSize({ width: 1440, height: 860 })
      await page.goto(program.base + path)
      await page.getByRole('heading', { level: 1 }).or(page.getByRole('heading', { level: 2 })).first().waitFor({ state: 'attached' })
      await page.waitForLoadState('networkidle', { timeout: 1000 }).catch(() => undefined)
      for (const theme of ['light', 'dark']) {
        await page.evaluate((t) => { document.documentElement.className = t }, theme)
        found.push(...(await axeFaults(page)).map((f) => `${path} ${theme}: ${f}`))
      }
      await page.setViewportSize({ width: 390, height: 800 })
      found.push(...(await sideways(page)).map((f) => `${path} scrolls sideways: ${f}`))
      assert.equal(await page.evaluate(() => window.ran), undefined, `${path} ran a script`)
    }
    assert.deepEqual(found, [])
    await page.context().close()
  })
}

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' }
const topOf = async (part) => (await part.boundingBox()).y

test('a finger finds 44 px at fields, tabs and the places that take a step, and no keys in a menu', async () => {
  const page = await program.signedIn('/settings/profile', phone)
  const field = page.getByRole('main').getByRole('textbox').first()
  await field.waitFor()
  assert.ok((await field.boundingBox()).height >= 44, 'a field is low')
  /** reach is how high the place is that answers a touch at the middle of a part. */
  const reach = (part) => part.evaluate((e) => {
    e.scrollIntoView({ block: 'center' })
    const box = e.getBoundingClientRect()
    const x = box.left + box.width / 2
    let n = 0
    for (let y = Math.round(box.top) - 40; y < box.bottom + 40; y++) if (e.contains(document.elementFromPoint(x, y))) n++
    return n
  })
  await page.goto(`${program.base}/flows/scripts`)
  const plus = page.getByRole('button', { name: 'Add a step' }).last()
  await plus.waitFor()
  assert.ok(await reach(plus) >= 40, `a place for a step is ${await reach(plus)} px high`)
  await page.getByRole('treeitem').nth(1).click()
  const tab = page.getByRole('tab', { name: 'Notes' })
  await tab.waitFor()
  assert.ok(await reach(tab) >= 40, `a tab is ${await reach(tab)} px high`)
  await page.getByRole('button', { name: 'More' }).last().click()
  await page.getByRole('menuitem').first().waitFor()
  assert.equal(await page.locator('[role=menuitem] kbd:visible').count(), 0)
  await page.context().close()
})

test('the whole of a row leads on, and what else is in it does its own', async () => {
  await program.api('POST', '/flows', { id: 'asks', name: 'Asks a person', trigger: { kind: 'webhook' }, steps: [{ id: 'ask', action: 'wait', with: { signal: 'ask', timeout: '2d' } }] })
  await program.api('POST', '/flows/asks/publish', {})
  const page = await program.signedIn('/?q=asks', phone)
  const row = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'Asks a person' }) })
  await row.getByRole('button', { name: 'More about Asks a person' }).click()
  await page.getByRole('menu').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
  await row.getByRole('switch', { name: 'Switch off Asks a person' }).click()
  await row.getByRole('switch', { name: 'Switch on Asks a person' }).click()
  await row.getByRole('switch', { name: 'Switch off Asks a person' }).waitFor()
  const box = await row.boundingBox()
  await page.touchscreen.tap(box.x + box.width - 80, box.y + 24)
  await page.waitForURL(/flows\/asks/)
  await page.context().close()
})

test('on a phone the deeds of a run stand in words, what is destructive in its menu', async () => {
  const { url } = (await program.api('GET', '/flows/asks')).body
  await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })
  const run = await until(async () => (await program.api('GET', '/runs?flow=asks&status=waiting')).body.items[0])
  const page = await program.signedIn(`/runs/${run.id}`, phone)
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Edit flow' }).waitFor()
  await page.getByRole('menuitem', { name: 'Cancel the run' }).click()
  await until(async () => (await program.api('GET', `/runs/${run.id}`)).body.status, (status) => status === 'canceled')
  await page.getByRole('button', { name: 'Run again' }).waitFor()
  assert.deepEqual(await page.locator('header').last().evaluate((e) => [...e.querySelectorAll('button, a')].filter((x) => x.checkVisibility() && x.innerText.trim() === '').map((x) => x.getAttribute('aria-label'))), ['All runs of this flow', 'More'])
  await page.context().close()
})

test('the page that strangers see is in the font of the program', async () => {
  const { url } = (await program.api('GET', '/flows/asks')).body
  await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })
  const [{ id }] = await until(async () => (await program.api('GET', '/runs?flow=asks&status=waiting')).body.items, (items) => items.length > 0)
  const page = await program.open(phone)
  await page.goto((await program.api('GET', `/runs/${id}`)).body.steps[0].wait_url)
  await page.getByRole('heading', { level: 1 }).waitFor()
  assert.deepEqual(await page.evaluate(() => document.fonts.load('16px "Hanken Grotesk"').then((faces) => faces.map((f) => f.status))), ['loaded'])
  await page.context().close()
})

test('of one thing only the newest message stands, and what has not changed is not saved', async () => {
  const page = await program.signedIn('/flows/scripts')
  await page.getByRole('treeitem').first().focus()
  const messages = page.locator('[popover][role=status]')
  await until(async () => { // the event may not be there yet
    await page.keyboard.press('p')
    return messages.filter({ hasText: 'The newest event is pinned' }).count()
  })
  await page.keyboard.press('p')
  await messages.filter({ hasText: 'not pinned any more' }).waitFor()
  assert.equal(await messages.filter({ hasText: 'The newest event is pinned' }).count(), 0)
  await page.goto(`${program.base}/settings/instance`)
  const save = page.getByRole('button', { name: 'Save' })
  await save.waitFor()
  assert.ok(await save.isDisabled())
  await page.getByRole('textbox').first().fill('https://gancho.example.com')
  assert.ok(await save.isEnabled())
  await page.context().close()
})

test('a tick wears the colours of the program', async () => {
  const page = await program.signedIn('/runs', { colorScheme: 'dark' })
  const tick = page.getByRole('checkbox').last()
  await tick.waitFor()
  const look = () => tick.evaluate((e) => [getComputedStyle(e).appearance, getComputedStyle(e).backgroundColor])
  assert.deepEqual(await look(), ['none', 'rgb(30, 28, 25)'])
  await tick.check()
  assert.deepEqual(await look(), ['none', 'rgb(88, 188, 203)'])
  await page.context().close()
})

test('what a finger or the eye is at stays where it is: a search while it finds less, a list while runs are ticked', async () => {
  for (const viewport of [{ width: 1440, height: 860 }, phone.viewport]) {
    const page = await program.signedIn('/connections', { viewport, reducedMotion: 'reduce' })
    await page.getByRole('button', { name: 'New connection' }).click()
    const search = page.getByRole('dialog').getByRole('searchbox')
    await page.getByRole('dialog').evaluate((e) => Promise.all(e.getAnimations().map((a) => a.finished)))
    const before = await topOf(search)
    await search.fill('nothing like it')
    await page.getByRole('dialog').getByText('Nothing matches.').waitFor()
    assert.equal(await topOf(search), before, `at ${viewport.width} the search of services moved`)
    await page.context().close()
  }
  const page = await program.signedIn('/flows/scripts', phone)
  await page.getByRole('button', { name: 'Add a step' }).last().click()
  const search = page.getByRole('combobox')
  await search.evaluate((e) => Promise.all(e.closest('[role=dialog]').getAnimations().map((a) => a.finished))) // the sheet rises
  const before = await topOf(search)
  await search.fill('xyzzyq')
  await page.getByRole('option', { name: /HTTP/ }).waitFor()
  assert.equal(await topOf(search), before, 'the search of actions moved')
  await page.goto(`${program.base}/runs`)
  const ticks = page.getByRole('checkbox', { name: /Select the run/ })
  await ticks.first().waitFor()
  const list = await topOf(ticks.first())
  await ticks.first().check()
  await page.getByRole('button', { name: 'Unselect' }).waitFor()
  assert.equal(await topOf(ticks.first()), list, 'the list moved')
  await page.context().close()
})

test('the sign that folds a step stands beside its name, however much is said of it on a phone', async () => {
  await program.api('POST', '/flows', { id: 'folds', name: 'Folds', trigger: { kind: 'webhook' }, steps: [{ id: 'each', name: 'Repetir para cada item do pedido', action: 'loop', disabled: true, with: {}, steps: [{ id: 'log', action: 'log', with: { message: 'a' } }] }] })
  const page = await program.signedIn('/flows/folds', { ...phone, locale: 'pt-BR' })
  await page.locator('[data-card] [data-faults]').waitFor()
  const place = (part) => part.evaluate((e) => { const box = e.getBoundingClientRect(); return (box.top + box.bottom) / 2 })
  const [fold, name] = [page.getByRole('button', { name: 'Recolher Repetir' }), page.locator('#n-each')]
  const line = await name.evaluate((e) => e.getBoundingClientRect().top + parseFloat(getComputedStyle(e).lineHeight) / 2)
  assert.ok(Math.abs(await place(fold) - line) < 4, `it is at ${await place(fold)}, the first line of the name at ${line}`)
  await page.context().close()
})

test('an event’s sheet and a replay are drawn without faults', async () => {
  const page = await program.signedIn('/events')
  await page.getByRole('button', { name: /rejected/ }).first().click()
  await page.getByRole('dialog').getByText('could not be read').first().waitFor()
  assert.deepEqual(await axeFaults(page), [], 'the sheet of an event')
  await page.keyboard.press('Escape')
  await page.goto(`${program.base}/runs?flow=scripts`)
  await page.getByRole('checkbox', { name: /Select the run/ }).first().check()
  await page.getByRole('button', { name: 'Run again' }).click()
  await page.getByRole('radio', { name: /From the start/ }).check()
  assert.deepEqual(await axeFaults(page), [], 'the dialog of a replay')
  await page.getByRole('dialog').getByRole('button', { name: 'Run again' }).click()
  await page.getByText('1 of 1 run again').waitFor()
  assert.equal(await page.evaluate(() => window.ran), undefined)
  await page.context().close()
})

test('whoever signs out asks for nothing more', async () => {
  const page = await program.open()
  await page.request.post(`${program.base}/api/v1/session`, { data: { email: ana.email, password: ana.password }, headers: { Origin: program.base } })
  const refused = []
  page.on('response', (r) => { if (r.status() === 401) refused.push(r.url()) })
  await page.goto(`${program.base}/runs`)
  await page.getByRole('button', { name: /^AS / }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByLabel('Password').first().waitFor()
  await page.waitForLoadState('networkidle')
  assert.deepEqual(refused, [])
  await page.context().close()
})

test('what failures start does not bury the runs, and nobody told is said', async () => {
  const { url } = (await program.api('GET', '/flows/scripts')).body
  for (let i = 0; i < 2; i++) await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"other": 1}' })
  await until(async () => (await program.api('GET', '/runs?flow=failure-alarm')).body.items.some((r) => r.status === 'filtered'))
  const page = await program.signedIn('/runs')
  await page.getByText(/failed/).first().waitFor()
  const hidden = page.getByRole('listitem').filter({ hasText: 'Failure alarm' }).filter({ hasText: 'filtered' })
  assert.equal(await hidden.count(), 0)
  await page.getByRole('checkbox', { name: 'Show runs that failures started' }).check()
  await hidden.first().waitFor()
  await page.goto(program.base)
  await page.getByRole('link', { name: 'Choose whom to tell' }).click()
  await page.getByRole('button', { name: 'Tell ana@example.com' }).click()
  await page.getByRole('list', { name: 'Who is told' }).getByText('ana@example.com').waitFor()
  await page.context().close()
})

test('what a person hears first is in the language and theme of the cookie, without a flash', async () => {
  const page = await program.open({ javaScriptEnabled: false, locale: 'pt-BR' })
  await page.context().addCookies([{ name: 'theme', value: 'dark', url: program.base }])
  await page.goto(program.base)
  assert.equal(await page.locator('html').getAttribute('lang'), 'pt-BR')
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor).catch(() => 'rgb(21, 20, 18)'), 'rgb(21, 20, 18)')
  await page.context().close()
})

test('no fault of a page', () => assert.deepEqual(program.faults, []))
