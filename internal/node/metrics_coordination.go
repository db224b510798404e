// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols"
	"mabeam.dev/telemetry/prom"
)

// coordinationMetrics are those of sessions and spaces: by protocol, space and outcome, never by session, agent, lock or election.
func coordinationMetrics(r *prom.Registry, n *Node) error {
	sessions, err1 := r.Counter(prom.Definition{
		Name: "coordination_sessions_total", Help: "Sessions that have ended: decided, no_decision, cancelled, expired or failed.", Labels: []string{"protocol", "outcome"},
	})
	took, err2 := r.Histogram(prom.Definition{Name: "coordination_session_seconds", Help: "How long a session took.", Labels: []string{"protocol"}, Buckets: quick})
	counts, err3 := r.Counter(prom.Definition{
		Name: "coordination_session_events_total", Help: "What sessions that have ended counted: rounds, messages to and from participants, late answers, and participants lost, which did not answer.",
		Labels: []string{"protocol", "what"},
	})
	ballots, err4 := r.Counter(prom.Definition{
		Name: "coordination_ballots_total", Help: "Answers of participants: counted, or ignored because they changed nothing.", Labels: []string{"protocol", "answer"},
	})
	lies, err5 := r.Counter(prom.Definition{Name: "coordination_lies_total", Help: "Proofs that a participant has lied, by the kind of lie.", Labels: []string{"kind"}})
	grants, err6 := r.Counter(prom.Definition{Name: "coordination_lock_grants_total", Help: "Claims of locks and semaphores that were granted.", Labels: []string{"space", "mode"}})
	waits, err7 := r.Histogram(prom.Definition{Name: "coordination_lock_wait_seconds", Help: "How long a claim waited for its grant.", Labels: []string{"space"}, Buckets: quick})
	refused, err8 := r.Counter(prom.Definition{
		Name: "coordination_lock_refusals_total", Help: "Claims that were not granted, by the code of the reason: E4804 is a deadlock, E4803 waited too long.", Labels: []string{"space", "code"},
	})
	lost, err9 := r.Counter(prom.Definition{Name: "coordination_locks_lost_total", Help: "Claims that ended because their owner did, or let its lease run out.", Labels: []string{"space"}})
	barriers, err10 := r.Counter(prom.Definition{Name: "coordination_barriers_total", Help: "Generations of barriers that have ended: tripped, or the cause for which they broke.", Labels: []string{"space", "end"}})
	terms, err11 := r.Counter(prom.Definition{Name: "coordination_terms_total", Help: "Terms of elections that have begun.", Labels: []string{"space"}})
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11); err != nil {
		return err
	}
	word := func(s string) string { return strings.ReplaceAll(s, " ", "_") }
	prom.On(sessions, func(e protocols.SessionEnded) (prom.Values, float64, bool) {
		return prom.Values{string(e.Protocol), word(string(e.State))}, 1, true
	})
	prom.On(took, func(e protocols.SessionEnded) (prom.Values, float64, bool) {
		return prom.Values{string(e.Protocol)}, e.Took.Seconds(), true
	})
	for what, count := range map[string]func(protocols.SessionEnded) int{ // in no order: each counts for itself
		"rounds": func(e protocols.SessionEnded) int { return e.Rounds }, "messages": func(e protocols.SessionEnded) int { return e.Messages },
		"late": func(e protocols.SessionEnded) int { return e.Late }, "lost": func(e protocols.SessionEnded) int { return e.Missing },
	} {
		prom.On(counts, func(e protocols.SessionEnded) (prom.Values, float64, bool) {
			return prom.Values{string(e.Protocol), what}, float64(count(e)), count(e) > 0
		})
	}
	prom.On(ballots, func(e protocols.BallotCounted) (prom.Values, float64, bool) {
		return prom.Values{string(e.Protocol), "counted"}, 1, true
	})
	prom.On(ballots, func(e protocols.AnswerIgnored) (prom.Values, float64, bool) {
		return prom.Values{string(e.Protocol), "ignored"}, 1, true
	})
	prom.On(lies, func(e LieProven) (prom.Values, float64, bool) { return prom.Values{word(e.Kind)}, 1, true })
	prom.On(grants, func(e protocols.LockGranted) (prom.Values, float64, bool) {
		return prom.Values{e.Space, e.Mode.String()}, 1, true
	})
	prom.On(waits, func(e protocols.LockGranted) (prom.Values, float64, bool) {
		return prom.Values{e.Space}, e.Waited.Seconds(), true
	})
	prom.On(refused, func(e protocols.LockRefused) (prom.Values, float64, bool) {
		return prom.Values{e.Space, fault.CodeOf(e.Err).String()}, 1, true
	})
	prom.On(lost, func(e protocols.LockLost) (prom.Values, float64, bool) { return prom.Values{e.Space}, 1, true })
	prom.On(barriers, func(e protocols.BarrierTripped) (prom.Values, float64, bool) {
		return prom.Values{e.Space, "tripped"}, 1, true
	})
	prom.On(barriers, func(e protocols.BarrierBroken) (prom.Values, float64, bool) {
		return prom.Values{e.Space, word(e.Cause.String())}, 1, true
	})
	prom.On(terms, func(e protocols.LeaderElected) (prom.Values, float64, bool) { return prom.Values{e.Space}, 1, true })
	return coordinationGauges(r, n)
}

// coordinationGauges are read when they are asked for. A space that does not answer in time is left out of the scrape.
func coordinationGauges(r *prom.Registry, n *Node) error {
	return errors.Join(
		r.Read(prom.Definition{Name: "coordination_sessions_active", Help: "Sessions that have not ended."}, func(report func(prom.Values, float64)) {
			if e := n.council.engine; e != nil {
				report(prom.Values{}, float64(e.Stats().Active))
			}
		}),
		r.Read(prom.Definition{
			Name: "coordination_lock_claims", Help: "Claims of locks and semaphores, held or waiting.", Labels: []string{"space", "state"},
		}, func(report func(prom.Values, float64)) {
			ctx, cancel := context.WithTimeout(context.Background(), scrape)
			defer cancel()
			for _, s := range n.council.spaces {
				if v, err := s.Stats(ctx); err == nil {
					report(prom.Values{s.Name(), "held"}, float64(v.Held))
					report(prom.Values{s.Name(), "waiting"}, float64(v.Waiting))
				}
			}
		}),
	)
}
