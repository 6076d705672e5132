/** draftKey names what this machine keeps of a person's draft until the server has it. */
export const draftKey = (owner: string, flow: string) => `draft:${owner}:${flow}`
