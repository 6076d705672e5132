package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"gancho/triggers"
)

// listPresets gives what is known of the webhooks of providers.
func (s *server) listPresets(ctx context.Context, _ *nothing) (*CatalogueOutput[triggers.PresetView], error) {
	presets := s.Presets
	if presets == nil {
		presets = triggers.BuiltIn()
	}
	var views []triggers.PresetView
	for _, p := range presets.All() {
		v := p.View()
		v.Connections = s.kinds(v.Connections)
		views = append(views, v)
	}
	out := catalogueOf(views)
	out.Body.Problems = append(out.Body.Problems, fileProblems(ctx, append(presets.Problems(), presets.Misfits(s.Catalogue)...))...)
	return out, nil
}

// sendSample delivers a sample of the flow's preset through its own door.
func (s *server) sendSample(ctx context.Context, flow, sample string) (*startOutput, error) {
	entry, err := s.Flows.Get(flow)
	if err != nil {
		return nil, err
	}
	receipts, status, err := s.Door.SendSample(ctx, entry.Token, sample)
	if errors.Is(err, triggers.ErrNoSample) {
		return nil, problemOf(http.StatusUnprocessableEntity, "no_sample", err.Error(), "não existe esse exemplo no preset deste fluxo")
	}
	if errors.Is(err, triggers.ErrNoSecret) {
		return nil, problemOf(http.StatusUnprocessableEntity, "not_signed", "make the trigger's connection first: the sample is signed with its secret",
			"crie antes a conexão do gatilho: o exemplo é assinado com o segredo dela")
	}
	if err != nil {
		return nil, problemOf(http.StatusUnprocessableEntity, "not_signed", err.Error(), "o exemplo não pôde ser assinado: "+err.Error())
	}
	if len(receipts) == 0 {
		return nil, problemOf(http.StatusUnprocessableEntity, "refused", fmt.Sprintf("the flow's own URL answered %d to the sample", status),
			fmt.Sprintf("a própria URL do fluxo respondeu %d ao exemplo", status))
	}
	return startedAll(receipts), nil
}
