/** Ticked is a sentence in which what stands between backticks is code. */
export const Ticked = ({ text }: { text: string }) => text.split('`').map((part, i) => (i % 2 ? <code key={i} className="text-meta">{part}</code> : part))
