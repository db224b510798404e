// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"sync"
)

// reading is one question to the feed on its goroutine, which a move ends: else each move of an idle consumer would leave one behind that waits for the log to
// grow.
type reading struct {
	mu struct {
		sync.Mutex
		ended bool
		stop  context.CancelFunc // set by the goroutine when it begins
	}
}

// begin gives the context of the question. It is ended already if end came before.
func (r *reading) begin(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	r.mu.Lock()
	r.mu.stop = stop
	ended := r.mu.ended
	r.mu.Unlock()
	if ended {
		stop()
	}
	return ctx, stop
}

// end ends the question, whether it has begun or not.
func (r *reading) end() {
	r.mu.Lock()
	r.mu.ended = true
	stop := r.mu.stop
	r.mu.Unlock()
	if stop != nil {
		stop()
	}
}
