package main

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"example.com/contacts/sandbox/metrics"
)

// serveMetrics serves metrics, if they are asked for, until it is told to close. They need no credentials, so no other
// machine may reach them.
func (s *served) serveMetrics(m *metrics.Metrics) (url string, close func() error, err error) {
	if s.metricsAddr == "" {
		return "", func() error { return nil }, nil
	}
	address, err := net.ResolveTCPAddr("tcp", s.metricsAddr)
	if err != nil {
		return "", nil, usagef("--metrics-addr: %v; it must have the form 127.0.0.1:9464", err)
	}
	if !address.IP.IsLoopback() {
		return "", nil, usagef("--metrics-addr %s can be reached from other machines, and metrics need no credentials: use a loopback address, such as 127.0.0.1:9464", s.metricsAddr)
	}
	listener, err := net.ListenTCP("tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("cannot listen for metrics: %w; choose another address with --metrics-addr (127.0.0.1:0 is any free port)", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.Handler())
	server := &http.Server{Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 120 * time.Second}
	go server.Serve(listener)
	return baseURL(listener.Addr().(*net.TCPAddr)) + "/metrics", server.Close, nil
}
