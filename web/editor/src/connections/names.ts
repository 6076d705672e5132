/** nameOfHost is what people call a service by its address: api.shop.example.com is shop-example, and what runs on this machine is told by its port. */
export function nameOfHost(host = ''): string {
  const [, name = '', port = ''] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(host.toLowerCase()) ?? []
  if (/^(127\.|localhost$|\[::1\]$)/.test(name)) return port === '' ? 'local' : `local-${port}`
  const called = /^[\d.]+$|^\[/.test(name) ? `${name} ${port}` : name.replace(/^(api|www)\./, '').replace(/\.\w+$/, '')
  return called.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')
}

/** freshName is one that no other connection has. */
export function freshName(base: string, taken: string[]): string {
  const start = base || 'connection'
  let name = start
  for (let n = 2; taken.includes(name); n++) name = `${start}-${n}`
  return name
}
