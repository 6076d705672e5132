// The editor's pure functions: node strips the types of the sources, which import one another without an extension.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { source } from './sources.mjs'

const flow = await source('flow.ts')
const changes = await source('tree/changes.ts')
const { renameValue } = await source('tree/renameValue.ts')
const clipboard = await source('tree/clipboard.ts')
const { rowsOf, moveAt } = await source('tree/rows.ts')
const { conditionParts, templateParts } = await source('tree/summary.ts')
const { choiceOf, compared, fromModel, operatorsOf, readAs, toModel, typedValue } = await source('conditions/model.ts')
const { likely } = await source('conditions/Suggested.tsx')
const { bestOf, mostSeen, treeOf } = await source('data/nodes.ts')
const { reachOf } = await source('data/reach.ts')
const { secretsIn } = await source('api/curlSecrets.ts')
const { caughtUp, merge } = await source('api/live.ts')
const { rebase, decide, same } = await source('editor/rebase.ts')
const { Draft } = await source('editor/draft.ts')
const { tokens, brackets } = await source('code/tokens.ts')
const { disguise } = await source('editor/disguise.ts')
const { keptEvent, keptTitle } = await source('editor/savedTest.ts')
const { problemsByRow, unsaid } = await source('editor/problems.ts')
const { fitsKind, offered } = await source('editor/kinds.ts')
const { spans } = await source('trigger/schedule.ts')
const { targetOf } = await source('settings/auditing.ts')
const { keyOf } = await source('editor/commands.ts')
const { groupsOf } = await source('editor/actionSearch.ts')
const { layoutOf } = await source('editor/mapLayout.ts')
const { deedsOf, alikeOf } = await source('editor/deeds.ts')
const { resultsOf, sumOf, wentOn, turnsOf } = await source('tree/results.ts')
const { duration } = await source('words/format.ts')
const { saidBy, troubleOf } = await source('runs/paths.ts')

document.documentElement.lang = 'pt-BR'
const { friendly: amigavel } = await source('words/path.ts')
document.documentElement.lang = 'en'
const { friendly } = await source('fields/template.ts')

const step = (id, more = {}) => ({ id, action: 'log', ...more })
const sample = () => ({
  id: 'f', name: 'F', trigger: { kind: 'manual' },
  steps: [step('a'), step('b', { action: 'branch', branches: [{ name: 'x', when: 'true', steps: [step('b1'), step('b2')] }, { name: 'y', steps: [] }] }), step('c', { action: 'loop', steps: [step('c1')], catch: [step('c2')] }), step('d')],
})
const ids = (f) => [...flow.idsOf(f.steps)]
const isExpression = (action, field) => field === 'where' || field === 'over'

/** dice gives the same numbers for the same seed. */
const dice = (seed) => () => {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff
  return seed / 0x7fffffff
}

test('a step is repeated for each element where it reads no turn yet, and reads the element where it read the first', async () => {
  const { repeated } = await source('fields/repeated.ts')
  const made = (settings) => repeated({ id: 'f', name: 'F', trigger: { kind: 'webhook' }, steps: [{ id: 'call', action: 'http.request', with: settings }] }, 'call', 'trigger.body.items')?.steps[0].steps[0].with
  assert.deepEqual(made({ url: 'https://a.example.com/{{ trigger.body.items[0].sku }}', text: 'old_trigger.body.items[0] {{ old_trigger.body.items[0] }}', success: 'response.body == trigger.body.items[0].sku' }),
    { url: 'https://a.example.com/{{ item.sku }}', text: 'old_trigger.body.items[0] {{ old_trigger.body.items[0] }}', success: 'response.body == item.sku' })
  assert.equal(made({ url: '{{ trigger.body.items[0].sku }}', success: 'item.total > 1' }), undefined)
  assert.notEqual(made({ url: '{{ trigger.body.items[0].sku }}', text: 'each item. Thanks' }), undefined)
  const tests = [{ name: 't', mocks: { call: {}, other: {} }, expect: { steps: { call: 'skipped', other: 'succeeded' } } }]
  const looped = repeated({ id: 'f', name: 'F', trigger: { kind: 'webhook' }, steps: [step('call'), step('other')], tests }, 'call', 'trigger.body.items')
  assert.deepEqual(looped.tests[0], { name: 't', mocks: { call: {}, other: {} }, expect: { steps: { 'loop.0.call': 'skipped', other: 'succeeded' } } })
  assert.deepEqual(changes.moveTo(looped, 'call', { place: null, at: 0 }).tests, tests) // and back
})

test('an error names data by what people call it', async () => {
  const { ticked, toldShort } = await source('words/told.ts')
  assert.equal(ticked('campo “URL”: falta trigger.body.items[0].sku'), 'campo “URL”: falta `trigger.body.items[0].sku`')
  for (const text of ['`trigger.body.x` is missing', 'no trigger.', 'an item of steps']) assert.equal(ticked(text), text)
  assert.equal(toldShort({ message: 'trigger.body.total is missing', hint: '' }), '`trigger.body.total` is missing.')
})

test('whatever is pasted, reading it breaks nothing: it is steps, a document for the server to judge, or none', async () => {
  const reading = await source('flows/start/read.ts')
  const { noted } = await source('flows/start/foreign.ts')
  const bundle = { gancho: 1, flows: [{ id: 'a', name: 'A', trigger: { kind: 'webhook', connection: 'shop' }, steps: [step('b', { name: 'B', note: 'N', connection: 'crm', with: { url: 'https://a.example' }, branches: [{ name: 'x', when: 'true', steps: [step('c')] }], steps: [step('d')], catch: [step('e')] })] }] }
  const n8n = { name: 'N', nodes: [{ name: 'W', type: 'n8n.webhook', parameters: {} }, { name: 'I', type: 'n8n.if', parameters: { conditions: { combinator: 'and', conditions: [{ leftValue: '={{ $json.a }}', rightValue: 1, operator: { operation: 'gt' } }] } } }, { name: 'S', type: 'n8n.set', parameters: { assignments: { assignments: [{ name: 'a', value: '={{ $json.b }}' }] } } }, { name: 'L', type: 'n8n.splitInBatches', typeVersion: 3, parameters: {} }], connections: { W: { main: [[{ node: 'I' }]] }, I: { main: [[{ node: 'S' }], [{ node: 'L' }]] }, L: { main: [[], [{ node: 'S' }]] } } }
  const make = { name: 'M', flow: [{ id: 1, module: 'gateway:CustomWebHook' }, { id: 2, module: 'builtin:BasicRouter', routes: [{ flow: [{ id: 3, module: 'http:ActionSendData', filter: { name: 'F', conditions: [[{ a: '{{1.a}}', o: 'number:greater', b: '0' }]] }, mapper: { url: 'x', headers: [{ name: 'a', value: 'b' }], data: '{}' } }] }] }, { id: 4, module: 'builtin:BasicFeeder', mapper: { array: '{{1.items}}' } }, { id: 5, module: 'util:SetVariables', mapper: { variables: [{ name: 'a', value: '{{4.b}}' }] } }] }
  const wrong = [undefined, null, {}, [], 0, '', 'x', true, [null], [[]], [{}], { a: 1 }, '{{']
  const broken = (value, roll) => {
    const spots = []
    const look = (v) => { if (typeof v === 'object' && v !== null) for (const k of Object.keys(v)) { spots.push([v, k]); look(v[k]) } }
    const copy = structuredClone(value)
    look(copy)
    const [of, key] = spots[Math.floor(roll() * spots.length)]
    of[key] = structuredClone(wrong[Math.floor(roll() * wrong.length)])
    return copy
  }
  const roll = dice(7)
  for (const whole of [bundle, bundle.flows[0], bundle.flows[0].steps, n8n, make]) {
    for (let i = 0; i < 400; i++) {
      const value = i % 3 ? broken(whole, roll) : broken(broken(whole, roll), roll)
      const text = JSON.stringify(value)
      try {
        const result = await reading.read(text, 'Pasted steps')
        if (result.bundle) {
          const { flows, taken = [] } = result.bundle
          reading.needs(flows)
          for (const f of flows) for (const path of ['/steps/0/branches/0/steps/0/with', '/trigger/kind', '']) [reading.countSteps(f), reading.stepAt(f, path), noted(f, taken, (what) => what)]
        }
        const steps = clipboard.readSteps(text)
        if (steps) for (const s of clipboard.fresh(sample(), steps, isExpression)) conditionParts(s.when ?? '', () => undefined, {})
      } catch (e) {
        assert.fail(`${text}\n${e.stack}`)
      }
    }
  }
  const faultOf = async (value) => (await reading.read(typeof value === 'string' ? value : JSON.stringify(value), 'P')).fault
  assert.equal(await faultOf({ gancho: 1, flows: [] }), 'noneIn')
  assert.equal(await faultOf(`${'['.repeat(9000)}${']'.repeat(9000)}`), 'notRead')
  assert.equal(clipboard.readSteps(`${'['.repeat(9000)}${']'.repeat(9000)}`), null)
  for (const value of [[], {}, 7, null, 'x', { steps: [7] }, { flows: {} }]) assert.equal(await faultOf(value), 'notRead')
  for (const value of [{ gancho: 2, flows: [] }, { gancho: 1, flows: [{}] }, { id: 'a', trigger: {} }, { gancho: 1, flows: [{ id: 'a', trigger: { kind: 'webhook' } }] }]) assert.equal(await faultOf(value), undefined, 'the server says what is wrong')
  assert.deepEqual(reading.stepAt(bundle.flows[0], '/steps/0/branches/0/steps/0/each'), { name: '', n: 3, rest: ['each'] })
})

