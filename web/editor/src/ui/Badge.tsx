import type { ReactNode } from 'react'

const tones = {
  ok: 'bg-ok-soft text-ok', warn: 'bg-warn-soft text-warn', fail: 'bg-fail-soft text-fail', wait: 'bg-wait-soft text-wait', accent: 'bg-accent-soft text-accent', none: 'bg-sunken text-text-2',
}

export type Tone = keyof typeof tones

export function Badge({ tone = 'none', tip, children }: { tone?: Tone; tip?: string; children: ReactNode }) {
  return <span data-tip={tip} className={`inline-flex max-w-full items-center gap-1 rounded-full px-2 py-0.5 text-meta font-medium whitespace-nowrap ${tones[tone]}`}>{children}</span>
}
