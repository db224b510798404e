// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"math"
	"time"
)

// load measures how much of the time an agent has work in hand, through all its incarnations. The zero load is that of one which never had.
type load struct {
	at    time.Time     // up to when it is measured
	busy  time.Duration // with something in hand
	held  time.Duration // the same, each piece of work counted
	looks struct {      // at the last look
		at         time.Time
		busy, held time.Duration
	}
	share float64 // of the time between the last two looks that was busy
	mean  float64 // of the work in hand between the last two looks
}

// pass notes that the agent has had so much in hand until now.
func (l *load) pass(now time.Time, inHand int) {
	if since := now.Sub(l.at); since > 0 { // a clock that was set back stands still
		if inHand > 0 && !l.at.IsZero() {
			l.busy += since
			l.held += time.Duration(inHand) * since
		}
		l.at = now
	}
}

// look brings share and mean up to date. It must come behind a pass to the same moment.
func (l *load) look() {
	if between := l.at.Sub(l.looks.at); between > 0 && !l.looks.at.IsZero() {
		l.share = hundredths(l.busy-l.looks.busy, between)
		l.mean = hundredths(l.held-l.looks.held, between)
	}
	l.looks.at, l.looks.busy, l.looks.held = l.at, l.busy, l.held
}

// hundredths divides and rounds: a finer figure would be another one at each look, and nobody would be the wiser.
func hundredths(part, whole time.Duration) float64 {
	return math.Round(100*float64(part)/float64(whole)) / 100
}
