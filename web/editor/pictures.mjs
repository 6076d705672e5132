// Takes the pictures of docs/ from the real program: npm run pictures. Their flow, events and failures are made here.
import { start } from './tests/program.mjs'

const docs = new URL('../../docs/', import.meta.url).pathname

const shop = {
  id: 'pedido-pago', name: 'Pedido pago da loja', description: 'Avisa a equipe, conta os pedidos do cliente e responde à loja.', tags: ['loja'],
  trigger: { kind: 'webhook', with: { respond: { when: 'finished' } }, where: 'trigger.body.status == "paid"' },
  steps: [
    { id: 'pedido', name: 'Ler o pedido', note: 'Os passos seguintes usam estes nomes: outra loja muda só aqui.', action: 'set', with: { values: { numero: '{{ trigger.body.id }}', cliente: '{{ trigger.body.customer.name }}', email: '{{ lower(trigger.body.customer.email) }}', total: '{{ trigger.body.total }}' } } },
    { id: 'tamanho', name: 'Pedido grande?', action: 'branch', branches: [
      { name: 'Acima de R$ 500', when: 'steps.pedido.total > 500', steps: [{ id: 'avisa', name: 'Avisar a equipe', action: 'log', with: { message: 'Pedido {{ steps.pedido.numero }} de {{ steps.pedido.cliente }}: {{ steps.pedido.total }}' } }] },
      { name: 'Os outros', steps: [{ id: 'anota', name: 'Anotar', action: 'log', with: { message: 'Pedido {{ steps.pedido.numero }}' } }] },
    ] },
    { id: 'vezes', name: 'Contar os pedidos do cliente', action: 'state.increment', with: { key: 'pedidos:{{ steps.pedido.email }}' } },
    { id: 'resposta', name: 'Responder à loja', action: 'respond', with: { status: 200, body: { pedidos: '{{ steps.vezes.value }}' } } },
  ],
}
const lead = { id: 'novo-lead', name: 'Novo lead do formulário', tags: ['marketing'], trigger: { kind: 'webhook' }, steps: [{ id: 'campo', name: 'Ler o e-mail', action: 'set', with: { values: { email: '{{ trigger.body.lead.email }}' } } }] }
const report = { id: 'relatorio', name: 'Relatório diário', tags: ['loja'], trigger: { kind: 'schedule', with: { cron: '0 8 * * *', timezone: 'America/Sao_Paulo' } }, steps: [{ id: 'hoje', action: 'log', with: { message: 'Bom dia' } }] }

const people = ['Ana Souza', 'Bruno Lima', 'Carla Dias', 'Davi Rocha', 'Elisa Prado']
const order = (i) => {
  const name = people[i % people.length]
  return { id: 1200 + i, status: i % 6 === 5 ? 'pending' : 'paid', total: [79.9, 199.9, 640, 1280.5, 349][i % 5], ...(i % 3 === 0 && { coupon: 'PRIMAVERA' }), customer: { name, email: `${name.split(' ')[0].toLowerCase()}@example.com`, phone: `+55119${81234567 + i}` }, items: [{ sku: 'CAM-01', quantity: 1 + (i % 3) }] }
}

const program = await start({ flows: '' })
const made = async (method, path, body) => {
  const res = await program.api(method, path, body)
  if (res.status >= 300) throw new Error(`${method} ${path}: ${res.status} ${JSON.stringify(res.body)}`)
  return res.body
}
const look = async (name, path, { ready, act, width = 1280, height = 800, ...options } = {}) => {
  const page = await program.signedIn(path, { viewport: { width, height }, locale: 'pt-BR', ...options })
  await page.locator(ready).first().waitFor()
  await act?.(page)
  await page.waitForLoadState('networkidle').catch(() => undefined)
  await page.evaluate(() => document.fonts.ready)
  await page.mouse.move(0, 0)
  await page.screenshot({ path: `${docs}${name}.png`, animations: 'disabled', caret: 'hide' })
  await page.context().close()
}

try {
  await look('starters', '/', { ready: 'main h2', height: 860 })
  for (const flow of [shop, lead, report]) {
    await made('POST', '/flows', flow)
    await made('POST', `/flows/${flow.id}/publish`, {})
  }
  const { url } = await made('GET', `/flows/${shop.id}`)
  for (let i = 0; i < 14; i++) await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(order(i)) })
  for (let i = 0; i < 3; i++) await made('POST', '/flows/novo-lead/events', { event: { body: i === 2 ? { name: 'sem e-mail' } : { lead: { email: `lead${i}@example.com` } } } })
  await look('flows', '/', { ready: 'main li' })
  await look('editor', '/flows/pedido-pago?step=vezes', { ready: 'aside .cm-content' })
  await look('data', '/flows/pedido-pago?step=avisa', { ready: 'aside .cm-content', act: async (page) => {
    await page.locator('aside .cm-content').first().click()
    const data = page.getByRole('button', { name: /^Dados/ })
    if (await data.getAttribute('aria-expanded') === 'false') await data.click()
    await page.getByRole('tree', { name: /Dados/ }).waitFor()
  } })
  const { items } = await made('GET', '/runs?flow=novo-lead&status=failed')
  const { items: done } = await made('GET', '/runs?flow=pedido-pago&status=succeeded')
  await look('run', `/runs/${(items[0] ?? done[0]).id}`, { ready: '[role=tree]' })
  await look('phone', '/flows/pedido-pago', { ready: '[role=tree]', width: 390, height: 800, colorScheme: 'dark' })
} finally {
  await program.close()
}
