// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"context"
	"testing/synctest"
	"time"

	"mabeam.dev/actors"
)

// Settle returns when everybody in the bubble or simulation rests: no message is under way and no timer is due. Time stands still.
func Settle(sys *actors.System) {
	_ = sys.Sleep(context.Background(), 0) // timers of this very moment; a context that does not end
	if !sys.Simulated() {
		synctest.Wait()
	}
}

// Advance lets d of virtual time pass, and what falls due meanwhile happen.
func Advance(sys *actors.System, d time.Duration) {
	_ = sys.Sleep(context.Background(), d) // a context that does not end
	Settle(sys)
}

// deadline returns a context that ends after d on the system's clock: it is one that a simulation knows.
func deadline(sys *actors.System, d time.Duration) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	timer := sys.Clock().AfterFunc(d, func() { cancel(actors.ErrTimeout) })
	return ctx, func() {
		timer.Stop()
		cancel(nil)
	}
}
