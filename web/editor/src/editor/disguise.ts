/** What is personal by the name of its field, as words with _ between them. */
const fields: [Kind, RegExp][] = [
  ['document', /(^|_)(cpf|cnpj|document|documento|tax_?id|rg|ssn|passport|pix(_address)?_key|chave(_pix)?)(_number)?$/],
  ['phone', /(^|_)(phone(_number)?|telefone|celular|mobile|whatsapp|wa_id|tel|fone)$/],
  ['zip', /(^|_)(cep|zip|zip_?code|postcode|postal_?code)$/],
  ['name', /(^|_)((first|last|given|family|customer|buyer|payer|user|contact|receiver|recipient|holder)_?name|nome_completo|sobrenome|surname)$/],
  ['street', /(^|_)(address(_line)?|street(_name)?|line|endereco|rua|logradouro|complemento?|district|neighbou?rhood|bairro)$/],
]
type Kind = 'document' | 'phone' | 'zip' | 'name' | 'street' | 'number' | 'email'

/** What is personal by how it looks, wherever it stands. */
const looks: [Kind, RegExp][] = [
  ['email', /[\w.+-]+@[\w-]+(\.[\w-]+)+/g],
  ['document', /\b\d{3}\.\d{3}\.\d{3}-\d{2}\b|\b\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}\b/g],
  ['phone', /\+55[ ]?\(?\d{2}\)?[ ]?9?\d{4}[- ]?\d{4}\b|\(\d{2}\)[ ]?9?\d{4}[- ]?\d{4}\b/g],
]

const bare = /^(name|nome|(full|display)_?name)$/
const someone = /customer|client|buyer|comprador|payer|contact|contato|profile|person|pessoa|lead|subscriber|recipient|receiver|holder|user|(^|_)address|endereco|billing|shipping/
const something = /shop|store|loja|product|produto|item|plan|company|empresa|merchant|seller|producer|vendor/
const internet = /^[\da-f]*[.:][\da-f.:]+$/i
const reachable = /^(e_?mail|cpf|phone|telefone|celular|whatsapp)$/

/** plain is the name of a field without case, accents and a number at its end. */
const plain = (key: string) => key.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/[^a-z0-9]+/g, '_').replace(/_?\d+$/, '')

/** withChecks adds the two check digits of a CPF or CNPJ. */
function withChecks(digits: string): string {
  for (let n = 0; n < 2; n++) {
    const weights = [...digits].map((_, i) => { const left = digits.length - i + 1; return digits.length > 11 && left > 9 ? left - 8 : left })
    const rest = [...digits].reduce((sum, d, i) => sum + Number(d) * (weights[i] ?? 0), 0) % 11
    digits += rest < 2 ? 0 : 11 - rest
  }
  return digits
}

const made: Record<Kind, (n: number, old: string) => string> = {
  name: (n) => (n > 1 ? `Pessoa ${n}` : 'Pessoa'),
  street: (n) => `Rua Exemplo, ${n}`,
  number: (n) => String(n),
  email: (n) => `pessoa${n > 1 ? n : ''}@example.com`,
  phone: (n, old) => shaped(old, String(5511900000000 + n - 1)),
  zip: (n, old) => shaped(old.replace(/[A-Za-z]/g, 'A'), String(1310100 + n - 1)),
  document: (n, old) => shaped(old, old.replace(/\D/g, '').length > 11 ? withChecks(String(112223330001 + n - 1)) : withChecks(String(123456789 + n - 1))),
}

/** shaped writes other digits where the old ones stand, from the right. */
function shaped(old: string, digits: string): string {
  const spare = [...digits]
  return [...old].reverse().map((c) => (/\d/.test(c) ? (spare.pop() ?? '0') : c)).reverse().join('')
}

type Place = { key: string; parent: string; among: string[] }

function kindOf({ key, parent, among }: Place, value: string): Kind | undefined {
  if (key === 'number' && /identification|document/.test(parent)) return 'document'
  if (/^(number|numero)$/.test(key) && /address|endereco/.test(parent)) return 'number'
  if (/^(from|to|tel|contato|recipient_id)$/.test(key)) return value.replace(/\D/g, '').length > 9 ? 'phone' : undefined
  if (!bare.test(key)) return fields.find(([, name]) => name.test(key))?.[0]
  return !/\d/.test(value) && !something.test(parent) && (someone.test(parent) || among.some((k) => reachable.test(k))) ? 'name' : undefined
}

/** disguise puts made-up people in the place of those of an event, so that a test can be kept in a file. Shapes and all else stay; what was equal stays equal. */
export function disguise<T>(event: T): T {
  const seen: Partial<Record<Kind, string[]>> = {}
  const stand = (kind: Kind, old: string) => {
    const all = (seen[kind] ??= [])
    const same = kind === 'name' || kind === 'street' ? old : old.replace(/[^\w@]/g, '').toLowerCase()
    if (!all.includes(same)) all.push(same)
    return made[kind](all.indexOf(same) + 1, old)
  }
  const change = (value: unknown, place: Place): unknown => {
    if (Array.isArray(value)) return value.map((v) => change(v, place))
    if (typeof value === 'object' && value !== null) {
      const among = Object.keys(value).map(plain)
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, change(v, { key: plain(k), parent: place.key || place.parent, among })]))
    }
    if (typeof value === 'number') {
      const kind = kindOf(place, String(value))
      return kind && kind !== 'name' && kind !== 'street' ? Number(stand(kind, String(value))) : value
    }
    if (typeof value !== 'string' || value === '') return value
    const found = looks.reduce((text, [kind, shape]) => text.replace(shape, (old) => stand(kind, old)), value)
    const kind = found === value && !internet.test(value) ? kindOf(place, value) : undefined
    return kind ? stand(kind, value) : found
  }
  return change(event, { key: '', parent: '', among: [] }) as T
}