test('who stops a flow is told what becomes of its runs that have begun', async () => {
  const { toldOf } = await source('flows/lifeWords.ts')
  assert.equal(toldOf('en', 'off', 'Orders', 8), 'Orders is off: its events are refused. 8 runs that have begun go on.')
  assert.equal(toldOf('pt-BR', 'pause', 'Pedidos', 1), 'Pedidos está pausado: os eventos ficam na fila. 1 execução já começada continua quando você retomar.')
  assert.equal(toldOf('en', 'resume', 'Orders', 8), 'Orders is on.')
  assert.equal(toldOf('en', 'off', 'Orders', 0), 'Orders is off: its events are refused.')
})

test('a connection that a flow lacks is of the kinds that the flow names', async () => {
  const { wantedBy } = await source('connections/Connections.tsx')
  const lack = { code: 'no_connection_yet', path: '/steps/1/connection', message: 'there is no connection "rd-station" yet; runs will wait for it', hint: 'create it, of the kind rdstation:api_key or rdstation:oauth' }
  assert.deepEqual(wantedBy([{ id: 'a', name: 'A', tags: [], problems: [lack] }], []), [['rd-station', { kinds: ['rdstation:api_key', 'rdstation:oauth'], flows: ['A'], example: false }]])
})

test('the key of a preset is told by the headers and fields that its sender marks a delivery with', async () => {
  const { marksIn } = await source('trigger/marks.ts')
  assert.deepEqual(marksIn("trigger.headers['x-shopify-event-id'] != nil ? 'shopify:' + trigger.headers['x-shopify-event-id'] : 'shopify:' + trigger.headers['x-shopify-webhook-id']"), ['x-shopify-event-id', 'x-shopify-webhook-id'])
  assert.deepEqual(marksIn("'x:' + string(trigger.body.data?.id)"), ['data.id'])
})

test('a change keeps what it does not touch the same object', () => {
  const f = sample()
  const next = flow.change(f, 'b1', (s) => ({ ...s, name: 'N' }))
  assert.notEqual(next.steps[1], f.steps[1])
  for (const i of [0, 2, 3]) assert.equal(next.steps[i], f.steps[i])
  assert.equal(next.steps[1].branches[1], f.steps[1].branches[1])
  assert.equal(flow.change(f, 'nobody', (s) => ({ ...s })), f)
})

test('any walk of moves keeps every step once, and each move can be taken back', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const roll = dice(seed)
    let f = sample()
    const all = ids(f).sort()
    for (let n = 0; n < 30; n++) {
      const id = all[Math.floor(roll() * all.length)]
      const from = flow.whereIs(f, id)
      const gaps = changes.gaps(f, id)
      const next = changes.moveTo(f, id, gaps[Math.floor(roll() * gaps.length)])
      assert.deepEqual(ids(next).sort(), all)
      const here = flow.whereIs(next, id)
      const back = flow.insert(flow.remove(next, id), from.place, from.at, here.steps[here.at])
      assert.deepEqual(back, f, `seed ${seed}: ${id} back to where it was`)
      f = next
    }
  }
})

test('a step is never moved into itself', () => {
  const f = sample()
  assert.equal(changes.moveTo(f, 'b', { place: { step: 'b', slot: 0 }, at: 0 }), f)
  assert.equal(changes.moveTo(f, 'c', { place: { step: 'c', slot: 'catch' }, at: 0 }), f)
})

test('moving over gaps reaches every place and comes back', () => {
  let f = sample()
  const seen = new Set()
  for (let n = 0; n < 30; n++) {
    const at = flow.whereIs(f, 'a')
    seen.add(at.place ? `${at.place.step}/${at.place.slot}` : '')
    f = changes.moveOver(f, 'a', 1)
  }
  assert.deepEqual([...seen].sort(), ['', 'b/0', 'b/1', 'c/catch', 'c/steps'])
  for (let n = 0; n < 30; n++) f = changes.moveOver(f, 'a', -1)
  assert.deepEqual(f, sample())
})

test('rows read in order, with the levels and places that a screen reader tells', () => {
  const rows = rowsOf(sample(), new Set())
  assert.deepEqual(rows.map((r) => `${r.key} ${r.level} ${r.pos}/${r.size}`), ['trigger 1 1/5', 'a 1 2/5', 'b 1 3/5', 'b/0 2 1/2', 'b1 3 1/2', 'b2 3 2/2', 'b/1 2 2/2', 'c 1 4/5', 'c1 2 1/2', 'c/catch 2 2/2', 'c2 3 1/1', 'd 1 5/5'])
  assert.deepEqual(rowsOf(sample(), new Set(['b', 'c'])).map((r) => r.key), ['trigger', 'a', 'b', 'c', 'd'])
  assert.deepEqual(moveAt(rows, 'b1', 'ArrowLeft', new Set()), { to: 'b/0' })
  assert.deepEqual(moveAt(rows, 'b', 'ArrowLeft', new Set()), { fold: true })
  assert.deepEqual(moveAt(rows, 'b', 'ArrowRight', new Set()), { to: 'b/0' })
})

test('a step reads from those that ran before it: not from inside a loop behind it, nor from the path beside its own', () => {
  const seen = (id) => Object.fromEntries(reachOf(sample(), id))
  assert.deepEqual(seen('d'), { a: false, b: false, b1: true, b2: true, c: true, c2: true })
  assert.deepEqual(seen('c1'), { a: false, b: false, b1: true, b2: true })
  assert.deepEqual(seen('b2'), { a: false, b1: false })
  const beside = { ...sample(), steps: [step('p', { action: 'parallel', branches: [{ name: 'x', steps: [step('x1')] }, { name: 'y', steps: [step('y1', { when: 'true' })] }] }), step('z')] }
  assert.deepEqual(Object.fromEntries(reachOf(beside, 'z')), { p: false, x1: false, y1: true })
  assert.deepEqual(Object.fromEntries(reachOf(beside, 'y1')), {})
})

test('copies get ids of their own, and what they say of each other follows', () => {
  const f = sample()
  const steps = [step('a', { with: { message: 'steps.b1 in {{ steps.b1.value }} and {{ steps.other }}' } }), step('b1', { action: 'filter', with: { where: 'steps.a != nil && steps["a"].x' }, when: 'errors.a.code == "x"' })]
  const text = clipboard.copyText(steps)
  const copies = clipboard.fresh(f, clipboard.readSteps(text), isExpression)
  assert.equal(copies[0].id, 'a_2')
  const other = copies[1].id
  assert.equal(copies[0].with.message, `steps.b1 in {{ steps.${other}.value }} and {{ steps.other }}`)
  assert.equal(copies[1].with.where, 'steps.a_2 != nil && steps["a_2"].x')
  assert.equal(copies[1].when, 'errors.a_2.code == "x"')
  assert.equal(new Set([...ids(f), ...copies.map((s) => s.id)]).size, ids(f).length + 2)
})

test('a pasted text is steps, one step, a flow or nothing', () => {
  assert.equal(clipboard.readSteps('{"action": "log"}')[0].id, 'log')
  assert.equal(clipboard.readSteps(JSON.stringify({ gancho: 1, flows: [sample()] })).length, 4)
  for (const text of ['', '{', '{"a": 1}', '[1]', '{"action":"x","steps":[1]}', 'null']) assert.equal(clipboard.readSteps(text), null, text)
})

