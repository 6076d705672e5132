import type { Branch, Flow, Step } from '../../flow'
import { compare, type Foreign, isJson, type Json, listAt, Names, operand, placeholder, type Taken, textAt, without } from './foreign'

type Module = { id: string; module: string; name: string; mapper: Json; parameters: Json; filter?: Json; routes: unknown[] }

/** fromMake reads a blueprint of Make: modules in a row, and routers with theirs; its schedule is in the zone that is given. */
export function fromMake(value: Json, zone: string): Foreign {
  const names = new Names()
  const taken: Taken[] = []
  const bases = new Map<string, string>()
  let rough = false

  const template = (value: unknown): string => {
    const text = typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)
    return text.replace(/\{\{([\s\S]*?)\}\}/g, (_, code: string) => `{{ ${expression(code.trim())} }}`)
  }
  const expression = (code: string): string => {
    if (/[(;]|^\w+\(/.test(code)) rough = true
    return code.replace(/(^|[^\w.])(\d+)\.([`\w])/g, (_, lead: string, id: string, rest: string) => `${lead}${bases.get(id) ?? 'trigger.body'}.${rest}`).replaceAll('`', '').replace(/\bnow\b(?!\()/g, 'now()').replaceAll(';', ',').replace(/(?<![=!<>])=(?!=)/g, '==')
  }
  const conditions = (filter: Json): string => listAt(filter, 'conditions').map((all) => (Array.isArray(all) ? all : [all]).map((c: unknown) => {
    const made = compare(operand(isJson(c) ? c['a'] : '', template), textAt(c, 'o').replace(':', ''), operand(isJson(c) ? c['b'] : '', template))
    if (!made) rough = true
    return made ?? 'true'
  }).join(' && ')).map((all, _, list) => (list.length > 1 ? `(${all})` : all)).join(' || ') || 'true'

  const chain = (list: unknown[]): Step[] => {
    const steps: Step[] = []
    for (const [i, raw] of list.entries()) {
      const m = moduleOf(raw)
      if (!m) continue
      rough = false
      const kind = m.module.split(':').at(-1) ?? m.module
      if (m.filter) steps.push({ id: names.take(`${m.name} if`), name: textAt(m.filter, 'name') || undefined, action: 'filter', with: { where: conditions(m.filter) } })
      if (kind === 'BasicRouter') {
        steps.push(router(m))
        continue
      }
      if (kind === 'BasicFeeder') {
        const id = names.take(m.name)
        bases.set(m.id, 'item')
        const over = /^\{\{([^{}]*)\}\}$/.exec(template(m.mapper['array']).trim())?.[1]?.trim()
        taken.push({ name: m.name, what: kind, as: over ? 'done' : 'look', id })
        return [...steps, { id, name: m.name, action: 'loop', with: { over: over ?? 'trigger.body' }, steps: chain(list.slice(i + 1)) }]
      }
      const id = names.take(m.name)
      const made = maker(kind, m, template)
      bases.set(m.id, made?.action === 'http.request' ? `steps.${id}.body` : `steps.${id}`)
      taken.push({ name: m.name, what: m.module, as: !made ? 'missing' : rough || made.look ? 'look' : 'done', id })
      steps.push(made ? { id, name: m.name, action: made.action, ...(made.connection && { connection: made.connection }), with: without(made.with) } : placeholder(id, m.name, `Make: ${m.module}`, { ...m.parameters, ...m.mapper }))
    }
    return steps
  }

  const router = (m: Module): Step => {
    taken.push({ name: m.name, what: 'BasicRouter', as: 'done' })
    const branches: Branch[] = m.routes.map((r, i) => {
      const flow = listAt(r, 'flow')
      const first = moduleOf(flow[0])
      const when = first?.filter ? conditions(first.filter) : 'true'
      const rest = isJson(flow[0]) ? [{ ...flow[0], filter: undefined }, ...flow.slice(1)] : flow
      return { name: textAt(first?.filter, 'name') || `${i + 1}`, when, steps: chain(rest) }
    })
    return { id: names.take(m.name), name: m.name, action: 'branch', with: { mode: 'all' }, branches }
  }

  const list = listAt(value, 'flow')
  const first = moduleOf(list[0])
  const hooks = first !== undefined && /webhook|watch|trigger/i.test(first.module)
  if (first && hooks) {
    bases.set(first.id, 'trigger.body')
    taken.push({ name: first.name, what: first.module, as: /CustomWebHook/.test(first.module) ? 'done' : 'look' })
  }
  const name = textAt(value, 'name') || 'Make'
  const trigger: Flow['trigger'] = hooks || !first ? { kind: 'webhook' } : { kind: 'schedule', with: { cron: '0 * * * *', timezone: zone } }
  return { flow: { id: new Names().take(name).replaceAll('_', '-'), name, trigger, steps: chain(hooks ? list.slice(1) : list) }, taken, from: 'Make' }
}

function moduleOf(raw: unknown): Module | undefined {
  if (!isJson(raw) || typeof raw['module'] !== 'string') return undefined
  const part = (key: string) => (isJson(raw[key]) ? raw[key] : {})
  return { id: textAt(raw, 'id'), module: raw['module'], name: textAt(raw, 'metadata', 'designer', 'name') || (raw['module'].split(':').at(-1) ?? '').replace(/^Action/, ''), mapper: part('mapper'), parameters: part('parameters'), ...(isJson(raw['filter']) && { filter: raw['filter'] }), routes: listAt(raw, 'routes') }
}

type Made = { action: string; with: Json; connection?: string; look?: boolean }

function maker(kind: string, m: Module, text: (value: unknown) => string): Made | undefined {
  const p = m.mapper
  const pairs = (key: string) => Object.fromEntries(listAt(p, key).map((x) => [textAt(x, 'name') || textAt(x, 'key'), text(isJson(x) ? x['value'] : '')] as const).filter(([name]) => name))
  if (/^ActionSendData|^ActionGetFile|^makeRequest/i.test(kind)) {
    const data = text(p['data'])
    return { action: 'http.request', with: { method: (textAt(p, 'method') || 'GET').toUpperCase(), url: text(p['url']), headers: pairs('headers'), query: pairs('qs'), ...(data && jsonOr(data)) }, look: /BasicAuth|Certificate|OAuth/i.test(kind) }
  }
  if (/^SetVariables$/.test(kind)) return { action: 'set', with: { values: pairs('variables') } }
  if (/^SetVariable/.test(kind)) return { action: 'set', with: { values: { [textAt(p, 'name') || 'value']: text(p['value']) } } }
  if (kind === 'WebhookRespond') return { action: 'respond', with: { body: text(p['body']), ...(Number(textAt(p, 'status')) > 0 && { status: Number(textAt(p, 'status')) }) } }
  if (kind === 'FunctionSleep') return { action: 'delay', with: { for: `${textAt(p, 'duration') || '1'}s` } }
  if (/^ActionSendEmail/i.test(kind)) return { action: 'email.send', connection: 'mail', look: true, with: { to: text(Array.isArray(p['to']) ? p['to'].join(', ') : p['to']), subject: text(p['subject']), [textAt(p, 'contentType') === 'text' ? 'text' : 'html']: text(p['html'] ?? p['text']) } }
  if (/^CreateMessage/.test(kind) && m.module.startsWith('slack')) return { action: 'slack.post_message', connection: 'slack', look: true, with: { channel: text(p['channel']), text: text(p['text']) } }
  return undefined
}

function jsonOr(text: string): Json {
  try {
    return { json: JSON.parse(text) as unknown }
  } catch {
    return { text }
  }
}
