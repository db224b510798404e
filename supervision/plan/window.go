// SPDX-License-Identifier: Apache-2.0

package plan

import "time"

// window counts the restart attempts of the last Within, exactly and inclusively: an attempt that is Within old still counts.
type window struct {
	limit Intensity       // with defaults
	times []time.Duration // attempts in the window, oldest first
}

// add enters an attempt at now and tells whether it is allowed.
func (w *window) add(now time.Duration, bug defect) bool {
	w.slide(now, bug)
	w.times = append(w.times, now)
	switch bug {
	case bugWindowOneMore:
		return len(w.times) <= w.max()+1
	case bugWindowOneLess:
		return len(w.times) < w.max()
	default:
		return len(w.times) <= w.max()
	}
}

// slide drops what is older than the window.
func (w *window) slide(now time.Duration, bug defect) {
	if bug == bugWindowNeverSlides {
		return
	}
	old := 0
	for old < len(w.times) && now-w.times[old] > w.limit.Within {
		old++
	}
	if old > 0 {
		w.times = append(w.times[:0], w.times[old:]...)
	}
}

func (w *window) max() int { return max(w.limit.Max, 0) }
