package engine

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"gancho/engine/shape"
)

// technical are the names of what only programs read.
var technical = regexp.MustCompile(`(^|[._])token$|graphql_api_id$`)

// inOrder sorts fields by what they tell a person: those that a preset names, as it has them,
// then all others, then what was always empty and what only programs read; each time what lies
// deeper later, and in lists last.
func inOrder(fields []shape.Field, named []string) []shape.Field {
	place := make(map[string]int, len(named))
	for i, path := range named {
		place[path] = i - len(named)
	}
	rank := func(f *shape.Field) int {
		if isEmpty(f) || technical.MatchString(f.Path) {
			return 1
		}
		return place[f.Path]
	}
	slices.SortStableFunc(fields, func(a, b shape.Field) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(depth(a.Path), depth(b.Path)))
	})
	return fields
}

func isEmpty(f *shape.Field) bool {
	return f.Of > 0 && f.Seen == 0 || f.Type == shape.Null.String() || len(f.Values) == 1 && f.Values[0].Value == ""
}

func depth(path string) int {
	deep := strings.Count(path, ".") + strings.Count(path, `["`)
	if strings.Contains(path, "[]") {
		deep += 5
	}
	return deep
}