test('a renamed step is followed everywhere, tests too', () => {
  const f = { ...sample(), tests: [{ name: 't', mocks: { 'c.0.c1': {} }, expect: { steps: { c1: 'skipped' } } }] }
  f.steps[3] = step('d', { with: { message: '{{ steps.c1.v }}' } })
  const next = changes.renameStep(f, 'c1', 'send', isExpression)
  assert.deepEqual(flow.find(next, 'send').formerly, ['c1'])
  assert.equal(flow.find(next, 'd').with.message, '{{ steps.send.v }}')
  assert.deepEqual(next.tests[0], { name: 't', mocks: { 'c.0.send': {} }, expect: { steps: { send: 'skipped' } } })
  assert.equal(changes.renameStep(f, 'c1', 'a', isExpression), f)
})

test('a value of a step that gets another name is followed by what reads it, and by the tests', () => {
  const reads = (text, where, key) => ({ id: 'f', name: 'F', trigger: { kind: 'manual' }, steps: [
    { id: 'set', action: 'set', with: { values: { [key]: 'steps.set.name is text' } } },
    { id: 'a', action: 'log', with: { text }, catch: [{ id: 'b', action: 'filter', with: { where } }] },
  ], tests: [{ name: 't', event: {}, mocks: { set: { output: { [key]: 1 } } }, expect: { steps: { set: { output: { [key]: 1 } }, a: 'succeeded' } } }] })
  assert.deepEqual(renameValue(reads('{{ steps.set.first_name }} steps.set.first_name {{ upper(steps.set["first_name"]) + steps.set.first_names + old_steps.set.first_name }}', 'steps.set?.first_name == 1', 'first_name'), 'set', 'first_name', 'primeiro nome', isExpression),
    { ...reads('{{ steps.set["primeiro nome"] }} steps.set.first_name {{ upper(steps.set["primeiro nome"]) + steps.set.first_names + old_steps.set.first_name }}', 'steps.set["primeiro nome"] == 1', 'first_name'), tests: reads('', '', 'primeiro nome').tests })
  const back = renameValue(reads('{{ steps.set["a.b"].x }}', '', 'a.b'), 'set', 'a.b', 'c', isExpression)
  assert.equal(back.steps[1].with.text, '{{ steps.set.c.x }}')
})

test('who reads a step is known before it goes, and that it is gone after', () => {
  const f = { id: 'f', name: 'F', trigger: { kind: 'manual' }, steps: [
    { id: 'each', action: 'loop', steps: [{ id: 'set', action: 'set' }, { id: 'in', action: 'log', with: { text: '{{ steps.set.x }}' } }] },
    { id: 'a', action: 'log', when: 'steps["set"].x == 1' }, { id: 'b', action: 'log', with: { text: '{{ steps.setting.x }}' } }, { id: 'c', action: 'log', with: { deep: ['{{ steps.set.x }}'] } },
  ] }
  assert.deepEqual(changes.readersOf(f, 'each').map((s) => s.id), ['a', 'c'])
  assert.deepEqual(changes.readersOf(f, 'set').map((s) => s.id), ['in', 'a', 'c'])
  assert.deepEqual(['steps.set.x', 'steps.setting.x', 'errors.gone', 'trigger.body'].map((p) => flow.leadsNowhere(f, p)), [false, true, true, false])
})

test('changes of other places are put together in silence', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const roll = dice(seed)
    const base = sample()
    const any = () => { const l = ids(base); return l[Math.floor(roll() * l.length)] }
    const mine = flow.change(base, any(), (s) => ({ ...s, note: 'mine' }))
    const gaps = changes.gaps(base)
    const theirs = flow.insert(base, gaps[Math.floor(roll() * gaps.length)].place, 0, step('new'))
    const { flow: both, clashes } = rebase(base, mine, theirs)
    assert.deepEqual(clashes, [])
    assert.ok(flow.find(both, 'new'))
    assert.equal(JSON.stringify(both).includes('"mine"'), true)
    assert.ok(same(rebase(base, mine, base).flow, mine))
    assert.ok(same(rebase(base, base, theirs).flow, theirs))
  }
})

test('the same place is a clash with both values; theirs stays until it is decided', () => {
  const base = sample()
  const set = (v) => flow.change(base, 'b1', (s) => ({ ...s, with: { message: v } }))
  const { flow: both, clashes } = rebase(base, set('mine'), set('theirs'))
  assert.equal(flow.find(both, 'b1').with.message, 'theirs')
  assert.equal(clashes.length, 1)
  assert.deepEqual(clashes[0], { step: 'b1', path: ['with', 'message'], mine: 'mine', theirs: 'theirs' })
  assert.equal(flow.find(decide(both, clashes[0], clashes[0].mine), 'b1').with.message, 'mine')
})

test('a step that one moved and the other changed is both', () => {
  const base = sample()
  const mine = changes.moveTo(base, 'd', { place: { step: 'b', slot: 1 }, at: 0 })
  const theirs = flow.change(base, 'd', (s) => ({ ...s, name: 'Renamed' }))
  const { flow: both, clashes } = rebase(base, mine, theirs)
  assert.deepEqual(clashes, [])
  assert.equal(both.steps[1].branches[1].steps[0].name, 'Renamed')
  assert.equal(ids(both).length, ids(base).length)
})

test('what one took out and the other changed is kept', () => {
  const base = sample()
  const { flow: both } = rebase(base, flow.remove(base, 'b'), flow.change(base, 'b2', (s) => ({ ...s, name: 'N' })))
  assert.equal(flow.find(both, 'b2').name, 'N')
})

/** A server in memory: it can be away, and somebody else can save on it. */
function server(doc) {
  const s = { doc, rev: 1, away: false, puts: 0, stale: 0 }
  s.view = () => ({ flow: structuredClone(s.doc), draft_rev: s.rev, published_rev: 0, state: 'new', changed: true, can_undo: s.rev > 1, can_redo: false, problems: [], created: '', updated: '' })
  s.save = (next) => { s.doc = structuredClone(next); s.rev++ }
  const kept = new Map()
  s.kept = kept
  s.world = {
    put: async (f, rev) => {
      if (s.away) throw { status: 0 }
      if (rev !== s.rev) {
        s.stale++
        throw { status: 412, current: s.view() }
      }
      s.puts++
      s.save(f)
      return s.view()
    },
    step: async () => { throw { status: 409, code: 'changed_by_other', detail: 'Bia made the newest change' } },
    owner: 'ana@example.com',
    storage: { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => void kept.set(k, v), removeItem: (k) => void kept.delete(k) },
  }
  return s
}
const trouble = (e) => e

test('typing is one draft per pause', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const s = server(sample())
  const d = new Draft(s.view(), s.world, trouble)
  for (const name of ['P', 'Pa', 'Pag', 'Pago']) d.edit((f) => ({ ...f, name }))
  t.mock.timers.tick(1000)
  await d.save()
  assert.equal(s.puts, 1)
  assert.equal(s.doc.name, 'Pago')
  assert.equal(d.state.saving, 'saved')
  assert.equal(s.kept.size, 0)
})

test('without a server nothing is lost: it waits, it is kept for a reload, and it is saved after', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const s = server(sample())
  const d = new Draft(s.view(), s.world, trouble)
  s.away = true
  d.edit((f) => ({ ...f, name: 'Offline' }))
  await d.save()
  assert.equal(d.state.saving, 'waiting')
  s.save({ ...sample(), description: 'theirs' })
  const again = new Draft(s.view(), s.world, trouble)
  assert.equal(again.state.flow.name, 'Offline')
  assert.equal(again.state.flow.description, 'theirs')
  const other = new Draft(s.view(), { ...s.world, owner: 'rui@example.com' }, trouble)
  assert.equal(other.state.flow.name, sample().name, 'the next person on this machine gets nothing of it')
  assert.equal(other.state.saving, 'saved')
  s.away = false
  await again.save()
  assert.equal(s.doc.name, 'Offline')
  assert.equal(s.doc.description, 'theirs')
  assert.equal(s.kept.size, 0)
  d.close()
})

test('after no network and a refusal, a correction is saved', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const s = server(sample())
  const d = new Draft(s.view(), s.world, trouble)
  s.away = true
  d.edit((f) => ({ ...f, name: '' }))
  await d.save()
  s.away = false
  const { put } = s.world
  s.world.put = async () => { throw { status: 422, detail: 'a flow needs a name' } }
  await d.save()
  assert.deepEqual([d.state.saving, d.state.refusal], ['refused', 'a flow needs a name'])
  s.world.put = put
  d.edit((f) => ({ ...f, name: 'Corrected' }))
  assert.equal(d.state.saving, 'saving')
  t.mock.timers.tick(500)
  await d.save()
  assert.deepEqual([s.doc.name, d.state.saving, d.state.refusal], ['Corrected', 'saved', ''])
})

