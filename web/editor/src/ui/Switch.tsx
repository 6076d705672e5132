/** Switch is on or off at once, without a save. */
export function Switch({ on, set, label, disabled = false, busy = false }: { on: boolean; set: (on: boolean) => void; label: string; disabled?: boolean; busy?: boolean }) {
  return (
    <button type="button" role="switch" aria-checked={on} aria-label={label} aria-busy={busy || undefined} disabled={disabled} onClick={() => { if (!busy) set(!on) }} data-tip={label}
      className="inline-flex h-6 w-10 shrink-0 items-center disabled:opacity-50">
      <span className={`relative h-[22px] w-full rounded-full border transition-colors duration-120 ${on ? 'border-accent bg-accent' : 'border-edge bg-sunken'}`}>
        <span className={`absolute top-[3px] left-[3px] size-3.5 rounded-full transition-transform duration-120 ${on ? 'translate-x-[18px] bg-on-accent' : 'bg-edge'}`} />
      </span>
    </button>
  )
}
