const quoted = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

/** toCurl writes a request, as it is shown or filled in, as a curl command. */
export function toCurl(request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null || !('url' in request) || typeof request.url !== 'string') return undefined
  const r = request as Record<string, unknown>
  const method = typeof r['method'] === 'string' ? r['method'] : 'GET'
  const query = entries(r['query']).map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).join('&')
  const lines = [`curl ${method === 'GET' ? '' : `-X ${quoted(method)} `}${String(r['url']).startsWith('-') ? '--url ' : ''}${quoted(String(r['url']) + (query ? `${String(r['url']).includes('?') ? '&' : '?'}${query}` : ''))}`]
  for (const [k, v] of entries(r['headers'])) lines.push(`-H ${quoted(`${k}: ${v}`)}`)
  const body = r['json'] ?? (typeof r['body'] === 'object' ? r['body'] : undefined)
  if (body !== undefined && body !== null) {
    if (!entries(r['headers']).some(([k]) => k.toLowerCase() === 'content-type')) lines.push("-H 'Content-Type: application/json'")
    lines.push(`--data-raw ${quoted(JSON.stringify(body))}`)
  } else if (typeof (r['text'] ?? r['body']) === 'string') lines.push(`--data-raw ${quoted(String(r['text'] ?? r['body']))}`) // -d would read a file where the text begins with @
  for (const [k, v] of entries(r['form'])) lines.push(`--data-urlencode ${quoted(`${k}=${v}`)}`)
  return lines.join(' \\\n  ')
}

const entries = (value: unknown): [string, string][] => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value).map(([k, v]) => [k, typeof v === 'string' ? v : JSON.stringify(v)]) : [])
