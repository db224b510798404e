// SPDX-License-Identifier: Apache-2.0

package plan

import "time"

// window counts the restart attempts of the last Within, exactly and inclusively: an attempt that is Within old still counts.
type window struct {
	limit Intensity       // with defaults
	times []time.Duration // attempts, oldest first; those before head have left the window
	head  int
}

// add enters an attempt at now and tells whether it is allowed.
func (w *window) add(now time.Duration) bool {
	w.slide(now)
	w.times = append(w.times, now)
	return w.len() <= w.max()
}

// slide drops what is older than the window. It moves entries only when half of them are dropped, so that an attempt costs constant time.
func (w *window) slide(now time.Duration) {
	for w.head < len(w.times) && w.past(w.times[w.head], now) {
		w.head++
	}
	if w.head > len(w.times)/2 {
		w.times = append(w.times[:0], w.times[w.head:]...)
		w.head = 0
	}
}

func (w *window) past(attempt, now time.Duration) bool { return now-attempt > w.limit.Within }

func (w *window) len() int { return len(w.times) - w.head }
func (w *window) max() int { return max(w.limit.Max, 0) }

// at returns how many attempts are in the window at now.
func (w *window) at(now time.Duration) int {
	n := 0
	for _, t := range w.times[w.head:] {
		if !w.past(t, now) {
			n++
		}
	}
	return n
}