test('two who wait for one save send what is left once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const s = server(sample())
  const d = new Draft(s.view(), s.world, trouble)
  d.edit((f) => ({ ...f, name: 'One' }))
  const saves = [d.save()]
  d.edit((f) => ({ ...f, name: 'Two' }))
  saves.push(d.save(), d.save())
  await Promise.all(saves)
  assert.deepEqual([s.doc.name, s.puts, s.stale], ['Two', 2, 0])
})

test('a closed draft saves once more and then rests; the flow goes on from what it kept', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const s = server(sample())
  const { put } = s.world
  let asked = 0
  s.world.put = (f, rev) => { asked++; return put(f, rev) }
  const d = new Draft(s.view(), s.world, trouble)
  d.open()
  s.away = true
  d.edit((f) => ({ ...f, name: 'Kept' }))
  d.close()
  await d.save()
  t.mock.timers.tick(60_000)
  await Promise.resolve()
  assert.equal(asked, 2, 'at the close, and where the test asks for it')
  assert.equal(s.kept.size, 1)

  s.away = false
  const again = new Draft(s.view(), s.world, trouble)
  t.mock.timers.tick(1000)
  assert.equal(asked, 2, 'nothing is sent before it is open')
  again.open()
  t.mock.timers.tick(0)
  await again.save()
  assert.deepEqual([s.doc.name, s.kept.size], ['Kept', 0])
})

test('a save that ends after the flow was opened anew leaves what the new one keeps', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const s = server(sample())
  const { put } = s.world
  let arrive
  s.world.put = (f, rev) => new Promise((resolve, reject) => { arrive = () => put(f, rev).then(resolve, reject) })
  const d = new Draft(s.view(), s.world, trouble)
  d.edit((f) => ({ ...f, name: 'Old' }))
  d.close()
  const again = new Draft(s.view(), s.world, trouble)
  again.edit((f) => ({ ...f, name: 'New' }))
  arrive()
  await d.save()
  assert.equal(s.doc.name, 'Old')
  assert.equal(JSON.parse(s.kept.get('draft:ana@example.com:f')).flow.name, 'New')
})

test('a stale save puts my change under theirs and sends it again; the same place is asked', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const s = server(sample())
  const d = new Draft(s.view(), s.world, trouble)
  d.edit((f) => ({ ...f, name: 'Mine', description: 'only mine' }))
  s.save({ ...sample(), name: 'Theirs' })
  await d.save()
  await d.save()
  assert.equal(s.doc.name, 'Theirs')
  assert.equal(s.doc.description, 'only mine')
  assert.equal(d.state.clashes.length, 1)
  d.decide(d.state.clashes[0], true)
  await d.save()
  assert.equal(s.doc.name, 'Mine')
  assert.equal(d.state.clashes.length, 0)
})

test('an undo that would take back somebody else\'s change asks first', async () => {
  const s = server(sample())
  const d = new Draft(s.view(), s.world, trouble)
  assert.equal(await d.step('undo'), false)
  assert.match(d.state.ask, /Bia/)
})

test('what is typed while an undo is on its way stays, and an answer that comes too late takes nothing back', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const s = server(sample())
  const answers = []
  s.world.step = (way) => new Promise((resolve) => {
    s.save({ ...s.doc, description: way })
    const view = s.view()
    answers.push(() => resolve(view))
  })
  const d = new Draft(s.view(), s.world, trouble)
  const steps = [d.step('undo'), d.step('redo')]
  await Promise.resolve()
  await Promise.resolve()
  d.edit((f) => ({ ...f, name: 'Typed' }))
  for (const answer of answers.reverse()) answer()
  assert.deepEqual(await Promise.all(steps), [true, true])
  await d.save()
  assert.deepEqual([s.doc.name, s.doc.description], ['Typed', 'redo'])
  assert.deepEqual([d.state.flow.name, d.state.flow.description, d.state.saving], ['Typed', 'redo', 'saved'])
})

test('numbers in texts are compared as numbers; a search means the value that lies least deep', () => {
  const text = (form, ...values) => ({ type: 'text', ...(form && { form }), values: values.map((value) => ({ value, count: 1, ...(value.endsWith('•••') && { cut: true }) })) }) // as the server gives it
  assert.deepEqual([text('number_br', '199,90', 'R$ 1.250,00'), text('number', '249.90'), text('number', '1001'), text('number_br', '1•••'), text(undefined, '249.90', 'none'), text()].map((f) => operatorsOf(f)[0]), ['greater', 'greater', 'equals', 'greater', 'equals', 'equals'])
  assert.equal(readAs(text('number', '250.00'), 'greater', 100), 'number')
  assert.equal(readAs(text('number_br', '1•••'), 'at_most', ''), 'number_br')
  assert.equal(readAs({ type: 'any', form: 'number_br', values: [] }, 'greater', 100), 'number_br')
  assert.equal(readAs(text('number', '250.00'), 'contains', '2'), undefined)
  assert.equal(readAs(text(undefined, 'b'), 'greater', 'a'), undefined, 'what is compared with a text is no number')
  assert.equal(readAs({ type: 'number', values: [] }, 'greater', 100), undefined)
  assert.equal(typedValue('R$ 1.200,50', 'text', 'greater', 'pt-BR'), 1200.5)
  assert.equal(typedValue('250.00', 'text', 'greater', 'pt-BR'), 250)
  assert.equal(typedValue('250.00', 'text', 'equals', 'pt-BR'), '250.00')
  assert.equal(typedValue('1.200,50', 'text', 'greater', 'en'), 1200.5)
  assert.equal(typedValue('1,500.00', 'text', 'greater', 'pt-BR'), 1500)
  assert.equal(typedValue('1.5,000.00', 'text', 'greater', 'pt-BR'), '1.5,000.00')
  assert.equal(typedValue('1.250,00', 'text', 'greater', 'en'), 1250)
  const leaf = (path, level, label) => ({ path, name: path.split('.').at(-1), label, level, leaf: true, children: [] })
  const rows = [leaf('trigger.body.line_items[].taxes[].total', 4, 'Total'), leaf('trigger.body.discount_total', 2, 'Discount total'), leaf('trigger.body.total', 2, 'Total')]
  assert.equal(bestOf(rows, 'total'), 2)
  assert.equal(bestOf([leaf('trigger.body.nome', 2, 'Número do pedido'), leaf('trigger.body.billing_address.first_name', 3, 'Nome do cliente')], 'nome'), 1, 'what is called so comes before what the data calls so')
})

test('dates and lists are compared as such; what a row was compared with stays where it fits', () => {
  const date = { type: 'text', form: 'date', values: [] }
  assert.deepEqual(operatorsOf(date).slice(0, 2), ['day_less', 'day_greater'])
  assert.deepEqual(operatorsOf({ type: 'list', values: [] }), ['includes', 'not_includes', 'exists', 'missing'])
  const row = { id: 1, field: 'trigger.body.at', operator: 'equals', value: '' }
  const before = compared(row, 'day_less', date, 'en')
  assert.deepEqual(before, { ...row, operator: 'less', as: 'day' })
  assert.equal(choiceOf(before), 'day_less')
  const dated = { ...before, value: '2026-11-24' }
  assert.equal(compared(dated, 'day_at_least', date, 'en').value, '2026-11-24')
  assert.deepEqual(compared(dated, 'last_days', date, 'en'), { ...row, operator: 'last_days', as: undefined })
  assert.deepEqual(['7', '0', '1.5', 'x'].map((n) => typedValue(n, 'text', 'last_days', 'en')), [7, '', '', ''])
  assert.deepEqual(compared({ ...row, value: '80' }, 'greater', { type: 'text', form: 'number_br', values: [] }, 'pt-BR'), { ...row, operator: 'greater', as: 'number_br', value: 80 })
  assert.equal(compared({ ...row, value: '3' }, 'includes', { type: 'list', values: [] }, 'en', 'integer').value, 3, 'a list of numbers holds numbers')
  const model = { all: [{ field: 'trigger.body.total', default: 0, as: 'number', operator: 'greater', value: 100 }] }
  assert.deepEqual(toModel(fromModel(model)), model)
})

