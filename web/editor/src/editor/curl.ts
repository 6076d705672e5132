/** words splits a command line as a shell does: quotes, escapes and lines that go on. */
function words(line: string): string[] | null {
  const out: string[] = []
  const part = /\\\r?\n|\s+|'([^']*)'|\$'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y
  let now: string | null = null
  part.lastIndex = 0
  while (part.lastIndex < line.length) {
    const m = part.exec(line)
    if (!m) return null
    const [all, single, dollar, double, escaped, bare] = m
    const text: string | undefined = single ?? dollar?.replace(/\\n/g, '\n').replace(/\\(.)/g, '$1') ?? double?.replace(/\\\r?\n/g, '').replace(/\\(["\\$`])/g, '$1') ?? escaped ?? bare
    if (text !== undefined) now = (now ?? '') + text
    else if (!all.startsWith('\\') && now !== null) {
      out.push(now)
      now = null
    }
  }
  return now === null ? out : [...out, now]
}

/** secretHeaders are left out: a flow never holds a secret, a connection does. */
const secretHeaders = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'api-key', 'apikey'])

const withValue = new Set(['-o', '--output', '-m', '--max-time', '--connect-timeout', '-A', '--user-agent', '-e', '--referer', '-b', '--cookie', '-u', '--user', '-x', '--proxy', '--retry', '-c', '--cookie-jar', '--cacert', '-E', '--cert', '--key', '-w', '--write-out'])

type Read = { method: string; url: string; headers: Record<string, string>; data: string[]; json: boolean; get: boolean; form: string[] }

function readArgs(args: string[]): Read {
  const r: Read = { method: '', url: '', headers: {}, data: [], json: false, get: false, form: [] }
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? ''
    const [name, joined] = /^--[^=]+=/.test(word) ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : /^-[XHdF].+/.test(word) ? [word.slice(0, 2), word.slice(2)] : [word, undefined]
    const value = () => joined ?? args[++i] ?? ''
    if (name === '-X' || name === '--request') r.method = value().toUpperCase()
    else if (name === '--url') r.url = value()
    else if (name === '-H' || name === '--header') {
      const header = value()
      const at = header.indexOf(':')
      if (at > 0) r.headers[header.slice(0, at).trim()] = header.slice(at + 1).trim()
    } else if (['-d', '--data', '--data-raw', '--data-ascii', '--data-binary', '--data-urlencode'].includes(name)) r.data.push(value())
    else if (name === '--json') {
      r.data.push(value())
      r.json = true
    } else if (name === '-F' || name === '--form') r.form.push(value())
    else if (name === '-G' || name === '--get') r.get = true
    else if (name === '-I' || name === '--head') r.method = 'HEAD'
    else if (withValue.has(name)) value()
    else if (!name.startsWith('-') && r.url === '') r.url = name
  }
  return r
}

const pairs = (text: string) => Object.fromEntries(new URLSearchParams(text))

/** fromCurl makes the fields of an HTTP request of a cURL line; null when it is none. What is secret in it is left out and named. */
export function fromCurl(line: string): { with: Record<string, unknown>; secrets: string[] } | null {
  const all = words(line.trim())
  if (!all || all[0] !== 'curl') return null
  const r = readArgs(all.slice(1))
  if (!r.url) return null
  const url = /^https?:\/\//i.test(r.url) ? r.url : `https://${r.url}`
  const secrets = Object.keys(r.headers).filter((h) => secretHeaders.has(h.toLowerCase()))
  const type = Object.entries(r.headers).find(([h]) => h.toLowerCase() === 'content-type')?.[1] ?? ''
  let headers = Object.fromEntries(Object.entries(r.headers).filter(([h]) => !secrets.includes(h)))
  const data = r.data.join('&')
  const fields: Record<string, unknown> = { method: r.method || (r.form.length || (data && !r.get) ? 'POST' : 'GET'), url: r.get && data ? `${url}${url.includes('?') ? '&' : '?'}${data}` : url }
  const drop = (name: string) => {
    headers = Object.fromEntries(Object.entries(headers).filter(([h]) => h.toLowerCase() !== name))
  }
  if (data && !r.get) {
    const json = r.json || type.includes('json') || /^\s*[[{]/.test(data) ? parsed(data) : undefined
    if (json !== undefined) {
      fields.json = json
      drop('content-type')
    } else if (type === '' || type.includes('x-www-form-urlencoded')) {
      fields.form = pairs(data)
      drop('content-type')
    } else fields.text = data
  }
  if (r.form.length > 0) {
    fields.multipart = r.form.map((f) => ({ name: f.slice(0, f.indexOf('=')), text: f.slice(f.indexOf('=') + 1) }))
    drop('content-type')
  }
  if (Object.keys(headers).length > 0) fields.headers = headers
  return { with: fields, secrets }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
