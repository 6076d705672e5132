import { Link } from 'wouter'
import { useNamedFlows } from '../api/hooks'

/** Flows are links to flows, by their names. */
export function Flows({ ids, className }: { ids: string[]; className?: string }) {
  const all = useNamedFlows().data?.items
  return <ul className={`flex flex-wrap gap-x-3 ${className ?? ''}`}>{ids.map((id) => <li key={id}><Link className="text-accent hover:underline" href={`/flows/${id}`}>{all?.find((f) => f.id === id)?.name || id}</Link></li>)}</ul>
}
