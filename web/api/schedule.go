package api

import (
	"context"
	"time"

	"gancho/engine/flow"
	"gancho/engine/form"
	"gancho/triggers"
)

type scheduleInput struct {
	Cron     string `query:"cron" required:"true" doc:"five fields, as in a schedule trigger"`
	Timezone string `query:"timezone" required:"true" doc:"such as America/Sao_Paulo"`
	N        int    `query:"n" minimum:"1" maximum:"20" default:"5" doc:"how many times"`
}

type scheduleOutput struct {
	Body struct {
		Times    []ScheduleTime `json:"times" doc:"the next ones, soonest first"`
		Problems []ProblemView  `json:"problems" doc:"of the schedule; times is then empty"`
	}
}

// ScheduleTime is one moment at which a schedule is due.
type ScheduleTime struct {
	At     time.Time `json:"at" doc:"in UTC"`
	Local  string    `json:"local" doc:"the wall clock in the schedule's zone, with its offset"`
	Change bool      `json:"change" doc:"the clocks of the zone change between the time before and this one"`
}

// nextTimes says when a schedule that is not saved yet would be due, by the rules of live ones.
func (s *server) nextTimes(ctx context.Context, in *scheduleInput) (*scheduleOutput, error) {
	out := &scheduleOutput{}
	out.Body.Times, out.Body.Problems = []ScheduleTime{}, []ProblemView{}
	f := &flow.Flow{Trigger: flow.Trigger{Kind: "schedule", With: map[string]any{"cron": in.Cron, "timezone": in.Timezone}}}
	out.Body.Problems = append(out.Body.Problems, viewProblems(s.scheduleProblems(f), langOf(ctx))...)
	from := s.Engine.Now()
	times, err := triggers.Next(in.Cron, in.Timezone, from, in.N)
	if err != nil {
		return out, nil //nolint:nilerr // the problems say it in words
	}
	before := from
	for _, at := range times {
		_, was := before.In(at.Location()).Zone()
		_, is := at.Zone()
		out.Body.Times = append(out.Body.Times, ScheduleTime{At: at.UTC(), Local: at.Format(time.RFC3339), Change: was != is})
		before = at
	}
	return out, nil
}

func (s *server) scheduleProblems(f *flow.Flow) []form.Problem {
	for i := range s.Catalogue.Triggers {
		if t := &s.Catalogue.Triggers[i]; t.Kind == f.Trigger.Kind && t.Check != nil {
			return t.Check(f, flow.Known{})
		}
	}
	return nil
}
