package triggers

import "gancho/engine/expression"

// telling are members of bodies that tell one event from another and name nobody.
var telling = []string{"number", "order_number", "order_id", "invoice_number", "transaction_id", "transaction", "reference", "code", "id", "event_id", "uuid"}

// titleIn is what an event is called in lists where neither a preset nor its plain bytes name it:
// the first such member of the body, or of what the body wraps.
func titleIn(body any) string {
	members, ok := body.(map[string]any)
	if !ok {
		return ""
	}
	for _, name := range telling {
		switch value := members[name].(type) {
		case nil, bool, map[string]any, []any:
		default:
			if text := expression.Text(value); text != "" && len(text) <= 64 {
				return text
			}
		}
	}
	for _, wrap := range []string{"data", "order", "object", "payload"} {
		if inner, ok := members[wrap].(map[string]any); ok {
			return titleIn(inner)
		}
	}
	return ""
}
