import type { Branch, Flow, Step } from '../../flow'
import { at, compare, type Foreign, isJson, type Json, listAt, Names, operand, placeholder, plainNote, type Taken, textAt, without } from './foreign'

type Node = { name: string; type: string; parameters: Json; disabled?: boolean; credentials?: Json; notes?: string }

/** fromN8n reads a workflow of n8n: its nodes in the order of their wires, branches that join again after their branch. Its schedule is in its own zone, or else in the one that is given. */
export function fromN8n(value: Json, zone: string): Foreign {
  return new Reading(value, zone).read()
}

const plain = (type: string) => type.split('.').at(-1) ?? type
const isTrigger = (n: Node) => /trigger$|^webhook$|^cron$|^interval$|^start$/i.test(plain(n.type))

class Reading {
  private readonly nodes: Node[]
  private readonly wires: Json
  private readonly names = new Names()
  private readonly ids = new Map<string, string>()
  private readonly taken: Taken[] = []
  private readonly seen = new Set<string>()
  private rough = false
  private before = 'trigger'

  constructor(private readonly value: Json, private readonly zone: string) {
    this.nodes = listAt(value, 'nodes').filter(isJson).map((n) => ({ ...n, name: textAt(n, 'name'), type: textAt(n, 'type'), parameters: isJson(n['parameters']) ? n['parameters'] : {} }))
    this.wires = isJson(value['connections']) ? value['connections'] : {}
    for (const n of this.nodes) this.ids.set(n.name, isTrigger(n) ? 'trigger' : this.names.take(n.name))
  }

  read(): Foreign {
    const first = this.nodes.find((n) => isTrigger(n) && this.after(n.name).length > 0) ?? this.nodes.find(isTrigger)
    const trigger = this.trigger(first)
    if (first) this.seen.add(first.name)
    const start = first ? this.after(first.name) : this.nodes.filter((n) => plain(n.type) !== 'stickyNote').map((n) => n.name).slice(0, 1)
    const steps = this.chain(start[0])
    for (const n of this.nodes) {
      if (this.seen.has(n.name)) continue
      const sticky = plain(n.type) === 'stickyNote'
      this.taken.push({ name: n.name, what: plain(n.type), as: sticky ? 'look' : 'missing' })
    }
    const notes = this.nodes.filter((n) => plain(n.type) === 'stickyNote').map((n) => plainNote(textAt(n.parameters, 'content'))).filter(Boolean)
    const name = textAt(this.value, 'name') || 'n8n'
    return { flow: { id: `${new Names().take(name).replaceAll('_', '-')}`, name, ...(notes.length > 0 && { description: notes.join('\n\n').slice(0, 1000) }), trigger, steps }, taken: this.taken, from: 'n8n' }
  }

  /** after lists what hangs on an output of a node. */
  private after(name: string, output = 0): string[] {
    return listAt(this.wires, name, 'main', output).map((w) => textAt(w, 'node')).filter(Boolean)
  }

  private outputs(name: string): number {
    return listAt(this.wires, name, 'main').length
  }

  private reach(name: string | undefined, found: string[] = []): string[] {
    if (!name || found.includes(name)) return found
    found.push(name)
    for (let i = 0; i < this.outputs(name); i++) for (const next of this.after(name, i)) this.reach(next, found)
    return found
  }

  private trigger(n: Node | undefined): Flow['trigger'] {
    const kind = n ? plain(n.type) : ''
    this.rough = false
    if (n) this.taken.push({ name: n.name, what: kind, as: /^(webhook|manualTrigger|scheduleTrigger|cron|executeWorkflowTrigger|errorTrigger)$/.test(kind) ? 'done' : 'look' })
    if (kind === 'manualTrigger' || kind === 'start') return { kind: 'manual' }
    if (kind === 'executeWorkflowTrigger') return { kind: 'call' }
    if (kind === 'errorTrigger') return { kind: 'failure' }
    if (kind === 'scheduleTrigger' || kind === 'cron' || kind === 'interval') return { kind: 'schedule', with: { cron: cronOf(n?.parameters ?? {}), timezone: textAt(this.value, 'settings', 'timezone') || this.zone } }
    return { kind: 'webhook' }
  }

  /** chain makes steps of a node and all that follows it, up to where another path joins. */
  private chain(name: string | undefined, until?: string): Step[] {
    const steps: Step[] = []
    for (let next = name; next && next !== until && !this.seen.has(next);) {
      const n = this.nodes.find((x) => x.name === next)
      if (!n) break
      this.seen.add(n.name)
      const outs = Array.from({ length: this.outputs(n.name) }, (_, i) => this.after(n.name, i)[0])
      const kind = plain(n.type)
      if (kind === 'splitInBatches') {
        steps.push(this.loop(n, outs))
        next = textAt(n, 'typeVersion') >= '3' ? outs[0] : outs[1]
      } else if (kind === 'if' || kind === 'switch' || outs.filter(Boolean).length > 1 || this.after(n.name).length > 1) {
        const arms = kind === 'if' || kind === 'switch' ? outs : this.after(n.name)
        const join = this.join(arms)
        const own = kind === 'if' || kind === 'switch' ? undefined : this.step(n)
        if (own) steps.push(own)
        steps.push(this.branch(n, arms, join))
        next = join
      } else {
        const step = this.step(n)
        if (step) steps.push(step)
        next = outs[0]
      }
    }
    return steps
  }

