import { Select } from '../ui/Select'
import { useWords } from './words'

export type Role = 'viewer' | 'editor' | 'admin'
const roles: Role[] = ['viewer', 'editor', 'admin']

export function RoleChoice({ role, set, quiet = false }: { role: Role; set: (role: Role) => void; quiet?: boolean }) {
  const t = useWords()
  const help = { viewer: t.viewerHelp, editor: t.editorHelp, admin: t.adminHelp }
  return <Select quiet={quiet} label={t.role} value={role} set={(r) => set(r as Role)} options={roles.map((r) => ({ value: r, label: t[r], hint: help[r] }))} />
}
