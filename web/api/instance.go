package api

import (
	"context"

	"gancho/engine"
)

// InstanceView is what holds for all flows, and what of it the operator has settled.
type InstanceView struct {
	engine.Instance
	Now   engine.Instance `json:"now" doc:"what holds: the operator's flags go before what is set here"`
	Given []string        `json:"given" doc:"members that the operator gave at the start"`
}

type instanceOutput struct{ Body InstanceView }

func (s *server) getInstance(context.Context, *nothing) (*instanceOutput, error) {
	v := InstanceView{Instance: s.Engine.ChosenInstance(), Now: s.Engine.Instance(), Given: []string{}}
	if s.Engine.PublicURL != "" {
		v.Given = append(v.Given, "public_url")
	}
	if s.Engine.Timezone != "" {
		v.Given = append(v.Given, "timezone")
	}
	return &instanceOutput{v}, nil
}

func (s *server) putInstance(ctx context.Context, in *struct{ Body engine.Instance }) (*instanceOutput, error) {
	if err := s.Engine.PutInstance(ctx, in.Body); err != nil {
		return nil, err
	}
	return s.getInstance(ctx, nil)
}
