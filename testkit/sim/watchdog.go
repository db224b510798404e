// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"runtime"
	"time"
)

// watch waits for the end of a run; false means that it has not taken a step for so long that it is stuck.
func (s *scheduler) watch(done <-chan struct{}, patience time.Duration) bool {
	tick := time.NewTicker(patience)
	defer tick.Stop()
	last := int64(-1)
	for {
		select {
		case <-done:
			return true
		case <-tick.C:
			select {
			case <-done: // as well
				return true
			default:
			}
			now := s.beat.Load()
			if now == last {
				return false
			}
			last = now
		}
	}
}

// stuck describes a run whose goroutine does not come back.
func (s *scheduler) stuck() error {
	stacks := make([]byte, 1<<16)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return fmt.Errorf("%w: %s\n%s", ErrStuck, s.running.Load().label(), stacks)
}
