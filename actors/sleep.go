// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"time"
)

// Sleep waits until d has passed on the system's clock, or ctx ends: then it returns the cause. d < 0 means that only ctx ends it. Inside a
// process, where it holds up the process, pass its Context: a kill ends the wait with ErrFenced. It is what code that works outside the
// runtime's waits uses in place of time.Sleep and of receiving from ctx.Done(), because a simulator knows of it.
func (s *System) Sleep(ctx context.Context, d time.Duration) error {
	return s.kernel.Sleep(ctx, processOf(ctx), d)
}