test('sentences: chips for data, words for conditions, code for what is more', () => {
  const op = { is: 'is', isNot: 'is not', and: 'and', or: 'or', not: 'not', isIn: 'is one of', contains: 'contains', startsWith: '', endsWith: '', isPresent: 'is present', isMissing: '', atLeast: 'is at least', atMost: 'is at most', yes: 'yes', no: 'no', point: '.', whenMissing: '{value} when missing', isBefore: 'is before', dayForm: '{d}/{m}/{y}', lastDay: 'is in the last day', lastDays: 'is in the last {n} days', nextDay: '', nextDays: 'is in the next {n} days', dayAgo: '', daysAgo: 'is at least {n} days ago' }
  const text = (parts) => parts.map((p) => p.text ?? (p.chip ? `[${p.chip}]` : `<${p.code}>`)).join('').replace(/ +/g, ' ').trim()
  assert.equal(text(conditionParts("trigger.body.status == 'paid' && trigger.body.total >= 100", () => undefined, op)), '[Status] is “paid” and [Total] is at least 100')
  assert.equal(text(conditionParts('float(trigger.body.total) >= 200', () => undefined, op)), '[Total] is at least 200')
  assert.equal(text(conditionParts('trigger.body.total <= 200 || truthy(steps.ask.data.approved)', () => undefined, op)), '[Total] is at most 200 or [Approved] is yes')
  assert.equal(text(conditionParts('float(trigger.body.total) > 200.5', () => undefined, { ...op, point: ',' })), '[Total] > 200,5')
  assert.equal(text(conditionParts('present(trigger.body.a)', () => undefined, op)), '[A] is present')
  for (const [source, said] of [
    ['float((trigger.body.total ?? 0)) > 100', '[Total] (0 when missing) > 100'], ['(trigger.body.total ?? 0) > 100 and number_br(trigger.body.b ?? 1.5) < 2', '[Total] (0 when missing) > 100 and [B] (1.5 when missing) < 2'],
    ['"vip" in trigger.body.tags', '[Tags] contains “vip”'], ['not ("vip" in (trigger.body.tags ?? []))', 'not ([Tags] ([] when missing) contains “vip”)'], ['trigger.body.a in ["x", "y"]', '[A] is one of “x”, “y”'],
    ['start_of(trigger.body.at, "day") < date("2026-11-24")', '[At] is before 24/11/2026'], ['diff(trigger.body.at, now(), "days") in 0..6 or diff(now(), trigger.body.due, "days") in 0..2', '[At] is in the last 7 days or [Due] is in the next 3 days'],
    ['diff(trigger.body.at, now(), "days") >= 30', '[At] is at least 30 days ago'],
  ]) assert.equal(text(conditionParts(source, () => undefined, op)), said)
  assert.equal(text(conditionParts('len(trigger.body.items) > 2', () => undefined, op)), '<len(trigger.body.items) > 2>')
  assert.equal(text(templateParts('Order {{ trigger.body.id }} of {{ a + b }}', (p) => (p === 'trigger.body.id' ? 'Number' : undefined))), 'Order [Number] of <a + b>')
  assert.equal(text(templateParts('{{ trigger.body.customer.email }} {{ steps.order.total }} {{ item.sku }}', () => undefined)), '[Customer email] [Total] [SKU]')
  assert.equal(text(templateParts('{{ trigger.body.number }} {{trigg…”; it was “{{ trigger.body.name }}', () => undefined)), '[Number] {{trigg…”; it was “{{ trigger.body.name }}', 'a hole that is cut off takes no other with it')
})

test('code is told apart for its colours, holes of a template too', () => {
  const of = (source, mode) => tokens(source, mode).map((t) => `${t.kind}:${source.slice(t.from, t.to)}`)
  assert.deepEqual(of('upper(trigger.body.name) == "A b" and 12 > 3', 'expression'), ['name:upper', 'sign:==', 'text:"A b"', 'word:and', 'number:12', 'sign:>', 'number:3'])
  assert.deepEqual(of('Order 12 {{ len(a) }} and', 'template'), ['brace:{{', 'name:len', 'brace:}}'])
  assert.deepEqual(of('{"a": "b", "n": -1.5, "t": true}', 'json'), ['name:"a"', 'text:"b"', 'name:"n"', 'number:-1.5', 'name:"t"', 'word:true'])
  assert.deepEqual(brackets('len(a[1])', 9), [3, 8])
  assert.deepEqual(brackets('len(a[1])', 5), [5, 7])
  assert.equal(brackets('len(a', 4), null)
})

test('a test keeps no person: e-mails, phones, documents and names are made up', () => {
  const body = { id: 42, total: '199.90', customer: { first_name: 'Ana', email: 'ana@loja.com.br', phone: '11987654321', cpf: '390.533.447-05' }, note: 'call (21) 98888-7777 or ana@loja.com.br' }
  const kept = JSON.stringify(disguise(body))
  for (const secret of ['Ana', 'loja.com.br', '987654321', '390.533', '98888']) assert.ok(!kept.includes(secret), `${secret} in ${kept}`)
  assert.equal(disguise(body).id, 42)
  assert.equal(disguise(body).total, '199.90')
})

test('a test keeps shapes, what is equal, and what is nobody’s', () => {
  const order = {
    name: '#1001', email: 'ana@loja.com.br', number: 1001, created_at: '2026-05-04T10:00:00Z', ip: '203.0.113.9',
    buyer: { name: 'Ana Souza', document: 39053344705, phone: 5511987654321, identification: { type: 'CPF', number: '39053344705' } },
    shipping_address: { name: 'Rui Lima', address1: 'Rua das Flores, 10', number: 10, complement: 'casa 2', 'Zip Code': '04567-890', zipcode: '04567890', city: 'São Paulo', province: 'SP' },
    contacts: [{ profile: { name: 'Ana Souza' }, wa_id: '5511987654321' }], payload: { name: 'Bia', email: 'bia@loja.com.br' },
    line_items: [{ name: 'Camisa', product: { name: 'Camisa' }, price: '10.00' }], shop: { name: 'Loja da Ana', email: 'ana@loja.com.br' }, empty: '', nothing: null,
  }
  const kept = disguise(order)
  for (const secret of ['Souza', 'Rui', 'Bia', 'loja.com', '3905334', '98765', 'Flores', 'casa 2', '04567']) assert.ok(!JSON.stringify(kept).includes(secret), secret)
  for (const key of ['name', 'number', 'created_at', 'ip', 'line_items', 'empty', 'nothing']) assert.deepEqual(kept[key], order[key])
  assert.equal(kept.shop.name, 'Loja da Ana')
  assert.equal(kept.shipping_address.city, 'São Paulo')
  assert.equal(kept.buyer.name, kept.contacts[0].profile.name)
  assert.notEqual(kept.buyer.name, kept.shipping_address.name)
  assert.equal(kept.email, kept.shop.email)
  assert.notEqual(kept.email, kept.payload.email)
  assert.equal(kept.buyer.phone, Number(kept.contacts[0].wa_id))
  assert.equal(kept.buyer.document, 12345678909)
  assert.equal(kept.buyer.identification.number, '12345678909')
  assert.match(kept.shipping_address['Zip Code'], /^\d{5}-\d{3}$/)
  assert.equal(kept.shipping_address.zipcode, kept.shipping_address['Zip Code'].replace('-', ''))
  assert.equal(typeof kept.shipping_address.number, 'number')
  assert.deepEqual(disguise({ cnpj: '12.345.678/0001-95', cpfs: ['111.444.777-35', '390.533.447-05'] }), { cnpj: '11.222.333/0001-81', cpfs: ['123.456.790-34', '123.456.791-15'] })
  const told = disguise({ from: '5511987654321', to: 'sales', recipient_id: 11987654321, pixAddressKey: '39053344705', date_from: '2026-01-01', messages: [{ from: '11987654321' }] })
  assert.deepEqual([told.from, told.to, told.recipient_id, told.pixAddressKey, told.date_from], ['5511900000000', 'sales', 11900000001, '12345678909', '2026-01-01'])
  assert.equal(told.messages[0].from, '11900000001')
  assert.equal(keptTitle('Pedido #1001 · Ana Souza · R$ 50,00', order), 'Pedido #1001 · R$ 50,00')
  assert.equal(keptTitle('Ana Souza', order), '')
  assert.deepEqual(keptEvent({ body: { a: 1 }, method: 'POST', query: { email: 'ana@loja.com.br' }, headers: { 'x-topic': 'order', 'x-signature': 's', host: 'h' } }), { body: { a: 1 }, query: { email: 'pessoa@example.com' }, headers: { 'x-topic': 'order' } })
})

