package session

import "net/http"

// People are those who may sign in.
type People struct {
	AdminToken string // of GANCHO_API_TOKEN; "" is none
}

// Who tells who asks; nobody has no role.
func (p *People) Who(r *http.Request) Person {
	if token := Bearer(r); token != "" && p.AdminToken != "" && same(token, p.AdminToken) {
		return Person{Name: "GANCHO_API_TOKEN", Role: Admin}
	}
	return Person{}
}
