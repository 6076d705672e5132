package actions

import (
	"context"

	"gancho/engine"
	"gancho/engine/form"
)

func sheetsAppendAction(out *Outbound, connectors []*Connector) engine.Action {
	return sheetsAction(out, connectors, engine.Action{
		Kind:    "sheets.append",
		Title:   form.Label("Google Sheets: Add a row", "Google Planilhas: Adicionar uma linha"),
		Summary: form.Label("Below the last row, by the names of the columns", "Abaixo da última linha, pelos nomes das colunas"),
		Words:   form.Label("spreadsheet append excel google table", "planilha acrescentar excel google tabela"),
		Help: form.Label("Values are written as they are: a text that begins with = does not become a formula. Sent twice, it makes two rows; \"Add or change a row\" does not.",
			"Os valores são escritos como estão: um texto que começa com = não vira fórmula. Enviada duas vezes, cria duas linhas; \"Adicionar ou mudar uma linha\" não."),
		Sample: map[string]any{"range": "Vendas!A7:B7", "row": 7, "rows": 1},
	}, func(s sheet) engine.Doer { return &sheetsAppend{sheet: s} })
}

type sheetsAppend struct {
	sheet
	row    map[string]any
	values []any
	rows   []any
}

func (a *sheetsAppend) Fields() form.Fields {
	return append(a.fields(),
		form.Map("row", &a.row, form.Label("Row", "Linha")).OneOf("row").Required().Help(form.Label("Column name to value.", "Nome da coluna para valor.")),
		form.List("values", &a.values, form.Label("Values in order", "Valores em ordem")).OneOf("row").Advanced().
			Help(form.Label("From the first column on; the names of the columns do not matter.", "A partir da primeira coluna; os nomes das colunas não importam.")),
		form.List("rows", &a.rows, form.Label("Several rows", "Várias linhas")).OneOf("row").Advanced().
			Help(form.Label("Each an object by column name, or a list of values in order.", "Cada uma um objeto por nome de coluna, ou uma lista de valores em ordem.")),
	)
}

// Do adds the rows in one request.
func (a *sheetsAppend) Do(ctx context.Context, call *engine.Call) (engine.Output, error) {
	rows, err := a.arranged(ctx, call)
	if err != nil {
		return nil, err
	}
	output, err := a.add(ctx, call, rows)
	if err != nil {
		return nil, err
	}
	output["rows"] = len(rows)
	return output, nil
}

// given are the rows as the step has them.
func (a *sheetsAppend) given() []any {
	switch {
	case a.row != nil:
		return []any{a.row}
	case a.values != nil:
		return []any{a.values}
	}
	return a.rows
}

// arranged reads the header row only when a row is by names.
func (a *sheetsAppend) arranged(ctx context.Context, call *engine.Call) ([]any, error) {
	given := a.given()
	if len(given) == 0 {
		return nil, engine.Faultf("bad_input", "there is no row to add: fill in row, values or rows")
	}
	var columns []string
	rows := make([]any, 0, len(given))
	for i, element := range given {
		switch row := element.(type) {
		case []any:
			cells := make([]any, len(row))
			for j, value := range row {
				cells[j] = cell(value)
			}
			rows = append(rows, cells)
		case map[string]any:
			if columns == nil {
				var err error
				if columns, err = a.columns(ctx, call); err != nil {
					return nil, err
				}
			}
			cells, err := a.arrange(columns, row)
			if err != nil {
				return nil, err
			}
			rows = append(rows, cells)
		default:
			return nil, engine.Faultf("bad_input", "rows %d must be an object or a list", i)
		}
	}
	return rows, nil
}

// Request is what would be added; the order of the columns is not known without reading.
func (a *sheetsAppend) Request(_ context.Context, call *engine.Call) (any, error) {
	return a.shown(call, map[string]any{"rows": a.given()}), nil
}
