package actions

import "testing"

func TestThePlainPartOfMarkdownIsPlain(t *testing.T) {
	got := plainOf("# Olá\n\n**Obrigada!** Seu _pedido_ [1001](https://a.example/1001):\n\n- um `x`\n- dois\n  1. dentro\n\nhttps://a.example\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n\\[Ana\\]\\(x\\)")
	want := "Olá\n\nObrigada! Seu pedido 1001 (https://a.example/1001):\n\n- um x\n- dois\n  1. dentro\n\nhttps://a.example\n\na | b\n1 | 2\n\n[Ana](x)\n"
	if got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
