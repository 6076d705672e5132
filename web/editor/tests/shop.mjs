// A shop whose paid orders go to a CRM that refuses some of them until it is mended.
import { createServer } from 'node:http'
import { until } from './program.mjs'

const people = ['ana', 'bia', 'caio', 'duda', 'edu', 'flavia']

/** shop starts the CRM; sell makes the flow in a program and sends it orders. */
export async function shop() {
  let broken = true
  const got = []
  const crm = createServer((req, res) => {
    let text = ''
    req.on('data', (d) => { text += d })
    req.on('end', () => {
      if (req.url === '/lost') return req.socket.destroy()
      got.push({ path: req.url, key: req.headers['idempotency-key'], body: text && JSON.parse(text) })
      const refused = broken && req.url === '/deals' && /bia|caio/.test(text)
      res.writeHead(refused ? 422 : 200, { 'Content-Type': 'application/json' })
      res.end(JSON.stringify(refused ? { error: 'there is no pipeline 77' } : { id: 'd1' }))
    })
  })
  await new Promise((resolve) => crm.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${crm.address().port}`
  const call = (path, json) => ({ action: 'http.request', retry: { attempts: 1 }, with: { method: 'POST', url: url + path, json } })
  const flow = {
    id: 'orders', name: 'Paid orders', trigger: { kind: 'webhook', where: "trigger.body.status == 'paid'" },
    steps: [
      { id: 'order', name: 'Read the order', action: 'set', with: { values: { email: '{{ lower(trigger.body.email) }}' } } },
      { id: 'reserve', name: 'Reserve each item', action: 'loop', with: { over: 'trigger.body.items' }, steps: [{ id: 'hold', name: 'Hold stock', ...call('/stock', { sku: '{{ item.sku }}' }) }] },
      { id: 'deal', name: 'Create the deal', ...call('/deals', { email: '{{ steps.order.email }}', total: '{{ trigger.body.total }}' }) },
      { id: 'note', name: 'Write it down', action: 'log', with: { message: 'Done with {{ trigger.body.id }}' } },
    ],
  }
  const settled = (program) => until(async () => (await program.api('GET', '/runs?flow=orders&limit=200')).body.items, (runs) => runs.every((r) => r.ended))
  const sell = async (program, n) => {
    if ((await program.api('GET', '/flows/orders')).status === 404) {
      await program.api('POST', '/flows', flow)
      await program.api('POST', '/flows/orders/publish', {})
    }
    const hook = (await program.api('GET', '/flows/orders')).body.url
    for (let i = 0; i < n; i++) {
      const who = people[i % people.length]
      await fetch(hook, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ id: 1200 + i, status: i % 6 === 5 ? 'pending' : 'paid', total: 199.9, email: `${who}@example.com`, items: [{ sku: 'A-1' }, { sku: 'B-2' }] }) })
    }
    return settled(program)
  }
  return { url, got, sell, settled, mend: () => { broken = false }, break: () => { broken = true }, close: () => new Promise((resolve) => { crm.close(resolve); crm.closeAllConnections() }) }
}
