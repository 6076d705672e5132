/** told makes sentences of what the server says is wrong and of what to do about it. */
export const told = (problem: { message: string; hint: string }) => [problem.message, problem.hint].filter(Boolean).map((text) => text.replace(/(?<=[\p{L}] )"([\p{L}\d_. -]+)"/gu, '“$1”')).map((text) => (/[.!?…]$/.test(text) ? text : `${text}.`)).map((text) => (/^\p{Ll}[\p{Ll}-]*[ ,:]/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text)).join(' ')

/** toldShort leaves out what to do about it where there are buttons that do it. */
export const toldShort = (problem: { message: string; hint: string; fixes?: unknown[] }) => told(problem.fixes?.length ? { ...problem, hint: '' } : problem)