test('what is yet to be filled in is no fault', () => {
  const rows = problemsByRow(sample(), [{ severity: 'error', code: 'required', path: '/steps/0/with/url', message: 'is required', hint: '' }, { severity: 'error', code: 'unknown_name', path: '/steps/3/when', message: 'x', hint: '' }])
  assert.deepEqual([rows.get('a').errors, rows.get('a').todo, rows.get('d').errors], [0, 1, 1])
})

test('a connection that is not there is more than a hint, and is quoted as the screens quote', () => {
  const warning = (code, message) => ({ severity: 'warning', code, path: '/steps/0/connection', message, hint: '' })
  const row = problemsByRow(sample(), [warning('other', 'x'), warning('no_connection_yet', 'ainda não existe a conexão "loja"; as execuções vão esperar por ela')]).get('a')
  assert.deepEqual([row.warnings, row.hints, row.text.split('\n')[0]], [1, 1, 'Ainda não existe a conexão “loja”; as execuções vão esperar por ela.'])
})

test('any connection of a provider fits where all of its kinds are asked for', () => {
  assert.ok(fitsKind(['mercadopago:*', 'mercadopago:webhook'], 'mercadopago:token'))
  assert.ok(!fitsKind(['mercadopago:*'], 'mercadopagox:token'))
  assert.ok(!fitsKind(['generic:webhook'], 'generic:token'))
  const kinds = ['shop:token', 'shop:oauth', 'shop:webhook', 'other'].map((kind) => ({ kind }))
  assert.deepEqual(offered(['shop:webhook', 'shop:*'], kinds).map((k) => k.kind), ['shop:webhook', 'shop:token', 'shop:oauth'])
})

test('nothing takes no time, and what takes long is told by its two greatest units', () => {
  assert.deepEqual([0, 0.4, 1, 999, 1500, 61_000].map((ms) => duration('en', ms)), ['< 1 ms', '< 1 ms', '1 ms', '999 ms', '1.5 s', '1 min 1 s'])
  assert.equal(duration('pt-BR', 1500), '1,5 s')
})

test('days of a week that follow each other are told as a span, from Monday on', () => {
  assert.deepEqual(spans([1, 2, 3, 4, 5]), [[1, 5]])
  assert.deepEqual(spans([0, 1, 3, 6]), [[1, 1], [3, 3], [6, 6], [0, 0]])
  assert.deepEqual(spans([0, 2, 5, 6]), [[2, 2], [5, 0]])
  assert.deepEqual(spans([2]), [[2, 2]])
})

test('conditions are offered of what tells the state of things, the wanted value first', () => {
  const f = (path, values, more = {}) => ({ path, type: 'text', label: '', masked: false, values: values.map((value) => ({ value, count: 1 })), ...more })
  const found = likely([f('trigger.event', ['order']), f('trigger.body.payment.paymentStatus', ['open', 'paid']), f('trigger.body.name', ['Ana']), f('trigger.body.items[].status', ['x']), f('trigger.body.state', ['•••'], { masked: true }), f('trigger.body.date_paid', ['2026']), f('trigger.topic', ['all'], { of: 0 }), f('trigger.body.state', ['same'], { values: [{ value: 'same', count: 7 }], of: 7 })])
  assert.deepEqual(found.map((x) => `${x.path} ${x.value}`), ['trigger.body.payment.paymentStatus paid', 'trigger.body.payment.paymentStatus open', 'trigger.event order', 'trigger.topic all']) // what all events hold tells none apart
})

test('rows of a condition that no draft holds go along with a new id of their step, and come back with it', async () => {
  const { followRows } = await source('editor/followRows.ts')
  const before = globalThis.localStorage
  const kept = Object.defineProperties({}, { getItem: { value: (k) => kept[k] ?? null }, setItem: { value: (k, v) => { kept[k] = v } }, removeItem: { value: (k) => { delete kept[k] } } })
  globalThis.localStorage = kept
  try {
    const flow = (...steps) => ({ id: 'f', trigger: { kind: 'webhook' }, steps })
    const [was, now] = [{ id: 'a', action: 'filter' }, { id: 'b', action: 'filter', formerly: ['a'] }]
    kept['draft::f a condition'] = 'rows'
    followRows(flow(was), flow(now))
    assert.deepEqual({ ...kept }, { 'draft::f b condition': 'rows' })
    followRows(flow(now), flow())
    assert.deepEqual({ ...kept }, {})
    followRows(flow(), flow({ id: 'c', action: 'filter' }))
    assert.deepEqual({ ...kept }, {})
    followRows(flow(), flow(now)) // the deletion was undone
    assert.deepEqual({ ...kept }, { 'draft::f b condition': 'rows' })
  } finally {
    globalThis.localStorage = before
  }
})

test('a wait that nothing can end is yet to be filled in', () => {
  const waits = (steps) => unsaid({ ...sample(), steps }, 'path', 'wait').map((p) => p.path)
  assert.deepEqual(waits([step('w', { action: 'wait' }), step('x', { action: 'wait', with: {} })]), ['/steps/0/with/signal', '/steps/1/with/signal'])
  for (const told of [{ signal: 'go' }, { approve: { text: 'ok?' } }, { timeout: '1d' }]) assert.deepEqual(waits([step('w', { action: 'wait', with: told })]), [])
  assert.deepEqual(waits([step('m', { with: { message: '{{ run.wait_url("w") }}' } }), step('w', { action: 'wait' })]), [])
  const f = { ...sample(), steps: [step('w', { action: 'wait' })] }
  assert.equal(problemsByRow(f, unsaid(f, 'path', 'wait')).get('w').todo, 1)
})

test('keys have one name on every machine', () => {
  const press = (key, more = {}) => keyOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more })
  assert.equal(press('a'), 'A')
  assert.equal(press('A', { shiftKey: true }), 'Shift+A')
  assert.equal(press('z', { metaKey: true }), 'Ctrl+Z')
  assert.equal(press('ArrowUp', { altKey: true, shiftKey: true }), 'Alt+Shift+ArrowUp')
  assert.equal(press('?', { shiftKey: true }), '?')
})

test('the add menu finds by words of both languages, the best first, and puts what is used most on top', () => {
  const w = (en, pt) => ({ en, 'pt-BR': pt })
  const a = (kind, title, words) => ({ kind, title, summary: w('', ''), words, group: 'g' })
  const list = [a('set', w('Set values', 'Definir valores'), w('variable', 'variável')), a('email.send', w('Send an e-mail', 'Enviar um e-mail'), w('mail', 'correio')), a('loop', w('Loop', 'Repetição'), w('each', 'laço cada'))]
  const find = (q, used = {}) => groupsOf(list, q, used).flatMap((g) => g.actions.map((x) => x.kind))
  assert.deepEqual(find('variavel'), ['set'])
  assert.deepEqual(find('enviar'), ['email.send'])
  assert.deepEqual(find('REPETICAO'), ['loop'])
  assert.deepEqual(find('se for cada'), ['loop']) // small words are in everything
  assert.deepEqual([find('email'), find('e-mail')], [['email.send'], ['email.send']])
  assert.deepEqual(find('nothing such'), [])
  const more = [...list, a('log', w('Log', 'Registro'), w('note', 'nota'))]
  assert.deepEqual(groupsOf(more, '', { loop: 3 }).map((g) => [g.id, g.actions.map((x) => x.kind)]), [['often', ['loop', 'email.send', 'set']], ['g', ['log']]])
})

test('e-mails, phones and documents are hidden by their name or their look; ids, amounts, names and orders are not', async () => {
  const { masked } = await source('data/hide.ts')
  const hidden = { 'trigger.body.customer.phone': '11 91234-9999', 'trigger.body.x': 'ana@example.com', 'trigger.body.cpf': 52998224725, 'trigger.body.ref': '52998224725', 'trigger.body.from': '5511987654321', 'trigger.body.wa': '+55 11 98765-4321', 'trigger.body.contacts[].wa_id': '551187654321', 'trigger.body.recipient_id': '5511987654321', 'trigger.body.message.from': '11987654321', 'trigger.body.pixAddressKey': '52998224725', 'trigger.body.landline': '551130001000', 'trigger.body.phones[]': '1134567890' }
  for (const [path, value] of Object.entries(hidden)) assert.match(String(masked(value, path)), /•/, path)
  for (const [path, value] of Object.entries({ 'trigger.body.line_items[].name': 'Caneca', 'trigger.body.buyer.name': 'Ana Souza', 'trigger.body.city': 'Recife', 'trigger.body.total': '250.00', 'trigger.body.id': 5004, 'trigger.body.customer_id': 7, 'trigger.body.name': '#1001', 'trigger.body.creation_date': 1745912345678, 'trigger.body.line_items[].product_id': 8000012345678, 'trigger.body.variant_id': '52998224725', 'trigger.body.document_id': 123456789, 'trigger.body.phone_id': '106540352242922', 'trigger.body.created_at': '1745912345678', 'trigger.body.gid': '5511987654321', 'trigger.body.ref': '12345678901', 'trigger.body.admin_graphql_api_id': 'gid://shopify/ProductVariant/44881234567890' })) assert.equal(masked(value, path), value, path)
})

