/** draftKey names what this machine keeps of a person's draft until the server has it. */
export const draftKey = (owner: string, flow: string) => `draft:${owner}:${flow}`

/** isFinal says whether a refusal stays one however often it is asked. */
export const isFinal = (status: number) => status >= 400 && status < 500 && ![401, 408, 429].includes(status)
