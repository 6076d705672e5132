package engine

import (
	"maps"
	"slices"
	"strings"
)

// Hidden stands where a credential was left out.
const Hidden = "•••"

// SecretHeader says that a header holds a credential.
func SecretHeader(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "-token") || strings.HasSuffix(name, "-api-key") || slices.Contains([]string{"authorization", "proxy-authorization", "cookie", "set-cookie", "api-key", "apikey"}, name)
}

// withoutCredentials is what a step was given, as it is shown: no header with a credential, and no
// password in an address.
func withoutCredentials(input map[string]any) map[string]any {
	shown := maps.Clone(input)
	if headers, ok := input["headers"].(map[string]any); ok {
		safe := maps.Clone(headers)
		for name := range safe {
			if SecretHeader(name) {
				safe[name] = Hidden
			}
		}
		shown["headers"] = safe
	}
	if address, ok := input["url"].(string); ok {
		shown["url"] = withoutPassword(address)
	}
	return shown
}

func withoutPassword(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndex(rest[:end], "@")
	if !ok || at < 0 {
		return address
	}
	return scheme + "://" + Hidden + rest[at:]
}
