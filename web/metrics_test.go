package web

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"gancho/engine/alerts"
	"gancho/engine/store"
)

// counted is a Counter of so many flows.
type counted int

func (n counted) Counts(context.Context) (map[string]store.Count, error) {
	counts := map[string]store.Count{}
	for i := range int(n) {
		counts[fmt.Sprintf("flow-%03d", i)] = store.Count{Accepted: int64(1000 - i), Finished: int64(1000 - i), Succeeded: int64(999 - i), Failed: 1, LastEvent: time.Unix(1700000000, 0)}
	}
	return counts, nil
}

func (counted) OpenAlerts() map[alerts.Kind]int {
	return map[alerts.Kind]int{alerts.Failure: 2}
}

func exposed(t *testing.T, flows int) string {
	t.Helper()
	m := newMetrics(counted(flows), "test", slog.New(slog.DiscardHandler))
	m.requests.WithLabelValues("api", "2xx").Observe(0.1)
	w := httptest.NewRecorder()
	m.handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	return w.Body.String()
}

// TestMetricsOfFlowsAreBounded: however many flows there are, the busiest have labels of their
// own and the rest are one.
func TestMetricsOfFlowsAreBounded(t *testing.T) {
	text := exposed(t, 500)
	for _, want := range []string{
		`gancho_flow_events_total{flow="flow-000",outcome="accepted"} 1000`,
		`gancho_flow_runs_ended_total{flow="flow-199",status="failed"} 1`,
		`gancho_flow_runs_ended_total{flow="other",status="failed"} 300`,
		`gancho_flow_last_event_timestamp_seconds{flow="other"} 1.7e+09`,
		`gancho_alerts_open{kind="failure"} 2`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("there is no %s", want)
		}
	}
	if n := strings.Count(text, "gancho_flow_events_total{"); n != 201*5 {
		t.Errorf("%d series of events", n)
	}
	if small := exposed(t, 3); strings.Contains(small, `flow="other"`) {
		t.Error("three flows have a rest")
	}
}

// TestTheDashboardAsksForWhatThereIs: each metric that docs/grafana.json names is told.
func TestTheDashboardAsksForWhatThereIs(t *testing.T) {
	data, err := os.ReadFile("../docs/grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(data, &dashboard); err != nil {
		t.Fatal(err)
	}
	text, names := exposed(t, 1), regexp.MustCompile(`\b(?:gancho|process|go)_[a-z_]+`)
	if len(dashboard.Panels) == 0 {
		t.Fatal("no panels")
	}
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			found := names.FindAllString(target.Expr, -1)
			if len(found) == 0 {
				t.Errorf("%s asks for nothing of ours: %s", p.Title, target.Expr)
			}
			for _, name := range found {
				if !strings.Contains(text, "\n"+name+"{") && !strings.Contains(text, "\n"+name+" ") {
					t.Errorf("%s: there is no %s", p.Title, name)
				}
			}
		}
	}
}
