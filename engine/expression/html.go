package expression

import (
	"strings"

	"golang.org/x/net/html"
)

// stripHTML is what a person reads of HTML, without a line for a paragraph.
func stripHTML(s string) string {
	var b strings.Builder
	unread := false // scripts and styles hold no text
	for z := html.NewTokenizer(strings.NewReader(s)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			unread = string(name) == "script" || string(name) == "style"
		case html.EndTagToken:
			unread = false
		case html.TextToken:
			if !unread {
				b.Write(z.Text())
			}
		}
	}
}
