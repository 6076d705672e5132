package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"gancho/engine"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what Prometheus reads. Labels are bounded: no flow, URL or value of a customer.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

// Ledger says where everything that was accepted is now.
type Ledger interface {
	Ledger(ctx context.Context) (engine.Ledger, error)
}

func newMetrics(l Ledger, version string, log *slog.Logger) *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	m.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "gancho_http_request_duration_seconds", Help: "Time to answer, by kind of path and status class.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"path", "status"})
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "gancho_info", Help: "The program.", ConstLabels: prometheus.Labels{"version": version}})
	info.Set(1)
	m.registry.MustRegister(m.requests, info, &ledgerCollector{ledger: l, log: log},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Timeout: 10 * time.Second})
}

// ledgerCollector reads the ledger when it is asked.
type ledgerCollector struct {
	ledger Ledger
	log    *slog.Logger
}

var (
	acceptedDesc = prometheus.NewDesc("gancho_events_accepted_total", "Events that became runs.", nil, nil)
	finishedDesc = prometheus.NewDesc("gancho_runs_finished_total", "Runs that have ended.", nil, nil)
	waitingDesc  = prometheus.NewDesc("gancho_runs_waiting", "Runs that wait for a time, a signal, a connection or a person.", nil, nil)
	pendingDesc  = prometheus.NewDesc("gancho_runs_pending", "Runs that wait for a worker, or have one.", nil, nil)
)

// Describe lists the metrics.
func (c *ledgerCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{acceptedDesc, finishedDesc, waitingDesc, pendingDesc} {
		to <- d
	}
}

// Collect reads them.
func (c *ledgerCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	l, err := c.ledger.Ledger(ctx)
	if err != nil {
		c.log.Error("read the ledger for metrics", "error", err)
		return
	}
	to <- prometheus.MustNewConstMetric(acceptedDesc, prometheus.CounterValue, float64(l.Accepted))
	to <- prometheus.MustNewConstMetric(finishedDesc, prometheus.CounterValue, float64(l.Finished))
	to <- prometheus.MustNewConstMetric(waitingDesc, prometheus.GaugeValue, float64(l.Waiting))
	to <- prometheus.MustNewConstMetric(pendingDesc, prometheus.GaugeValue, float64(l.Pending))
}
