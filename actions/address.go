package actions

import (
	"fmt"
	"net/url"
	"strings"

	"gancho/engine"
)

// readAddress reads the URL of a request. What may not stand in its query (a space, an accent, a
// quote) is escaped: a value of an event never decides where the line of the request ends.
func readAddress(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, engine.Faultf("bad_url", "the address cannot be read")
	}
	escapeQuery(u)
	return u, nil
}

// escapeQuery leaves alone what is escaped already.
func escapeQuery(u *url.URL) {
	var b strings.Builder
	query := u.RawQuery
	for i := range len(query) {
		if c := query[i]; inQuery(c) || c == '%' && i+2 < len(query) && isHex(query[i+1]) && isHex(query[i+2]) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	u.RawQuery = b.String()
}

// inQuery says that a query may hold a byte as it is (RFC 3986 3.4).
func inQuery(c byte) bool {
	return isLetter(c) || isDigit(c) || strings.IndexByte("-._~!$&'()*+,;=:@/?", c) >= 0
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
