const rules: [RegExp, string][] = [
  [/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, 'pessoa@example.com'],
  [/\b\d{3}\.\d{3}\.\d{3}-\d{2}\b/g, '123.456.789-09'],
  [/\b\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}\b/g, '11.222.333/0001-81'],
  [/\+55[ ]?\(?\d{2}\)?[ ]?9?\d{4}[- ]?\d{4}\b/g, '+5511900000000'],
  [/\(\d{2}\)[ ]?9?\d{4}[- ]?\d{4}\b/g, '(11) 90000-0000'],
]

const people = /(^|_)(cpf|cnpj|document|documento|tax_?id|phone|telefone|celular|mobile|whatsapp|(first|last|full|customer|buyer|payer)_?name|nome|sobrenome|address|endereco|street|rua|cep|zip|postcode)$/i
const stands: [RegExp, string][] = [[/cpf|document|tax/i, '12345678909'], [/cnpj/i, '11222333000181'], [/phone|telefone|celular|mobile|whatsapp/i, '+5511900000000'], [/cep|zip|postcode/i, '01310100'], [/name|nome/i, 'Pessoa']]

/** disguise puts made-up people in the place of those of an event, so that a test can be kept in a file; shapes and all else stay. */
export function disguise<T>(value: T, key = ''): T {
  if (Array.isArray(value)) return value.map((v) => disguise(v as unknown, key)) as T
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, disguise(v as unknown, k)])) as T
  if (typeof value !== 'string' || value === '') return value
  const made = people.test(key.replace(/([a-z])([A-Z])/g, '$1_$2')) ? (stands.find(([k]) => k.test(key))?.[1] ?? 'Rua Exemplo, 1') : rules.reduce((text, [shape, put]) => text.replace(shape, put), value as string)
  return made as T
}
