package bolt

import "testing"

func TestSought(t *testing.T) {
	for _, c := range []struct {
		query, raw string
		want       bool
	}{
		{"ana@example.com", `{"email":"Ana@Example.com"}`, true},
		{"ana", `{"email":"ana@example.com"}`, true},
		{"maria@example.com", `{"email":"ana.maria@example.com"}`, false},
		{"maria@example.com", `{"email":"maria@example.com.br"}`, false},
		{"maria@example.com", `"write to <maria@example.com>."`, true},
		{"maria@example.com", `"maria@example.com."`, true},
		{"an", `{"email":"ana@example.com"}`, false},
		{"123", `{"id":1234}`, false},
		{"1234", `{"id":1234}`, true},
		{"123.456.789-09", `{"cpf":"12345678909"}`, true},
		{"12345678909", `{"cpf":"123.456.789-09"}`, true},
		{"12345678909", `{"cpf":"123.456.789-091"}`, false},
		{"11900000000", `{"phone":"+55 (11) 90000-0000"}`, true},
		{"+55 11 90000-0000", `{"phone":"(11) 90000-0000"}`, true},
		{"5511900000000", `{"phone":"+5511900000000"}`, true},
		{"+55 11 90000-0000", `{"phone":"(21) 90000-0000"}`, false},
		{"são paulo", `{"city":"S\u00e3o Paulo"}`, true},
		{"paulo", `{"city":"S\u00e3o Paulo"}`, true},
		{"conceicao", `{"name":"Maria Conceição"}`, true},
		{"CONCEIÇÃO", `{"name":"maria conceicao"}`, true},
		{"conceição", `{"name":"Concei\u00e7\u00e3o"}`, true},
		{"conceição", "{\"name\":\"Conceic\u0327a\u0303o\"}", true},
		{"conceicao", `{"name":"conceicaozinha"}`, false},
		{"#2011", `{"order":2011}`, true},
		{"#2011", `"order #2011"`, true},
		{"#2011", `{"order":12011}`, false},
		{"#paid", `"#paid"`, true},
		{"#paid", `"paid"`, false},
		{"centro", `{"address":"Rua A, 12\nCentro\tSP"}`, true},
		{"sp", `{"address":"Rua A, 12\nCentro\tSP"}`, true},
		{"ncentro", `{"address":"Rua A, 12\nCentro"}`, false},
		{"rua a, 12\r\n  centro", `{"address":"Rua A, 12\nCentro"}`, true},
		{" maria   clara ", `{"name":"  Maria Clara "}`, true},
		{`said "yes"`, `{"note":"she said \"yes\""}`, true},
		{`"são paulo"`, `{"city":"São Paulo"}`, true},
		{`"paulo"`, `{"city":"São Paulo"}`, false},
		{`c:\new`, `{"path":"C:\\new\\file"}`, true},
		{`new`, `C:\new`, true},
		{"123456789", `{"lines":"123456\n789"}`, false},
		{"123456789", `{"line":"123456 789"}`, true},
		{"a/b", `"a\/b"`, true},
		{"😀 ok", `"\ud83d\ude00 ok"`, true},
		{"", `{}`, false},
	} {
		s := seek(c.query)
		if got := s != nil && s.In([]byte(c.raw)); got != c.want {
			t.Errorf("%q in %s: %v", c.query, c.raw, got)
		}
	}
}
