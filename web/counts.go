package web

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"gancho/engine/alerts"
	"gancho/engine/store"

	"github.com/prometheus/client_golang/prometheus"
)

// Counter says what came, what became of it, and what is wrong now.
type Counter interface {
	Counts(ctx context.Context) (map[string]store.Count, error)
	OpenAlerts() map[alerts.Kind]int
}

const (
	mostFlows  = 200     // that have labels of their own: the busiest
	otherFlows = "other" // the rest, together
)

// countCollector reads the counts when it is asked.
type countCollector struct {
	counter Counter
	log     *slog.Logger
}

var (
	acceptedDesc = prometheus.NewDesc("gancho_events_accepted_total", "Events that became runs.", nil, nil)
	finishedDesc = prometheus.NewDesc("gancho_runs_finished_total", "Runs that have ended.", nil, nil)
	waitingDesc  = prometheus.NewDesc("gancho_runs_waiting", "Runs that wait for a time, a signal, a connection or a person.", nil, nil)
	pendingDesc  = prometheus.NewDesc("gancho_runs_pending", "Runs that wait for a worker, or have one.", nil, nil)

	flowEventsDesc = prometheus.NewDesc("gancho_flow_events_total", "Deliveries of a flow, by what became of them.", []string{"flow", "outcome"}, nil)
	flowRunsDesc   = prometheus.NewDesc("gancho_flow_runs_ended_total", "Runs of a flow that ended, by how; one that was mended counts as both.", []string{"flow", "status"}, nil)
	flowOpenDesc   = prometheus.NewDesc("gancho_flow_runs", "Runs of a flow that have not ended, by what they do.", []string{"flow", "state"}, nil)
	flowLastDesc   = prometheus.NewDesc("gancho_flow_last_event_timestamp_seconds", "When the last event of a flow came that was not rejected.", []string{"flow"}, nil)
	alertsDesc     = prometheus.NewDesc("gancho_alerts_open", "What is wrong now, by kind.", []string{"kind"}, nil)
)

// Describe lists the metrics.
func (c *countCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{acceptedDesc, finishedDesc, waitingDesc, pendingDesc, flowEventsDesc, flowRunsDesc, flowOpenDesc, flowLastDesc, alertsDesc} {
		to <- d
	}
}

// Collect reads them.
func (c *countCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	counts, err := c.counter.Counts(ctx)
	if err != nil {
		c.log.Error("read the counts for metrics", "error", err)
		return
	}
	var all store.Count
	for _, f := range counts {
		all = plus(all, f)
	}
	to <- prometheus.MustNewConstMetric(acceptedDesc, prometheus.CounterValue, float64(all.Accepted))
	to <- prometheus.MustNewConstMetric(finishedDesc, prometheus.CounterValue, float64(all.Finished))
	to <- prometheus.MustNewConstMetric(waitingDesc, prometheus.GaugeValue, float64(all.Waiting))
	to <- prometheus.MustNewConstMetric(pendingDesc, prometheus.GaugeValue, float64(all.Pending))
	for id, f := range bounded(counts) {
		tellFlow(to, id, f)
	}
	for kind, n := range c.counter.OpenAlerts() {
		to <- prometheus.MustNewConstMetric(alertsDesc, prometheus.GaugeValue, float64(n), string(kind))
	}
}

func tellFlow(to chan<- prometheus.Metric, id string, f store.Count) {
	tell := func(d *prometheus.Desc, kind prometheus.ValueType, value int64, label string) {
		to <- prometheus.MustNewConstMetric(d, kind, float64(value), id, label)
	}
	tell(flowEventsDesc, prometheus.CounterValue, f.Accepted, "accepted")
	tell(flowEventsDesc, prometheus.CounterValue, f.Filtered, "filtered")
	tell(flowEventsDesc, prometheus.CounterValue, f.Duplicates, "duplicate")
	tell(flowEventsDesc, prometheus.CounterValue, f.Rejected, "rejected")
	tell(flowEventsDesc, prometheus.CounterValue, f.Captured, "captured")
	tell(flowRunsDesc, prometheus.CounterValue, f.Succeeded, "succeeded")
	tell(flowRunsDesc, prometheus.CounterValue, f.Failed, "failed")
	tell(flowOpenDesc, prometheus.GaugeValue, f.Waiting, "waiting")
	tell(flowOpenDesc, prometheus.GaugeValue, f.Pending, "pending")
	if !f.LastEvent.IsZero() {
		to <- prometheus.MustNewConstMetric(flowLastDesc, prometheus.GaugeValue, float64(f.LastEvent.UnixMilli())/1000, id)
	}
}

// bounded keeps the busiest flows apart and puts the rest together.
func bounded(counts map[string]store.Count) map[string]store.Count {
	if len(counts) <= mostFlows {
		return counts
	}
	ids := make([]string, 0, len(counts))
	for id := range counts {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b].Accepted, counts[a].Accepted), cmp.Compare(a, b))
	})
	few := map[string]store.Count{}
	for i, id := range ids {
		if i >= mostFlows {
			few[otherFlows] = plus(few[otherFlows], counts[id])
		} else {
			few[id] = counts[id]
		}
	}
	return few
}

func plus(a, b store.Count) store.Count {
	a.Accepted, a.Replayed, a.Finished, a.Waiting, a.Pending = a.Accepted+b.Accepted, a.Replayed+b.Replayed, a.Finished+b.Finished, a.Waiting+b.Waiting, a.Pending+b.Pending
	a.Succeeded, a.Failed = a.Succeeded+b.Succeeded, a.Failed+b.Failed
	a.Filtered, a.Duplicates, a.Rejected, a.Captured = a.Filtered+b.Filtered, a.Duplicates+b.Duplicates, a.Rejected+b.Rejected, a.Captured+b.Captured
	if b.LastEvent.After(a.LastEvent) {
		a.LastEvent = b.LastEvent
	}
	return a
}
