package sandbox

import (
	"net/http"
	"time"
)

// Server returns an HTTP server with the sandbox as its handler, which no slow or greedy client can
// hold up: a request's header must come within 10 seconds and have at most 64 KiB, the whole request
// must come within 60 seconds and be responded to within 90, and an idle connection is closed after 120.
// The caller gives it a listener with Serve and ends it with Shutdown; requests under way are then
// finished first, and streams of the control API are ended. It has no address, so ListenAndServe would not
// do what is wanted: listen on a loopback address, unless the token is a good one.
func (s *Sandbox) Server() *http.Server {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      90 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    64 << 10,
		// "OPTIONS *" is a wrong path like others, and its response is the envelope.
		DisableGeneralOptionsHandler: true,
	}
	server.RegisterOnShutdown(s.control.end)
	return server
}
