// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Phase is one part of a node that comes up in order.
type Phase struct {
	Name     string    `json:"name"`               // of the phase
	State    string    `json:"state"`              // up, degraded, down, starting or waiting
	Up       bool      `json:"up"`                 // whether there is somebody to use it: up or degraded
	Required bool      `json:"required"`           // whether the node is not ready without it
	Why      string    `json:"why,omitempty"`      // what is missing, if it is not up
	Since    time.Time `json:"since"`              // when that began
	Services []Service `json:"services,omitempty"` // in the order in which they start
}

// Service is one part of a phase.
type Service struct {
	Name     string    `json:"name"`                 // in the tree
	State    string    `json:"state"`                // up, degraded, down, starting or waiting
	Required bool      `json:"required"`             // whether its phase is down without it
	Why      string    `json:"why,omitempty"`        // what is wrong, if it is not up
	Since    time.Time `json:"since"`                // when that began
	Restarts int       `json:"restarts"`             // how often it has been started again
	After    []string  `json:"depends_on,omitempty"` // services that must be up before it
	Loss     string    `json:"loss"`                 // what a crash does to later services: escalates, alone or rebuilds
	Without  string    `json:"without"`              // what those who use it see while it is down
}

// Verdict says in one line whether the node is ready, and else why not; of a ready node, what it does without.
func (h Health) Verdict() string {
	var missing, lacking []string
	if h.Draining {
		missing = append(missing, "the node is draining")
	}
	for _, p := range h.Phases {
		switch {
		case !p.Up && p.Required:
			missing = append(missing, p.Name+": "+p.Why)
		case p.State != "up":
			lacking = append(lacking, p.Name+": "+p.Why)
		}
	}
	switch {
	case len(missing) > 0:
		return "not ready: " + strings.Join(missing, "; ")
	case !h.Ready:
		return "not ready"
	case len(lacking) > 0:
		return "ready, degraded: " + strings.Join(lacking, "; ")
	}
	return "ready"
}

// Text lists every phase and service, a line each, with state, since when, and why.
func (h Health) Text() string {
	var b strings.Builder
	line := func(name, state string, since time.Time, why string) {
		fmt.Fprintf(&b, "%-16s %-9s %s", name, state, since.UTC().Format(time.RFC3339))
		if why != "" {
			b.WriteString("  " + why)
		}
		b.WriteByte('\n')
	}
	for _, p := range h.Phases {
		line(p.Name, p.State, p.Since, p.Why)
		for _, s := range p.Services {
			name := "  " + s.Name
			if !s.Required {
				name += " *"
			}
			line(name, s.State, s.Since, s.Why)
		}
	}
	return b.String()
}

// ready answers 200 if the node is ready, else 503, and says how each phase and service is.
func ready(w http.ResponseWriter, r *http.Request, h Health) {
	status := http.StatusOK
	if !h.Ready || h.Draining {
		status = http.StatusServiceUnavailable
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		answerWith(w, status, h)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, "%s\n%s", h.Verdict(), h.Text())
}