test('what is personal of an event is hidden wherever it comes again, and looks the same on every screen', async () => {
  const { hidden, veiled } = await source('data/hide.ts')
  const scope = { trigger: { body: { id: 12, note: 'call bia@example.com', customer: { name: 'Ana Reis', email: 'ana+1@example.com', phone: '11987654321' } } }, steps: {} }
  const seen = veiled({ url: 'https://x.example/?to=ana%2B1%40example.com', body: '{"who":"Ana Reis","id":12}', list: ['ANA+1@EXAMPLE.COM', 'bia@example.com', 'to 11987654321', 11987654321, 12, null] }, scope)
  assert.deepEqual(seen, { url: 'https://x.example/?to=ana%2B1•••@…', body: '{"who":"Ana Reis","id":12}', list: ['ANA•••@…', 'bia•••@…', 'to 1198••••', '1198••••', 12, null] })
  assert.equal(hidden('orders:ana@example.com'), 'orders:ana•••@…')
  for (const title of ['Pedido 77 · Ana Reis · R$ 310,00', '77 · rita.lobo@example.com', '#1001', 'CPF 529.982.247-25']) assert.equal(veiled(title, scope), hidden(title))
})

test('the value that came most often is what it was', async () => {
  const seen = (type, value, cut) => mostSeen({ type, values: [{ value, count: 2, cut }] })
  assert.deepEqual([seen('integer', '1'), seen('number', '79.9'), seen('boolean', 'false'), seen('text', '1'), seen('integer', '5•••', true), mostSeen({ type: 'integer', values: [] })], [1, 79.9, false, '1', '5•••', undefined])
})

test('a name that a person wrote is shown in the tree as it came', () => {
  const paths = ['trigger.body["Nome do aluno"]', 'trigger.body["Endereço"]', 'trigger.body["Endereço"]["Número"]', 'trigger.body["Você é cliente?"]', 'trigger.body["a.b \\"c\\""]', 'trigger.body["2024"]', 'trigger.body.created_on', 'steps.set["Preço total"]']
  const fields = paths.map((path) => ({ path, label: '', kinds: [], type: 'text', seen: 1, of: 1, values: [], masked: false, first: null, last: null }))
  const all = (nodes) => nodes.flatMap((n) => [n.label, ...all(n.children)])
  const titles = { body: 'Event', step: (id) => id, part: () => undefined }
  assert.deepEqual(all(treeOf(fields, titles, [])), ['Event', 'Nome do aluno', 'Endereço', 'Número', 'Você é cliente?', 'A.b "c"', '2024', 'Created on', 'set', 'Preço total'])
})

test('rows of one name become a list of what each holds', async () => {
  const { asList } = await source('fields/rows.ts')
  const rows = (...values) => values.map((value) => ({ key: 'a', value }))
  const other = { key: 'b', value: 1 }
  assert.deepEqual(asList([...rows(null, [1, [2]]), other, ...rows(undefined)], 'a'), [{ key: 'a', value: [null, [1, [2]], ''] }, other])
  assert.deepEqual(asList(rows(['1', '2'], '3'), 'a', true), rows(['1', '2', '3'])) // of a query
})

test('a path gives the names that it was made of', async () => {
  const { member, segments } = await source('fields/template.ts')
  for (const name of ['a\nb\\c "d" é\t', '', 'x"]["y', 'plain', '2024']) assert.deepEqual(segments(member('trigger', name)), ['trigger', name])
})

test('whatever signs a phone holds, it is hidden and breaks nothing', async () => {
  const { veiled } = await source('data/hide.ts')
  for (const phone of ['(41) 95555-4444', '+55 (11) 98888-7777', '222.333.444-55']) assert.match(veiled(`to ${phone}, once`, {}), /•/, phone)
})

test('the secret of a pasted command is found for its connection', () => {
  assert.deepEqual(secretsIn("curl -H 'Authorization: Bearer t0ken' https://x.com", { kind: 'http_bearer', fields: {} }), { token: 't0ken' })
  assert.deepEqual(secretsIn("curl -H 'X-Api-Key: k 1' https://x.com", { kind: 'http_header', fields: { name: 'X-Api-Key' } }), { value: 'k 1' })
  assert.deepEqual(secretsIn("curl 'https://x.com/a?b=1&api_key=k1'", { kind: 'http_query', fields: { name: 'api_key' } }), { value: 'k1' })
  assert.deepEqual(secretsIn('curl -u ana:s3c https://x.com', { kind: 'http_basic', fields: {} }), { username: 'ana', password: 's3c' })
  assert.deepEqual(secretsIn('curl https://x.com', { kind: 'hmac', fields: {} }), {})
  assert.deepEqual(secretsIn("curl 'https://x.com/?api_key=ab%2Bcd'", { kind: 'http_query', fields: { name: 'api_key' } }), { value: 'ab+cd' })
  assert.deepEqual(secretsIn(`curl -u 'ana:p"w 1' https://x.com`, { kind: 'http_basic', fields: {} }), { username: 'ana', password: 'p"w 1' })
  assert.deepEqual(secretsIn('curl -u "ana:p$w" https://x.com', { kind: 'http_basic', fields: {} }), {})
  assert.deepEqual(secretsIn('curl -H X-Api-Key:abc https://x.com -d a=1', { kind: 'http_header', fields: { name: 'X-Api-Key' } }), { value: 'abc' })
  assert.deepEqual(secretsIn("curl -H 'Proxy-Authorization: Basic z' -H 'Authorization: Token real' https://x.com", { kind: 'http_header', fields: { name: 'Authorization' } }), { value: 'Token real' })
})

test('what a run no longer says is not left in the list', () => {
  const pages = { pages: [{ items: [{ id: 'r', flow: 'f', status: 'waiting', error: { code: 'x' } }, { id: 'q', flow: 'f', status: 'failed' }] }] }
  let kept
  merge({ getQueriesData: () => [[['runs', {}], pages]], setQueryData: (_, to) => { kept = to } }, 'runs', { id: 'r', flow: 'f', status: 'succeeded' })
  assert.deepEqual(kept.pages[0].items, [{ id: 'r', flow: 'f', status: 'succeeded' }, { id: 'q', flow: 'f', status: 'failed' }])
  const older = { items: [{ id: 'r', flow: 'f', status: 'running' }], next: null } // of a server that was asked before
  assert.deepEqual([caughtUp('runs', older, {}, 0, true).items[0].status, caughtUp('runs', older, { status: 'running' }, 0, true).items, caughtUp('runs', { items: [], next: null }, {}, 0, false).items], ['succeeded', [], []])
  assert.deepEqual(caughtUp('runs', { items: [{ id: 's', flow: 'f', status: 'failed' }], next: 'x' }, {}, 0, true).items.map((r) => r.id), ['s']) // r is one of the next page
})

test('the map has a box for each step and none lies on another', () => {
  const { boxes } = layoutOf(sample(), { onFailure: 'f', forEach: 'e' })
  for (const id of ids(sample())) assert.ok(boxes.some((b) => b.id === id))
  for (const [i, a] of boxes.entries()) for (const b of boxes.slice(i + 1)) assert.ok(Math.abs(a.x - b.x) >= 216 || Math.abs(a.y - b.y) >= 26, `${a.id} and ${b.id}`)
})

test('what a run is still inside of is under way or waits with it, and what is folded counts what is inside, the worst first', () => {
  const took = { started: '2026-01-01T10:00:00Z', attempts: [] }
  const run = { status: 'waiting', steps: [{ ...took, path: 'a', status: 'succeeded' }, { ...took, path: 'b1', status: 'waiting', waiting_for: 'signal', due: '2026-01-02T10:00:00Z' }, { ...took, path: 'b2', status: 'failed', error: { message: 'refused' } }] }
  const asks = sample()
  asks.steps[1].branches[0].steps[0].with = { approve: { text: 'May it?' } }
  const results = resultsOf(asks, run, () => 0)
  assert.equal(results.get('b').state, 'waiting')
  assert.equal(results.get('b1').waits, 'approval')
  assert.equal(resultsOf(sample(), run, () => 0).get('b1').waits, 'signal')
  assert.deepEqual(sumOf(results, asks.steps[1].branches[0].steps), [['failed', 1], ['waiting', 1]])
  const going = resultsOf(sample(), { status: 'running', steps: [{ ...took, path: 'b1', status: 'running' }] }, () => 0)
  assert.deepEqual([going.get('b').state, going.get('b1').since, going.has('d')], ['running', took.started, false])
})

