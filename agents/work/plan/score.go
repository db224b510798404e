// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"math"
	"slices"
	"time"

	"mabeam.dev/agents/balance"
)

const (
	// trust is after what time without a new attempt half of what is known of an agent gives way to what is known of all. An agent that did badly is so tried again.
	trust = time.Minute
	// alike is by what factor costs may differ and be the same for all we know.
	alike = 1.1
	// mostScores bounds what is remembered of agents that are not up.
	mostScores = 4096
)

// score is how an agent, in all its lives, has done. It is live knowledge: a restarted queue learns it again.
type score struct {
	latency time.Duration // smoothed: each attempt that was done, or timed out, counts a quarter
	success float64       // smoothed: each attempt counts an eighth
	at      Instant       // of the last attempt
	ended   uint64
}

// learn takes the end of an attempt into the score of its agent. It must be called before the event is applied.
func (q *Queue) learn(e Event) {
	switch e := e.(type) {
	case Failed:
		if r := q.running[e.Token]; r != nil {
			q.rate(r.agent.ID, e.At, e.At.Sub(r.started), e.End)
		}
	case Done:
		q.learnLast(e.Final)
	case Died:
		q.learnLast(e.Final)
	case Cancelled, Accepted, Started, Returned, Offered, Revived, Forgotten, Purged, Paused, Unpaused, Called, Unsold, Voided, Settled:
	}
}

func (q *Queue) learnLast(f Final) {
	r := q.records[f.ID]
	if r == nil || r.state != StateRunning || len(f.Attempts) == 0 {
		return
	}
	last := f.Attempts[len(f.Attempts)-1]
	q.rate(last.Agent.ID, last.Stop, last.Took(), last.End)
}

// rate notes how one attempt ended. Ends that say nothing about the agent do not count.
func (q *Queue) rate(id string, at Instant, took time.Duration, end End) {
	good := 0.0
	switch end {
	case EndDone:
		good = 1
	case EndError, EndKilled, EndTimeout:
	case EndDown, EndLost, EndDeadline, EndCancelled:
		return
	}
	s := q.scores[id]
	if s == nil {
		if len(q.scores) >= mostScores {
			for known := range q.scores {
				if q.workers[known] == nil {
					delete(q.scores, known)
				}
			}
		}
		s = &score{latency: took, success: 1}
		q.scores[id] = s
	}
	s.ended++
	s.at = at
	if end == EndDone || end == EndTimeout {
		s.latency += (took - s.latency) / 4
	}
	s.success += (good - s.success) / 8
	if q.unscored++; q.unscored > len(q.scores)/8 {
		q.unscored = 0
		q.median = medianOf(q.scores)
	}
}

func medianOf(scores map[string]*score) time.Duration {
	all := make([]time.Duration, 0, len(scores))
	for _, s := range scores {
		all = append(all, s.latency)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// cost is what one more attempt is expected to cost on an agent: its load by the time that a success takes, as its standing tells it, or else as far as its
// score does. Who is not known is taken for average.
func (q *Queue) cost(now Instant, w *worker) float64 {
	if told := w.standing.Slowness; told > 0 {
		return w.load() * told
	}
	latency, success := float64(q.median), 1.0
	if s := q.scores[w.agent.ID]; s != nil {
		sure := float64(trust) / float64(trust+max(0, now.Sub(s.at)))
		// The conversions keep a machine from fusing the steps, which would round differently from machine to machine.
		latency = float64(sure*float64(s.latency)) + float64((1-sure)*latency)
		success = float64(sure*s.success) + float64((1-sure)*success)
	}
	return w.load() * balance.Slowness(time.Duration(latency), success)
}

// fittest looks at all candidates: what they cost depends on the time. Those who cost about the same share the work by load and by turns, so that who has become
// average again by not being asked is asked.
func (q *Queue) fittest(now Instant, l *lane, free []*seat) *worker {
	least := math.Inf(1)
	costs := make([]float64, len(free))
	for i, s := range free {
		costs[i] = q.cost(now, s.worker)
		least = min(least, costs[i])
	}
	var best *worker
	for i, s := range free {
		if costs[i] <= least*alike && (best == nil || LeastLoaded.prefers(l.group, s.worker, best)) {
			best = s.worker
		}
	}
	return best
}