  private join(arms: (string | undefined)[]): string | undefined {
    const reached = arms.filter((a) => a !== undefined).map((a) => this.reach(a))
    return reached.length < 2 ? undefined : reached[0]?.find((name) => reached.every((r) => r.includes(name)))
  }

  private branch(n: Node, arms: (string | undefined)[], join: string | undefined): Step {
    const kind = plain(n.type)
    const rough = (this.rough = false)
    const base = this.before
    const rules = kind === 'switch' ? listAt(n.parameters, 'rules', 'values').concat(listAt(n.parameters, 'rules', 'rules')) : []
    const whens = kind === 'if' ? [this.conditions(n.parameters['conditions'], textAt(n.parameters, 'combineOperation'))] : rules.map((r) => this.conditions(at(r, 'conditions') ?? { string: [{ value1: n.parameters['value1'], operation: at(r, 'operation'), value2: at(r, 'value2') }] }))
    const id = this.id(n)
    const decides = kind === 'if' || kind === 'switch'
    if (decides) this.taken.push({ name: n.name, what: kind, as: this.rough !== rough ? 'look' : 'done', id })
    const branches: Branch[] = arms.map((arm, i) => {
      this.before = base
      const when = whens[i]
      const name = textAt(rules[i], 'outputKey') || (kind === 'if' ? '' : `${i + 1}`) // the paths of an if are told by its condition
      return { name, ...(when && { when }), steps: this.chain(arm, join) }
    })
    if (decides) return { id, name: n.name, action: 'branch', branches }
    return { id: this.names.take(`${n.name} paths`), name: n.name, action: 'branch', with: { mode: 'all' }, branches: branches.map((b) => ({ ...b, when: 'true' })) }
  }

  private loop(n: Node, outs: (string | undefined)[]): Step {
    const body = textAt(n, 'typeVersion') >= '3' ? outs[1] : outs[0]
    const over = this.before === 'trigger' ? 'trigger.body' : `steps.${this.before}`
    this.taken.push({ name: n.name, what: 'splitInBatches', as: 'look', id: this.id(n) })
    this.before = 'item'
    return { id: this.id(n), name: n.name, action: 'loop', with: { over }, steps: this.chain(body, n.name) }
  }

  private id = (n: Node) => this.ids.get(n.name) ?? this.names.take(n.name)

  /** step makes one step of a node; undefined for those that do nothing. */
  private step(n: Node): Step | undefined {
    const kind = plain(n.type)
    if (kind === 'noOp' || kind === 'merge') {
      this.taken.push({ name: n.name, what: kind, as: 'done' })
      return undefined
    }
    this.rough = false
    const made = makers[kind]?.(n.parameters, (value) => this.template(value), (value, how) => this.conditions(value, how))
    const id = this.id(n)
    this.taken.push({ name: n.name, what: kind, as: !made ? 'missing' : this.rough || made.look || n.credentials ? 'look' : 'done', id })
    const step: Step = made ? { id, name: n.name, action: made.action, with: without(made.with), ...(made.connection && { connection: made.connection }) } : placeholder(id, n.name, `n8n: ${kind}`, n.parameters)
    this.before = id
    return { ...step, ...(n.notes && made && { note: n.notes }), ...(n.disabled && { disabled: true }) }
  }

