package expression

import (
	"strings"

	"golang.org/x/net/html"
)

// parting are the tags that part what stands on their two sides, as a person reads it.
var parting = map[string]bool{
	"br": true, "p": true, "div": true, "li": true, "ul": true, "ol": true, "dt": true, "dd": true, "tr": true, "td": true, "th": true, "table": true, "hr": true, "blockquote": true, "pre": true,
	"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "section": true, "article": true, "header": true, "footer": true,
}

// stripHTML is what a person reads of HTML, with a space where a line or a paragraph ends.
func stripHTML(s string) string {
	var b strings.Builder
	part := func(name string) {
		if text := b.String(); parting[name] && text != "" && !strings.HasSuffix(text, " ") && !strings.HasSuffix(text, "\n") {
			b.WriteByte(' ')
		}
	}
	unread := false // scripts and styles hold no text
	for z := html.NewTokenizer(strings.NewReader(s)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			part(string(name))
			unread = string(name) == "script" || string(name) == "style"
		case html.EndTagToken:
			name, _ := z.TagName()
			part(string(name))
			unread = false
		case html.TextToken:
			if !unread {
				b.Write(z.Text())
			}
		}
	}
}
