// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"time"

	"mabeam.dev/supervision"
)

// unhurried is the time from stop to TERM under a supervisor that would wait for ever: a program that hears neither its stop line nor
// the end of its input is not going to.
const unhurried = time.Minute

// graces divides an agent's shutdown time: KILL is sent after nine tenths of it, so that the agent is gone before its supervisor loses
// patience, and TERM the grace before that, but not in the first half.
func graces(how supervision.Shutdown, termGrace time.Duration) (stop, term time.Duration) {
	switch {
	case termGrace == 0:
		term = 2 * time.Second
	case termGrace < 0:
		term = time.Nanosecond // 0 would be the default again
	default:
		term = termGrace
	}
	how = how.For(supervision.KindWorker)
	limit, timed := how.Deadline()
	if !timed { // under brutal_kill only a program that leaves by itself gets here
		return unhurried, term
	}
	limit = limit / 10 * 9
	term = max(min(term, limit/2), time.Nanosecond)
	return max(limit-term, time.Nanosecond), term
}
