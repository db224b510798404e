// SPDX-License-Identifier: Apache-2.0

package health

import (
	"time"

	"mabeam.dev/agents/query"
)

// Patience is how many judgements in a row must be better before a better one is believed.
const Patience = 3

// relief is the part of a threshold below which a figure has to stay to be believed better.
const relief = 0.8

// Verdict is how an agent is. The zero Verdict is Unknown: nobody has judged yet.
type Verdict struct {
	// Status is that of the worst cause; Healthy if there is none.
	Status Status
	// Causes are all that is wrong, in the order of the causes below and then of the sample.
	Causes []Cause
	// Since is when it got this status, Judged when it was last judged.
	Since, Judged time.Time

	tracks [measures]track
}

// Cause is one thing that is wrong.
type Cause struct {
	// Name is one of the Cause names; a check's is custom, followed by a colon and the check's own name.
	Name string
	// Status is what it makes of the agent.
	Status Status
	// Detail is the figure and its threshold, for people.
	Detail string
}

// The names of the causes.
const (
	CauseDead      = "dead"
	CauseQueue     = "queue"
	CauseStuck     = "stuck"
	CauseLatency   = "latency"
	CauseErrors    = "errors"
	CauseHeartbeat = "heartbeat"
	CauseResource  = "resource"
	CauseCustom    = "custom"
)

// measure numbers the causes that have thresholds.
type measure int

const (
	queue measure = iota
	stuck
	latency
	failures
	heartbeat
	resource
	measures
)

var measureNames = [measures]string{CauseQueue, CauseStuck, CauseLatency, CauseErrors, CauseHeartbeat, CauseResource}

// track is what is believed of one measure.
type track struct {
	level  Status // what is believed; Unknown counts as Healthy
	better uint8  // judgements in a row that said something better
	best   Status // the worst of these
	detail string // the figure when the level was last seen
}

// next returns the track after a judgement: now is what the figure says by the thresholds, eased what it says by their relief. fresh reports
// that the level is believed for this figure and not for an earlier one.
func (t track) next(now, eased Status) (next track, fresh bool) {
	believed := max(t.level, query.Healthy)
	switch {
	case now >= believed:
		return track{level: now}, true
	case eased >= believed:
		return track{level: believed}, true
	}
	t.level = believed
	t.better++
	t.best = max(t.best, eased)
	if t.better >= Patience {
		return track{level: t.best}, true
	}
	return t, false
}
