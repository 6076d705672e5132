const whole = /(R\$[ \u00a0]?-?[\d.,]*\d|\be-mails?\b)/gi

/** Tight is a text whose amounts and e-mails no line ends in. */
export function Tight({ text }: { text: string }) {
  const parts = text.split(whole)
  return parts.length < 2 ? text : parts.map((part, i) => (i % 2 === 1 ? <span key={i} className="whitespace-nowrap">{part}</span> : part))
}
