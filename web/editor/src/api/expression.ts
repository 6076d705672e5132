import { api, type Schemas, take } from './client'

export type Answer = Schemas['ExpressionView']
export type Question = Omit<Schemas['ExpressionInputBody'], 'condition'> & { condition?: Schemas['Condition'] }
export type Condition = Schemas['Condition']
export type SchemaField = Schemas['Field']
export type FlowSchema = Schemas['Schema']

/** askExpression asks what an expression or template yields, what is wrong with it and what may follow. */
export const askExpression = (body: Question, signal?: AbortSignal) => take(api.POST('/expression', { body, signal }))

/** askOptions reads the options of a field from the provider. */
export const askOptions = (kind: string, field: string, body: { connection?: string; input: Record<string, unknown> }, signal?: AbortSignal) => take(api.POST('/actions/{kind}/options/{field}', { params: { path: { kind, field } }, body, signal }))

/** askSchema asks what the events of a flow, and the steps before one, hold. */
export const askSchema = (flow: string, step: string | undefined, signal?: AbortSignal) => take(api.GET('/flows/{id}/schema', { params: { path: { id: flow }, query: step ? { step } : {} }, signal }))
