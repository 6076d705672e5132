package form

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Scalar is the text of a value that is one: for headers, queries, forms and plain fields. Nothing is
// an empty text; lists and objects have none.
func Scalar(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool, int, int64, json.Number:
		return fmt.Sprint(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}
