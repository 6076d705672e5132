/** told makes sentences of what the server says is wrong and of what to do about it. */
export const told = (problem: { message: string; hint: string }) => [problem.message, problem.hint].filter(Boolean).map((text) => text.replace(/(?<=[\p{L}] )"([\p{L}\d_. -]+)"/gu, '“$1”')).map((text) => (/[.!?…]$/.test(text) ? text : `${text}.`)).map((text) => (/^\p{Ll}[\p{Ll}-]*[ ,:]/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text)).join(' ')

const path = /(?<![\w.`])(?:trigger|steps|item|vars|loops|errors)(?:\??\.[A-Za-z_]\w*|\[[^\]\s]*\])+/g

/** ticked puts the paths of data that an error names into backticks, where they have none. */
export const ticked = (message: string) => message.split('`').map((part, i) => (i % 2 === 0 ? part.replace(path, '`$&`') : part)).join('`')

/** toldShort leaves out what to do about it where there are buttons that do it. */
export const toldShort = (problem: { message: string; hint: string; fixes?: unknown[] }) => told({ message: ticked(problem.message), hint: problem.fixes?.length ? '' : problem.hint })
