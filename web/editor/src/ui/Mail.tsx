import { createElement, type ReactNode, useMemo } from 'react'
import { makeWords } from '../words'
import { JSONView } from './Page'
import type { Letter } from './Outgoing'

const en = { from: 'From', to: 'To', cc: 'Copy', bcc: 'Blind copy', subject: 'Subject', attachments: 'Attachments', empty: 'The message is empty.', raw: 'As data (JSON)' }
const pt: typeof en = { from: 'De', to: 'Para', cc: 'Cópia', bcc: 'Cópia oculta', subject: 'Assunto', attachments: 'Anexos', empty: 'A mensagem está vazia.', raw: 'Como dados (JSON)' }
const useWords = makeWords(en, pt)

/** Mail shows an e-mail as who gets it reads it. Of its HTML only words and their order are taken: nothing of it runs, and nothing is fetched. */
export function Mail({ letter }: { letter: Letter }) {
  const t = useWords()
  const rows = [[t.from, letter.from.replace(/^<(.*)>$/, '$1')], [t.to, listed(letter.to)], [t.cc, listed(letter.cc)], [t.bcc, listed(letter.bcc)], [t.attachments, listed(letter.attachments?.map((a) => a.name))]].filter(([, text]) => text)
  return (
    <div>
      <div className="overflow-hidden rounded-lg border border-line">
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 border-b border-line bg-sunken px-3 py-2 text-secondary">
          {rows.map(([name, text]) => <div key={name} className="contents"><dt className="text-text-3">{name}</dt><dd className="break-words">{text}</dd></div>)}
          <dt className="text-text-3">{t.subject}</dt><dd className="font-medium break-words">{letter.subject}</dd>
        </dl>
        <div tabIndex={0} className="overflow-auto px-3 sm:max-h-96 py-2 break-words">{letter.html ? <Rich html={letter.html} /> : letter.text ? <p className="whitespace-pre-wrap">{letter.text}</p> : <p className="text-text-3">{t.empty}</p>}</div>
      </div>
      <details className="mt-1.5 text-secondary text-text-2"><summary className="w-fit">{t.raw}</summary><div className="mt-1.5"><JSONView value={letter} /></div></details>
    </div>
  )
}

const listed = (list: string[] | undefined) => (list ?? []).join(', ')

const kept = new Set(['P', 'DIV', 'BR', 'HR', 'B', 'STRONG', 'I', 'EM', 'U', 'S', 'DEL', 'CODE', 'PRE', 'UL', 'OL', 'LI', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'BLOCKQUOTE', 'TABLE', 'THEAD', 'TBODY', 'TR', 'TH', 'TD'])
const looks: Record<string, string> = { UL: 'list-disc pl-5', OL: 'list-decimal pl-5', H1: 'text-page font-semibold', H2: 'text-title font-semibold', H3: 'font-semibold', BLOCKQUOTE: 'border-l-2 border-line pl-3', TH: 'pr-3 text-left', TD: 'pr-3 align-top', PRE: 'whitespace-pre-wrap' }

/** bare is HTML without attributes, as the content policy counts them even where nothing is drawn: a link keeps where it leads, a picture the words that stand for it. */
function bare(html: string): string {
  const attribute = (of: string, name: string) => (new RegExp(`\\s${name}\\s*=\\s*("[^"]*"|'[^']*'|[^\\s"'>]+)`, 'i').exec(of)?.[1] ?? '').replace(/^["']|["']$/g, '').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  return html.replace(/<!--[^]*?-->|<(script|style|title|template|iframe|object)\b[^]*?<\/\1\s*>/gi, '')
    .replace(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|'[^']*'|[^'"<>])*)>/gi, (_, end: string, name: string, of: string) => {
      if (end) return `</${name}>`
      if (/^img$/i.test(name)) return `[${attribute(of, 'alt') || attribute(of, 'src')}]`
      return /^a$/i.test(name) ? `<a title="${attribute(of, 'href')}">` : `<${name}>`
    })
}

/** Rich draws HTML anew from a few elements. */
function Rich({ html }: { html: string }) {
  const page = useMemo(() => new DOMParser().parseFromString(bare(html), 'text/html'), [html])
  return <div className="space-y-2">{drawn(page.body)}</div>
}

function drawn(parent: Node): ReactNode[] {
  return [...parent.childNodes].map((node, i) => {
    if (!(node instanceof HTMLElement)) return node.nodeType === Node.TEXT_NODE ? node.textContent : null
    if (node.tagName === 'A') return <span key={i} className="text-accent underline" title={node.title}>{drawn(node)}</span>
    if (!kept.has(node.tagName)) return <span key={i}>{drawn(node)}</span>
    return createElement(node.tagName.toLowerCase(), { key: i, className: looks[node.tagName] }, ...drawn(node))
  })
}
