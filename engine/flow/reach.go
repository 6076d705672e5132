package flow

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Reach is what a flow uses of the world outside: connections by their names, and the hosts that
// are written out in its steps.
type Reach struct {
	Connections []string
	Hosts       []string
}

var address = regexp.MustCompile(`(?i)https?://(?:[^/?#@\s"]*@)?([a-z0-9.-]+)`)

// ReachOf finds what a flow uses.
func ReachOf(f *Flow) Reach {
	connections, hosts := map[string]bool{f.Trigger.Connection: true}, map[string]bool{}
	Walk(f.Steps, "", func(_ string, s *Step) {
		connections[s.Connection] = true
		text, err := json.Marshal(s.With)
		if err != nil {
			return
		}
		for _, found := range address.FindAllStringSubmatch(string(text), -1) {
			hosts[strings.ToLower(found[1])] = true
		}
	})
	delete(connections, "")
	return Reach{slices.Sorted(maps.Keys(connections)), slices.Sorted(maps.Keys(hosts))}
}
