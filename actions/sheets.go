package actions

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
)

// sheet is what the actions of Google Sheets share. The requests are those of the connector
// sheets, whose own actions are not listed: a row by the names of its columns takes several.
type sheet struct {
	c   *Connector
	out *Outbound

	spreadsheet, name string
	header            int
}

func (s *sheet) fields() form.Fields {
	return form.Of(
		form.Text("spreadsheet", &s.spreadsheet, form.Label("Spreadsheet", "Planilha")).Required().Placeholder("https://docs.google.com/spreadsheets/d/…").
			Help(form.Label("Its address or its ID.", "O endereço ou o ID.")),
		form.Select("sheet", &s.name, form.Label("Sheet", "Aba")).Required().Custom().Live("spreadsheet").
			Help(form.Label("The name on the tab below.", "O nome na aba de baixo.")),
		form.Int("header_row", &s.header, form.Label("Row of the column names", "Linha dos nomes das colunas")).Min(1).Max(1000).Default(1).Advanced(),
	)
}

// sheetsAction is what the entries of the two actions have in common.
func sheetsAction(out *Outbound, connectors []*Connector, a engine.Action, make func(sheet) engine.Doer) engine.Action {
	i := slices.IndexFunc(connectors, func(c *Connector) bool { return c.ID() == "sheets" })
	c := connectors[i]
	a.Group, a.Effect, a.Connection = "data", true, []string{"sheets:service_account", "sheets:oauth"}
	a.Mark, a.Careful = c.mark(), !a.Repeatable
	a.New = func() engine.Doer { return make(sheet{c: c, out: out}) }
	a.Options = func(ctx context.Context, ask engine.OptionsAsk) ([]form.Choice, error) {
		return c.askOptions(ctx, out, "append_values", ask)
	}
	return a
}

var spreadsheetURL = regexp.MustCompile(`/d/([A-Za-z0-9_-]+)`)

func (s *sheet) id() string {
	if m := spreadsheetURL.FindStringSubmatch(s.spreadsheet); m != nil {
		return m[1]
	}
	return strings.TrimSpace(s.spreadsheet)
}

// area is a range of the sheet, as A1 notation writes it.
func (s *sheet) area(cells string) string {
	return "'" + strings.ReplaceAll(s.name, "'", "''") + "'!" + cells
}

// ask does one action of the connector.
func (s *sheet) ask(ctx context.Context, call *engine.Call, action string, input map[string]any) (map[string]any, error) {
	d := &connectorDoer{c: s.c, id: action, out: s.out}
	input["spreadsheet"] = s.id()
	if problems := d.Fields().Fill(input); len(problems) > 0 {
		return nil, engine.Faultf("bad_input", "%s %s", problems[0].Path, problems[0].Message.EN)
	}
	part := *call
	part.Key = call.Key + "/" + action
	output, err := d.Do(ctx, &part)
	if err != nil {
		return nil, err
	}
	m, _ := output.(map[string]any)
	return m, nil
}

// columns are the names in the header row.
func (s *sheet) columns(ctx context.Context, call *engine.Call) ([]string, error) {
	row := strconv.Itoa(s.header)
	got, err := s.ask(ctx, call, "get_values", map[string]any{"range": s.area(row + ":" + row)})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, value := range first(got["values"]) {
		names = append(names, strings.TrimSpace(expression.Text(value)))
	}
	if len(names) == 0 {
		return nil, &engine.Fault{
			Code: "no_columns", Permanent: true, Message: fmt.Sprintf("row %d of the sheet %s is empty", s.header, s.name),
			Hint: form.Label("write the names of the columns into that row", "escreva os nomes das colunas nessa linha"),
		}
	}
	return names, nil
}

// first gives the first row, or column, of values that were read.
func first(values any) []any {
	rows, _ := values.([]any)
	if len(rows) == 0 {
		return nil
	}
	row, _ := rows[0].([]any)
	return row
}

// arrange puts a row into the order of the columns. A cell that the row does not name is nil:
// Sheets leaves it as it is.
func (s *sheet) arrange(columns []string, row map[string]any) ([]any, error) {
	cells := make([]any, len(columns))
	for _, name := range slices.Sorted(maps.Keys(row)) {
		at := column(columns, name)
		if at < 0 {
			f := engine.Faultf("unknown_column", "the sheet %s has no column %q; it has %s", s.name, name, strings.Join(columns, ", "))
			if near := form.Nearest(name, columns); near != "" {
				f.Hint = form.Label("did you mean "+near+"?", "quis dizer "+near+"?")
			}
			return nil, f
		}
		cells[at] = cell(row[name])
	}
	return cells, nil
}

// column finds a column by its name; capitals do not matter where the name is the only one.
func column(columns []string, name string) int {
	name = strings.TrimSpace(name)
	if at := slices.Index(columns, name); at >= 0 {
		return at
	}
	return slices.IndexFunc(columns, func(c string) bool { return strings.EqualFold(c, name) })
}

// cell is a value as a sheet takes it: lists and objects as JSON.
func cell(value any) any {
	switch value.(type) {
	case map[string]any, []any:
		return expression.Text(value)
	}
	return value
}

// letters of a column, from 0: A, Z, AA.
func letters(n int) string {
	text := ""
	for n++; n > 0; n = (n - 1) / 26 {
		text = string(rune('A'+(n-1)%26)) + text
	}
	return text
}

var rowNumber = regexp.MustCompile(`![A-Z]+([0-9]+)`)

// rowOf is the number of the first row of a range, 0 when it has none.
func rowOf(area any) int {
	text, _ := area.(string)
	m := rowNumber.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// add puts rows below the last one.
func (s *sheet) add(ctx context.Context, call *engine.Call, rows []any) (map[string]any, error) {
	got, err := s.ask(ctx, call, "append_values", map[string]any{"range": s.area("A" + strconv.Itoa(s.header)), "values": rows})
	if err != nil {
		return nil, err
	}
	return map[string]any{"range": got["range"], "row": rowOf(got["range"])}, nil
}

func (s *sheet) shown(call *engine.Call, more map[string]any) map[string]any {
	shown := map[string]any{"spreadsheet": s.id(), "sheet": s.name}
	if call.Connection != nil {
		shown["connection"] = call.Connection.Name
	}
	maps.Copy(shown, more)
	return shown
}