test('results follow the turn that is looked at; the thread goes where the run went', () => {
  const run = { steps: [{ path: 'a', status: 'succeeded', attempts: [] }, { path: 'b', status: 'skipped', attempts: [] }, { path: 'c', action: 'loop', status: 'failed', attempts: [], output: { count: 2, failed: 1 } }, { path: 'c.0.c1', status: 'succeeded', attempts: [] }, { path: 'c.1.c1', status: 'failed', attempts: [], error: { message: 'no' } }] }
  assert.deepEqual(turnsOf(run, 'c'), [0, 1])
  assert.equal(resultsOf(sample(), run, () => 0).get('c1').state, 'succeeded')
  assert.equal(resultsOf(sample(), run, () => 1).get('c1').text, 'no')
  const went = wentOn(sample(), resultsOf(sample(), run, () => 0))
  assert.deepEqual(['a', 'b', 'c', 'd'].map((id) => went.has(id)), [true, true, false, false])
})

test('what a service says is its words, also where it sent JSON as text', () => {
  assert.equal(saidBy({ status: 422, body: { errors: [{ detail: 'no customer' }] } }), 'no customer')
  assert.equal(saidBy({ status: 422, body: '{"message":"no customer"}' }), 'no customer')
  assert.equal(saidBy({ status: 422, body: '{"code":7}' }), '{"code":7}')
  assert.equal(saidBy({ status: 500, body: '<html>' }), '')
  const step = (message) => ({ attempts: [{ response: { status: 404, body: { message } } }] })
  assert.deepEqual(troubleOf({ message: 'crm answered 404: no customer' }, step('no customer')), { said: 'no customer', rest: 'crm answered 404' })
  assert.deepEqual(troubleOf({ message: 'crm answered 404: Not found' }, step('Not found')), { said: 'crm answered 404: Not found', rest: '' })
})

test('a table for spreadsheets has no formula in it, and its cells stay whole', async () => {
  const { toCSV } = await source('history/csv.ts')
  const columns = [{ name: 'Title', of: (r) => r.title }, { name: 'n', of: (r) => r.n }]
  const rows = [{ title: '=HYPERLINK("x")', n: -1 }, { title: 'a;b,"c"\nd', n: null }, { title: 'ção' }]
  assert.equal(toCSV(columns, rows, ';'), '\ufeffTitle;n\r\n"\'=HYPERLINK(""x"")";-1\r\n"a;b,""c""\nd";\r\nção;\r\n')
})

test('what a draft makes otherwise is told by step, the same things together', () => {
  const row = (event, total) => ({ event, before: 'succeeded', after: 'failed', error: { code: 'missing', message: `order ${total} has no e-mail`, step: 'send' }, differences: [
    { path: 'status', want: 'succeeded', got: 'failed', message: '' }, { path: 'send/status', want: 'succeeded', got: 'failed', message: '' }, { path: 'send/error', want: null, got: 'missing', message: '' },
    { path: 'send/request', want: { method: 'POST' }, got: null, message: '' }, { path: 'big', want: null, got: { action: 'filter', status: 'succeeded' }, message: '' }, { path: 'tell/request/body/total', want: 1, got: total, message: '' },
  ] })
  assert.deepEqual(deedsOf(row('a', 2).differences).map((d) => [d.step, d.what, d.name]), [['send', 'state', 'status'], ['big', 'runs', ''], ['tell', 'value', 'body/total']])
  const groups = alikeOf([{ ...row('z', 1), error: { code: 'x', message: 'refused' } }, row('a', 2), row('b', 30)])
  assert.deepEqual(groups.map((g) => g.rows.map((r) => r.event)), [['a', 'b'], ['z']])
})

test('what most senders have is called in the language of the reader, and with whose it is', () => {
  for (const [path, pt, en] of [
    ['trigger.body.billing.first_name', 'Nome de cobrança', 'Billing first name'], ['trigger.body.phone', 'Telefone', 'Phone'], ['trigger.body.customerEmail', 'E-mail do cliente', 'Customer email'],
    ['trigger.body.line_items[0].name', 'Nome do item', 'Line items name'], ['trigger.body.line_items[0].subtotal_tax', 'Imposto do subtotal do item', 'Line items subtotal tax'], ['trigger.body.line_items[0].taxes[0].total', 'Total dos impostos', 'Taxes total'], ['steps.pedido.total', 'Total', 'Total'], ['trigger.body.frob', 'Frob', 'Frob'],
    ['steps.set["primeiro nome"]', 'Primeiro nome', 'Primeiro nome'],
  ]) assert.deepEqual([amigavel(path), friendly(path)], [pt, en])
})

test('what stands in a list is told from what stands in another', async () => {
  const { ofElement } = await source('data/words.ts')
  const t = { ofFirst: '{name} do primeiro item', ofNth: '{name} do item {n}', ofAll: '{name} de todos os itens', ofList: '{name} de {list}', nthOf: 'Item {n} de {name}' }
  const names = { 'trigger.body.payment_gateway_names': 'Meios de pagamento', 'trigger.body.shipping_lines': 'Fretes', 'trigger.body.items[0].title': 'Título do item' }
  const called = (path) => ofElement(path, t, (p) => names[p])
  assert.deepEqual(['trigger.body.line_items[0].price', 'trigger.body.shipping_lines[0].price', 'trigger.body.shipping_lines[1].price', 'trigger.body.payment_gateway_names[0]', 'trigger.body.id'].map(called),
    ['Price do primeiro item', 'Price do primeiro item de Fretes', 'Price do item 2 de Fretes', 'Item 1 de Meios de pagamento', undefined])
  assert.equal(called('map(trigger.body.items, #.title)'), 'Título de todos os itens')
})

test('what is copied as cURL does nothing else in a terminal', async () => {
  const { toCurl } = await source('editor/toCurl.ts')
  assert.equal(toCurl({ url: 'https://a.example/', method: 'GET; curl x | sh #' }), "curl -X 'GET; curl x | sh #' https://a.example/")
  assert.equal(toCurl({ url: 'https://a.example/', method: 'POST', body: '@/etc/passwd' }), 'curl -X POST https://a.example/ \\\n  --data-raw @/etc/passwd')
  assert.match(toCurl({ url: '-o/tmp/x' }), /^curl --url /)
})

test('the audit names what was changed, and not who was erased', () => {
  assert.equal(targetOf('/flows/new%20lead').name, 'new lead')
  assert.equal(targetOf('/people/%E2%80%A6').name, '')
  assert.equal(targetOf('/people/…').name, '')
})

test('a value is written as an expression and back, and an expression is one also while it is typed', async () => {
  const { insideOf } = await source('fields/template.ts')
  const { asExpression, literalOf, turned } = await source('fields/turned.ts')
  for (const [value, expression] of [['Olá', '"Olá"'], ['{{ upper(a) }}', 'upper(a)'], ['Nº {{ trigger.body.id }}!', '"Nº " + string(trigger.body.id) + "!"'], [5, '5'], [['a'], '["a"]']]) assert.equal(asExpression(value), expression)
  for (const [value, inside] of [[undefined, ''], ['{{ upper( }}', 'upper('], ['{{ a  }}', 'a '], ['{{ "}}" }}', '"}}"'], ['{{ a }} and {{ b }}', undefined], ['trigger.body.total * 2', undefined]]) assert.equal(insideOf(value), inside)
  assert.deepEqual(['"a\\"b"', '"a" + "b"', 'a', ''].map(literalOf), ['a"b', undefined, undefined, undefined])
  const text = { type: 'text' }
  assert.deepEqual([turned(text, 'expression', 'Olá'), turned(text, 'data', '{{ "Olá" }}'), turned(text, 'fixed', '{{ "Olá" }}'), turned(text, 'fixed', '{{ a + b }}'), turned({ type: 'number' }, 'expression', 5)], ['{{ "Olá" }}', 'Olá', 'Olá', undefined, '{{ 5 }}'])
})