  /** template turns a value of n8n, which begins with = where it is computed, into a template of Gancho. */
  private template = (value: unknown): string => {
    const text = typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)
    if (!text.startsWith('=')) return text
    return text.slice(1).replace(/\{\{([\s\S]*?)\}\}/g, (_, code: string) => `{{ ${this.expression(code.trim())} }}`)
  }

  private base(name: string): string {
    const id = this.ids.get(name) ?? name
    return id === 'trigger' ? 'trigger' : this.outputOf(id, this.nodes.find((n) => n.name === name))
  }

  private outputOf = (id: string, n: Node | undefined) => (id === 'item' ? 'item' : n && plain(n.type) === 'httpRequest' ? `steps.${id}.body` : `steps.${id}`)

  private expression(code: string): string {
    const near = this.before === 'trigger' || this.before === 'item' ? this.before : this.outputOf(this.before, this.nodes.find((n) => this.ids.get(n.name) === this.before))
    const out = code
      .replace(/\$node\[["'](.+?)["']\]\.json/g, (_, name: string) => this.base(name))
      .replace(/\$\(["'](.+?)["']\)\.(?:item|first\(\)|last\(\))\.json/g, (_, name: string) => this.base(name))
      .replace(/\$json\b/g, near)
      .replace(/\$now\b/g, 'now()').replace(/\$vars\./g, 'vars.')
      .replace(/\[["']([A-Za-z_]\w*)["']\]/g, '.$1')
      .replaceAll('===', '==').replaceAll('!==', '!=')
      .replace(/\.toLowerCase\(\)/g, ' | lower()').replace(/\.toUpperCase\(\)/g, ' | upper()').replace(/\.trim\(\)/g, ' | trim()')
    if (/\$|=>|\.[a-zA-Z]+\(/.test(out)) this.rough = true
    return out
  }

  /** conditions reads both forms that n8n keeps them in. */
  private conditions(value: unknown, how = ''): string {
    const single = (a: unknown, by: string, b: unknown) => {
      const made = compare(operand(a, this.template), by, operand(b, this.template))
      if (!made) this.rough = true
      return made ?? 'true'
    }
    const newer = listAt(value, 'conditions').map((c) => single(at(c, 'leftValue'), textAt(c, 'operator', 'operation'), at(c, 'rightValue')))
    const older = ['string', 'number', 'boolean', 'dateTime'].flatMap((k) => listAt(value, k)).map((c) => single(at(c, 'value1'), textAt(c, 'operation') || 'equal', at(c, 'value2')))
    const any = (how || textAt(value, 'combinator')) === 'any' || textAt(value, 'combinator') === 'or'
    return [...newer, ...older].join(any ? ' || ' : ' && ') || 'true'
  }
}

type Made = { action: string; with: Json; connection?: string; look?: boolean }
type Maker = (p: Json, text: (value: unknown) => string, conditions: (value: unknown, how?: string) => string) => Made

const pairs = (list: unknown[], text: (value: unknown) => string) => Object.fromEntries(list.map((p) => [textAt(p, 'name'), text(at(p, 'value'))] as const).filter(([name]) => name))

/** parsed is a text that holds JSON, as JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const makers: Record<string, Maker> = {
  httpRequest: (p, text) => {
    const raw = text(p['jsonBody'] ?? p['bodyParametersJson'])
    const json = raw ? parsed(raw) : undefined
    const fields = pairs(listAt(p, 'bodyParameters', 'parameters'), text)
    const form = textAt(p, 'contentType') === 'form-urlencoded'
    return { action: 'http.request', look: textAt(p, 'authentication') !== '' && textAt(p, 'authentication') !== 'none', with: {
      method: textAt(p, 'method') || textAt(p, 'requestMethod') || 'GET', url: text(p['url']), query: pairs(listAt(p, 'queryParameters', 'parameters'), text), headers: pairs(listAt(p, 'headerParameters', 'parameters'), text),
      ...(Object.keys(fields).length > 0 ? { [form ? 'form' : 'json']: fields } : json !== undefined ? { json } : raw ? { text: raw } : {}),
    } }
  },
  set: (p, text) => {
    const list = [...listAt(p, 'assignments', 'assignments'), ...['string', 'number', 'boolean'].flatMap((k) => listAt(p, 'values', k))]
    return { action: 'set', with: { values: pairs(list, text) }, look: list.length === 0 }
  },
  filter: (p, _, conditions) => ({ action: 'filter', with: { where: conditions(p['conditions']) } }),
  wait: (p) => ({ action: 'delay', with: { for: `${textAt(p, 'amount') || '1'}${{ seconds: 's', minutes: 'm', hours: 'h', days: 'd' }[textAt(p, 'unit')] ?? 'h'}` }, look: textAt(p, 'resume') !== '' && textAt(p, 'resume') !== 'timeInterval' }),
  respondToWebhook: (p, text) => {
    const body = text(p['responseBody'])
    return { action: 'respond', with: { body: parsed(body) ?? body } }
  },
  emailSend: (p, text) => ({ action: 'email.send', connection: 'mail', look: true, with: { to: text(p['toEmail']), subject: text(p['subject']), text: text(p['text'] ?? p['message']), html: text(p['html']) } }),
  slack: (p, text) => ({ action: 'slack.post_message', connection: 'slack', look: true, with: { channel: text(at(p, 'channelId', 'value') ?? p['channel']), text: text(p['text']) } }),
}

/** cronOf reads what n8n says of a schedule; every day at eight where it is not understood. */
function cronOf(p: Json): string {
  const r = listAt(p, 'rule', 'interval')[0]
  const own = textAt(r, 'expression')
  if (own) return own.trim().split(/\s+/).slice(-5).join(' ')
  const minute = textAt(r, 'triggerAtMinute') || '0'
  const hour = textAt(r, 'triggerAtHour') || '0'
  const field = textAt(r, 'field')
  if (field === 'minutes') return `*/${textAt(r, 'minutesInterval') || '5'} * * * *`
  if (field === 'hours') return `${minute} */${textAt(r, 'hoursInterval') || '1'} * * *`
  if (field === 'weeks') return `${minute} ${hour} * * ${listAt(r, 'triggerAtDay').join(',') || '1'}`
  if (field === 'months') return `${minute} ${hour} ${textAt(r, 'triggerAtDayOfMonth') || '1'} * *`
  return r === undefined ? '0 8 * * *' : `${minute} ${hour} * * *`
}
