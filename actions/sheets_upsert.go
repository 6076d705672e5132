package actions

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gancho/engine"
	"gancho/engine/expression"
	"gancho/engine/form"
)

func sheetsUpsertAction(out *Outbound, connectors []*Connector) engine.Action {
	return sheetsAction(out, connectors, engine.Action{
		Kind:       "sheets.upsert",
		Title:      form.Label("Google Sheets: Add or change a row", "Google Planilhas: Adicionar ou mudar uma linha"),
		Summary:    form.Label("Finds the row by one column; what you leave out stays as it is", "Acha a linha por uma coluna; o que ficar de fora não muda"),
		Words:      form.Label("spreadsheet update find excel google table", "planilha atualizar achar excel google tabela"),
		Repeatable: true,
		Help: form.Label("Runs change a sheet one at a time, so that two of them do not add the same row. Values are written as they are: a text that begins with = does not become a formula.",
			"As execuções mudam uma aba uma de cada vez, para que duas não adicionem a mesma linha. Os valores são escritos como estão: um texto que começa com = não vira fórmula."),
		Sample: map[string]any{"range": "Vendas!A7:B7", "row": 7, "created": false},
	}, func(s sheet) engine.Doer { return &sheetsUpsert{sheet: s} })
}

type sheetsUpsert struct {
	sheet
	key string
	row map[string]any
	in  bool // this call has the sheet to itself
}

func (u *sheetsUpsert) Fields() form.Fields {
	return append(u.fields(),
		form.Text("key", &u.key, form.Label("Find by column", "Achar pela coluna")).Required().Example("E-mail").
			Help(form.Label("Its value must be in the row.", "O valor dela deve estar na linha.")),
		form.Map("row", &u.row, form.Label("Row", "Linha")).Required().Help(form.Label("Column name to value. An empty text empties the cell.", "Nome da coluna para valor. Um texto vazio esvazia a célula.")),
	)
}

// turn is the budget by which one call at a time has the sheet.
func (u *sheetsUpsert) turn(call *engine.Call) []limit {
	name := ""
	if call.Connection != nil {
		name = call.Connection.Name
	}
	return []limit{{name: limitName("sheets.upsert", name, u.id(), u.name), concurrent: 1}}
}

// Admit waits until no other call changes the sheet.
func (u *sheetsUpsert) Admit(ctx context.Context, call *engine.Call) error {
	wait, err := u.out.budgets.take(ctx, call.Key, time.Time{}, u.turn(call))
	if err != nil {
		return err
	}
	if wait > 0 {
		return &engine.Fault{Code: "limit", Message: "waits until another run has changed the sheet", After: wait, Quota: true, Class: classWait}
	}
	u.in = true
	return nil
}

// Leave lets others at the sheet.
func (u *sheetsUpsert) Leave(call *engine.Call) {
	if u.in {
		u.out.budgets.leave(call.Key, u.turn(call))
	}
	u.in = false
}

// Do reads the key column and writes the row that it finds, or adds one.
func (u *sheetsUpsert) Do(ctx context.Context, call *engine.Call) (engine.Output, error) {
	if !u.in {
		if err := u.Admit(ctx, call); err != nil {
			return nil, err
		}
	}
	u.in = false
	defer u.out.budgets.leave(call.Key, u.turn(call))
	columns, err := u.columns(ctx, call)
	if err != nil {
		return nil, err
	}
	cells, err := u.arrange(columns, u.row)
	if err != nil {
		return nil, err
	}
	at := column(columns, u.key)
	if at < 0 {
		return nil, engine.Faultf("unknown_column", "the sheet %s has no column %q; it has %s", u.name, u.key, strings.Join(columns, ", "))
	}
	want := keyText(cells[at])
	if want == "" {
		return nil, engine.Faultf("no_key", "the row has no value for %s, by which it is found", u.key)
	}
	row, err := u.find(ctx, call, at, want)
	if err != nil {
		return nil, err
	}
	if row == 0 {
		output, err := u.add(ctx, call, []any{cells})
		if err != nil {
			return nil, err
		}
		output["created"] = true
		return output, nil
	}
	area := u.area(fmt.Sprintf("A%d:%s%d", row, letters(len(columns)-1), row))
	got, err := u.ask(ctx, call, "update_values", map[string]any{"range": area, "values": []any{cells}})
	if err != nil {
		return nil, err
	}
	return map[string]any{"range": got["range"], "row": row, "created": false}, nil
}

// find gives the number of the first row below the header whose key is want, or 0.
func (u *sheetsUpsert) find(ctx context.Context, call *engine.Call, at int, want string) (int, error) {
	name := letters(at)
	got, err := u.ask(ctx, call, "get_values", map[string]any{"range": u.area(fmt.Sprintf("%s%d:%s", name, u.header+1, name)), "by": "COLUMNS"})
	if err != nil {
		return 0, err
	}
	for i, value := range first(got["values"]) {
		if keyText(value) == want {
			return u.header + 1 + i, nil
		}
	}
	return 0, nil
}

// keyText is a cell as it is compared: without outer space or capitals.
func keyText(value any) string {
	if value == nil {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(expression.Text(value)))
}

// Request is the row that would be added or changed.
func (u *sheetsUpsert) Request(_ context.Context, call *engine.Call) (any, error) {
	return u.shown(call, map[string]any{"key": u.key, "row": u.row}), nil
}
