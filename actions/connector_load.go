package actions

import (
	"bytes"
	"encoding/json"
	"fmt"

	"gancho/engine/expression"
)

// trustedConnector reads a file of this program, whose faults the tests find: nothing is
// compiled before it is used.
func trustedConnector(data []byte) (*Connector, error) {
	c := new(Connector)
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&c.file); err != nil {
		return nil, fmt.Errorf("read a connector: %w", err)
	}
	c.file.exact()
	c.order(data)
	return c, nil
}

// exact gives numbers of free members their types.
func (f *connectorFile) exact() {
	for _, a := range f.Actions {
		a.Sample, _ = expression.Normalize(a.Sample) //nolint:errcheck // the tests normalise it
		for i := range a.Fields {
			a.Fields[i].Default, _ = expression.Normalize(a.Fields[i].Default) //nolint:errcheck // as above
		}
		a.Request.exact()
	}
}

func (q *requestFile) exact() {
	q.JSON, _ = expression.Normalize(q.JSON) //nolint:errcheck // the tests normalise it
	q.Form, _ = expression.Normalize(q.Form) //nolint:errcheck // as above
	if q.GraphQL != nil {
		variables, _ := expression.Normalize(q.GraphQL.Variables) //nolint:errcheck // as above
		q.GraphQL.Variables, _ = variables.(map[string]any)
	}
}
