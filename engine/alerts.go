package engine

import (
	"context"
	"fmt"
	"time"

	"gancho/engine/alerts"
	"gancho/engine/connections"
	"gancho/engine/flows"
	"gancho/engine/form"
	"gancho/engine/said"
)

// AlertView is an alert as people see it.
type AlertView struct {
	ID         string           `json:"id" doc:"names the alert: for POST /alerts/{id}/seen"`
	Kind       alerts.Kind      `json:"kind" enum:"failure,silence,connection,drift,disk,history,backup" doc:"what is wrong: runs fail, events stay away, a provider refuses a connection, events changed, the disk is full, the history cannot be read, a backup failed"`
	Flow       string           `json:"flow" doc:"id of the flow; empty where it is about no flow"`
	Connection string           `json:"connection" doc:"name of the connection; empty where it is about none"`
	Message    string           `json:"message" doc:"what is wrong, in the asker's language"`
	Count      int64            `json:"count" doc:"how often it happened since it began"`
	First      time.Time        `json:"first" doc:"when it began"`
	Last       time.Time        `json:"last" doc:"when it happened last"`
	Ended      *time.Time       `json:"ended" doc:"null while it goes on"`
	SeenBy     *string          `json:"seen_by" doc:"who marked it as seen, or null"`
	Run        string           `json:"run" doc:"newest failed run; empty if there is none"`
	Error      *said.ErrorView  `json:"error" doc:"of the newest failed run; null where no run failed"`
	Told       []alerts.Telling `json:"told" doc:"who was told of it, and when"`

	Words form.Words `json:"-"`
	step  form.Words // what the step that failed is called
}

// Speak says in a language what is the matter.
func (v *AlertView) Speak(lang string) {
	v.Message = v.Words.In(lang)
	if v.Error != nil {
		own := *v.Error
		own.Name = v.step.In(lang)
		own.Speak(lang)
		v.Error = &own
	}
}

// Alarms keeps what is and was wrong, and tells people.
func (e *Engine) Alarms() *alerts.Alerts { return e.alerts }

// Alerts lists alerts, newest first, with a cursor for the next page.
func (e *Engine) Alerts(ctx context.Context, q alerts.Query) ([]AlertView, string, error) {
	list, next, err := e.alerts.List(ctx, q)
	if err != nil {
		return nil, "", err
	}
	views := make([]AlertView, len(list))
	for i := range list {
		views[i] = e.viewAlert(&list[i])
	}
	return views, next, nil
}

// SeeAlert ends an alert because a person has seen it; what comes after opens a new one.
func (e *Engine) SeeAlert(ctx context.Context, id, by string) (AlertView, error) {
	a, err := e.alerts.See(ctx, id, by)
	if err != nil {
		return AlertView{}, err
	}
	return e.viewAlert(&a), nil
}

// FollowAlerts calls f after every change of an alert until stop is called. f must be quick.
func (e *Engine) FollowAlerts(f func(v AlertView)) (stop func()) {
	return e.hearers.add(f)
}

func (e *Engine) viewAlert(a *alerts.Alert) AlertView {
	v := AlertView{
		ID: a.ID, Kind: a.Kind, Flow: a.Flow, Connection: a.Connection, Count: a.Count, First: a.First, Last: a.Last, Ended: moment(a.Ended),
		Run: a.Run, Error: a.Error, Told: a.Told, Words: e.alertWords(a),
	}
	if a.SeenBy != "" {
		v.SeenBy = &a.SeenBy
	}
	if a.Error != nil && a.Error.Step != "" {
		v.step = e.failedStep(a)
	}
	if v.Told == nil {
		v.Told = []alerts.Telling{}
	}
	return v
}

// SilentSince says since when a flow has been silent that expects events; zero if it is not.
func (e *Engine) SilentSince(id string) time.Time {
	a, _ := e.alerts.Find(alerts.Alarm{Kind: alerts.Silence, Flow: id})
	return a.First
}

// OpenAlerts counts what is wrong now, by kind.
func (e *Engine) OpenAlerts() map[alerts.Kind]int {
	counts := map[alerts.Kind]int{}
	for _, kind := range []alerts.Kind{alerts.Failure, alerts.Silence, alerts.Connection, alerts.Drift, alerts.Disk, alerts.Backup, alerts.History} {
		counts[kind] = 0
	}
	for _, a := range e.alerts.Going() {
		counts[a.Kind]++
	}
	return counts
}

// teller is what alerts ask of the engine.
type teller struct{ e *Engine }

// Say tells what is the matter, by its flow's name, and the address of the run or flow.
func (t teller) Say(a *alerts.Alert) (matter form.Words, at string) {
	switch {
	case a.Run != "":
		at = fmt.Sprintf("%s/runs/%s", t.e.Instance().PublicURL, a.Run)
	case a.Flow != "":
		at = fmt.Sprintf("%s/flows/%s", t.e.Instance().PublicURL, a.Flow)
	}
	return t.e.alertSentence(a), at
}

// Lang is the language of the instance, else of whoever asks.
func (t teller) Lang(ctx context.Context) string {
	if chosen := t.e.ChosenInstance().Lang; chosen != "" {
		return chosen
	}
	if langOf(ctx) == "pt-BR" {
		return "pt-BR"
	}
	return "en"
}

const tellTimeout = 30 * time.Second

// Carry acts as a step would, outside of any run.
func (t teller) Carry(ctx context.Context, c *connections.Connection, kind string, with map[string]any, lang string) error {
	action, ok := t.e.Catalogue.Find(kind)
	if !ok {
		return fmt.Errorf("there is no action %s in this version", kind)
	}
	doer := action.New()
	if problems := doer.Fields().Fill(with); len(problems) > 0 {
		return badInput(problems)
	}
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	id := flows.NewToken()
	_, err := doer.Do(ctx, &Call{
		Run: "alert", Step: id, Attempt: 1, Key: "alert-" + id, Connection: c, Timeout: tellTimeout, Now: t.e.Now(), Zone: time.UTC, Lang: lang,
		Log: func(string) {}, Sent: func(func() any) {},
	})
	return err
}

// Changed tells those who follow alerts.
func (t teller) Changed(a alerts.Alert) {
	t.e.hearers.tell(func() AlertView { return t.e.viewAlert(&a) })
}
