import type { Flow } from '../flow'

/** flowJSON is a flow as a bundle of one, as git and an import take it. */
export const flowJSON = (flow: Flow) => `${JSON.stringify({ gancho: 1, flows: [flow] }, null, 2)}\n`

/** saveFile hands a text to the browser as a download. */
export function saveFile(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
