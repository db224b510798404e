// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/supervision"
)

// patience is how long a view waits for a supervisor that is busy.
const patience = 2 * time.Second

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

// Health is what a node says of itself.
type Health struct {
	Version   int     `json:"version"`        // of this format: 1
	Node      string  `json:"node"`           // name of the node
	Build     string  `json:"build"`          // version of the binary
	Ready     bool    `json:"ready"`          // every required phase is up
	Draining  bool    `json:"draining"`       // it takes no new work and ends
	Uptime    float64 `json:"uptime_seconds"` // since the start
	Processes int     `json:"processes"`      // living ones
	Phases    []Phase `json:"phases"`         // in the order in which they come up
}

// Node is what the handler shows. It is implemented by internal/node.
type Node interface {
	// Health must not wait for anything.
	Health() Health
	// Tree returns the supervision tree, at most limit children of each supervisor (0: all).
	Tree(ctx context.Context, limit int) (supervision.Node, error)
}

// TreeAnswer is the body of /v1/tree.
type TreeAnswer struct {
	Version int              `json:"version"` // of this format: 1
	Node    string           `json:"node"`    // name of the node
	Tree    supervision.Node `json:"tree"`    // the root supervisor with all below it
}

// Handler serves a node's views. All of them only read, and JSON bodies carry "version": 1.
//
//   - GET /healthz: 200 and the line "ok" while the process lives.
//   - GET /readyz: 200 and the line "ready" when every phase is up and the node does not drain; else 503 with the names of the
//     phases that are not up, and why.
//   - GET /v1/health: [Health] as JSON.
//   - GET /v1/tree: [TreeAnswer] as JSON, with at most ?limit=N children of each supervisor (0 or no limit: all); 400 for a limit
//     that is no number, 503 when the tree cannot be read.
//   - GET /metrics: the metrics in the format that the scraper asks for; not served by a node without metrics.
func Handler(n Node, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { ready(w, n.Health()) })
	mux.HandleFunc("GET /v1/health", func(w http.ResponseWriter, _ *http.Request) { answer(w, n.Health()) })
	mux.HandleFunc("GET /v1/tree", func(w http.ResponseWriter, r *http.Request) { tree(w, r, n) })
	if metrics != nil {
		mux.Handle("GET /metrics", metrics)
	}
	return mux
}

// ready answers 200 when every phase is up and 503 with the names of the others.
func ready(w http.ResponseWriter, h Health) {
	if h.Ready && !h.Draining {
		fmt.Fprintln(w, "ready")
		return
	}
	var missing []string
	if h.Draining {
		missing = append(missing, "the node is draining")
	}
	for _, p := range h.Phases {
		if !p.Up {
			missing = append(missing, p.Name+": "+p.Why)
		}
	}
	http.Error(w, "not ready: "+strings.Join(missing, "; "), http.StatusServiceUnavailable)
}

func tree(w http.ResponseWriter, r *http.Request, n Node) {
	limit := 0
	if text := r.URL.Query().Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 0 {
			http.Error(w, fmt.Sprintf("limit %q: want a number of 0 or more", text), http.StatusBadRequest)
			return
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	t, err := n.Tree(ctx, limit)
	if err != nil && t.Path == "" {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	answer(w, TreeAnswer{Version: 1, Node: n.Health().Node, Tree: t})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the reader has gone; there is nobody to tell
}
