// Package metrics counts what a sandbox does, for Prometheus. It is apart from package sandbox so that a test that
// imports that does not carry Prometheus's client.
package metrics

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/contacts/sandbox"
)

// Metrics are those of one sandbox. Make them with New. No label has a value that a client can choose.
type Metrics struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	faults      *prometheus.CounterVec
	created     prometheus.Counter
	storeErrors prometheus.Counter
}

// New returns metrics of the process, and of a sandbox whose Config.Observe is Observe.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "contacts_sandbox_requests_total",
			Help: "Requests for the API that have ended. Without an operation: for none of the contract. Status 0: there was no response.",
		}, []string{"operation", "method", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "contacts_sandbox_request_duration_seconds",
			Help:    "How long requests for the API took, from their header to the end of the response.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 4, 9), // to 33 s
		}, []string{"operation"}),
		faults: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "contacts_sandbox_faults_total",
			Help: "Faults that happened, by their kind.",
		}, []string{"kind"}),
		created: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "contacts_sandbox_contacts_created_total",
			Help: "Contacts that requests created.",
		}),
		storeErrors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "contacts_sandbox_store_errors_total",
			Help: "Requests that failed because the store did.",
		}),
	}
	m.registry.MustRegister(m.requests, m.durations, m.faults, m.created, m.storeErrors,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector())
	return m
}

// Observe counts a request.
func (m *Metrics) Observe(o sandbox.Observation) {
	m.requests.WithLabelValues(o.Operation, o.Method, strconv.Itoa(o.Status)).Inc()
	m.durations.WithLabelValues(o.Operation).Observe(o.Duration.Seconds())
	for _, kind := range o.Faults {
		m.faults.WithLabelValues(kind).Inc()
	}
	m.created.Add(float64(o.Created))
	if o.StoreError != nil {
		m.storeErrors.Inc()
	}
}

// Watch adds what a sandbox holds. It is called once.
func (m *Metrics) Watch(box *sandbox.Sandbox) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "contacts_sandbox_held_bytes",
			Help: "Bytes of large bodies that are held in memory, as they were announced.",
		}, func() float64 { return float64(box.Usage().HeldBytes) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "contacts_sandbox_streams",
			Help: "Streams of requests that are being read from the control API.",
		}, func() float64 { return float64(box.Usage().Streams) }),
	)
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}
