// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"runtime"
	"time"
)

// watch waits for the end of a run; false means that it has not taken a step for so long that it is stuck.
func (s *scheduler) watch(done <-chan struct{}, patience time.Duration) bool {
	const looks = 3 // one that comes late, because the machine was suspended, must not meet the next one without a step in between
	tick := time.NewTicker(max(patience/looks, 1))
	defer tick.Stop()
	last, same := int64(-1), 0
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
			if now != last {
				last, same = now, 0
				continue
			}
			if same++; same == looks {
				return false
			}
		}
	}
}

// stuck describes a run whose goroutine does not come back.
func (s *scheduler) stuck() error {
	stacks := make([]byte, 1<<16)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return fmt.Errorf("%w: %s\n%s", ErrStuck, s.running.Load().label(), stacks)
}
