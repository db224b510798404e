// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"mabeam.dev/supervision"
)

// patience is how long a view waits for a supervisor that is busy.
const patience = 2 * time.Second

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
//   - GET /healthz: 200 and the line "ok" while the node's root supervisor lives, or is starting; without it nobody answers.
//   - GET /readyz: 200 and "ready" when every required phase is up and the node does not drain, else 503 and "not ready" with the reasons;
//     below that line each phase and service with its state (up, degraded, down, starting, waiting), since when, and why. With
//     Accept: application/json the same as [Health].
//   - GET /v1/health: [Health] as JSON.
//   - GET /v1/tree: [TreeAnswer] as JSON, with at most ?limit=N children of each supervisor (0 or no limit: all); 400 for a limit
//     that is no number, 503 when the tree cannot be read.
//   - GET /metrics: the metrics in the format that the scraper asks for; not served by a node without metrics.
func Handler(n Node, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { ready(w, r, n.Health()) })
	mux.HandleFunc("GET /v1/health", func(w http.ResponseWriter, _ *http.Request) { answer(w, n.Health()) })
	mux.HandleFunc("GET /v1/tree", func(w http.ResponseWriter, r *http.Request) { tree(w, r, n) })
	if metrics != nil {
		mux.Handle("GET /metrics", metrics)
	}
	return mux
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
