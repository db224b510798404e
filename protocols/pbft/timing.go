// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"slices"
	"time"
)

// latencies is how long the last requests took.
type latencies struct {
	ring [64]time.Duration
	n    int
}

func (l *latencies) add(d time.Duration) {
	l.ring[l.n%len(l.ring)] = d
	l.n++
}

// slow returns the longest of them, which is their 99th percentile.
func (l *latencies) slow() time.Duration { return slices.Max(l.ring[:]) }

// patience is how long a request may take in this view. A primary that delays on purpose can raise it to eight times Timeout and no further.
func (r *Replica) patience() time.Duration {
	t := max(r.opt.Timeout, min(8*r.latencies.slow(), 8*r.opt.Timeout))
	for range r.failed {
		if t *= 2; t >= r.opt.TimeoutMax {
			break
		}
	}
	return min(t, r.opt.TimeoutMax)
}

func (r *Replica) arm(t Timer, after time.Duration) {
	r.gens[t]++
	r.armed[t] = true
	r.emit(SetTimer{t, r.gens[t], after})
}

func (r *Replica) disarm(t Timer) {
	if r.armed[t] {
		r.armed[t] = false
		r.emit(StopTimer{t})
	}
}

// watch keeps the timers in step with what the replica waits for. A primary doubts itself as well: too many of the others may have left its view.
func (r *Replica) watch() {
	if !r.armed[TimerResend] && r.unfinished() {
		r.arm(TimerResend, r.opt.Resend)
	}
	if r.mode != Normal {
		return
	}
	head := r.pool.oldest()
	switch {
	case head == nil || r.executed < r.low || r.opt.skip.timers:
		r.disarm(TimerView)
		r.timed = nil
	case head != r.timed || !r.armed[TimerView]:
		r.arm(TimerView, r.patience())
		r.timed = head
	}
}

func (r *Replica) fired(t Timer) {
	switch t {
	case TimerLinger:
		r.lingered = true
		r.propose()
		r.lingered = false
	case TimerResend:
		r.resend()
	case TimerView:
		r.emit(Note{Kind: NoteTimeout, View: r.view, Seq: r.executed})
		if r.mode == Normal { // the others may not know of the request, and then nobody would join
			n := 0
			for _, w := range r.pool.order {
				if !w.gone && n < 4 {
					r.emit(Broadcast{w.req})
					n++
				}
			}
		}
		if r.mode == Normal || r.mode == Changing {
			r.changeView(r.view + 1)
		}
	}
}
