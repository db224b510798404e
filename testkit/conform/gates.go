// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"sync"

	"mabeam.dev/actors"
)

// gates are the held starts of a script, so that its end can let go of those that the script did not.
type gates struct {
	mu struct {
		sync.Mutex
		all    []*actors.Gate
		opened bool
	}
}

func (g *gates) add(gate *actors.Gate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.mu.opened {
		gate.Open()
	}
	g.mu.all = append(g.mu.all, gate)
}

func (g *gates) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mu.opened = true
	for _, gate := range g.mu.all {
		gate.Open()
	}
}
