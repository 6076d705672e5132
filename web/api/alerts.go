package api

import (
	"context"

	"gancho/engine"
	"gancho/engine/alerts"
)

type alertsInput struct {
	Page
	Open bool        `query:"open" doc:"only what is wrong now"`
	Flow string      `query:"flow" doc:"id; only alerts of this flow"`
	Kind alerts.Kind `query:"kind" enum:"failure,silence,connection,drift,disk,backup,history" doc:"only alerts of this kind"`
}

// spokenAlert is an alert in one language.
func spokenAlert(v engine.AlertView, lang string) engine.AlertView {
	v.Speak(lang)
	return v
}

func (s *server) listAlerts(ctx context.Context, in *alertsInput) (*listOutput[engine.AlertView], error) {
	if err := in.check(aMoment); err != nil {
		return nil, err
	}
	list, next, err := s.Engine.Alerts(ctx, alerts.Query{Open: in.Open, Flow: in.Flow, Kind: in.Kind, Cursor: in.Cursor, Limit: in.size()})
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i] = spokenAlert(list[i], langOf(ctx))
	}
	return listOf(list, next), nil
}

type alertOutput struct{ Body engine.AlertView }

func (s *server) seeAlert(ctx context.Context, in *IDPath) (*alertOutput, error) {
	v, err := s.Engine.SeeAlert(ctx, in.ID, who(ctx).Name)
	if err != nil {
		return nil, found(err, "alert", "este alerta")
	}
	return &alertOutput{spokenAlert(v, langOf(ctx))}, nil
}

// AlertSettings say who is told of alerts.
type AlertSettings alerts.Settings

type alertSettingsOutput struct{ Body AlertSettings }

func (s *server) getAlertSettings(ctx context.Context, _ *nothing) (*alertSettingsOutput, error) {
	settings, err := s.Engine.Alarms().Settings(ctx)
	return &alertSettingsOutput{AlertSettings(settings)}, err
}

func (s *server) putAlertSettings(ctx context.Context, in *struct{ Body AlertSettings }) (*alertSettingsOutput, error) {
	settings, err := s.Engine.Alarms().SetSettings(ctx, alerts.Settings(in.Body))
	return &alertSettingsOutput{AlertSettings(settings)}, err
}

type toldOutput struct {
	Body struct {
		Told []alerts.Telling `json:"told" doc:"each receiver with its outcome"`
	}
}

type testAlertsInput struct {
	Body *struct {
		To   []string `json:"to,omitempty" doc:"whom to try; those of the settings if left out"`
		SMTP string   `json:"smtp,omitempty" doc:"connection that e-mail is sent through; that of the settings if left out"`
		Lang string   `json:"lang,omitempty" enum:"en,pt-BR" doc:"of the message; that of the settings if left out"`
	} `required:"false"`
}

func (s *server) testAlerts(ctx context.Context, in *testAlertsInput) (*toldOutput, error) {
	var named alerts.Settings
	if b := in.Body; b != nil {
		named = alerts.Settings{To: b.To, SMTP: b.SMTP, Lang: b.Lang}
	}
	told, err := s.Engine.Alarms().Try(ctx, named, langOf(ctx))
	out := &toldOutput{}
	out.Body.Told = told
	return out, err
}
