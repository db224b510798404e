// SPDX-License-Identifier: Apache-2.0

//go:build unix

package node_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/byzantine"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/election"
	"mabeam.dev/protocols/selector"
)

// Each metric of coordination counts what it says, by protocol, space and outcome, and names no session, agent, lock or election.
//
// Holds: CRD-5
func TestEveryMetricOfCoordinationCountsAndNamesNobody(t *testing.T) {
	r := newRig(t)
	text := strings.Replace(council, "AGENTS", strings.Join([]string{
		seat("ann-7", "policy: first"), seat("bob-7", "policy: first"), seat("cleo-7", "policy: first"), seat("dan-7", "policy: first"), program("eve-7", "silent", ""),
	}, "\n"), 1)
	n := r.start(strings.Replace(text, "listen: off", `listen: "127.0.0.1:0"`, 1))
	decide := func(s protocols.Spec) {
		_, err := n.Engine().Coordinate(r.ctx, s)
		require.NoError(t, err)
	}
	s := lunch("ann-7", "bob-7", "cleo-7")
	s.Rule = consensus.Rule{Quorum: consensus.Fraction{Num: 1, Den: 1}} // nobody's vote is left out
	decide(s)
	s = lunch("ann-7", "bob-7", "cleo-7", "dan-7")
	s.Fault, s.Rule = selector.High, consensus.Rule{Quorum: consensus.Fraction{Num: 1, Den: 1}}
	require.NoError(t, n.Engine().Rehearse("dan-7", byzantine.DoubleVote))
	decide(s)
	s = lunch("eve-7")
	s.ID, s.Deadline = "open-7", time.Hour
	_, err := n.Engine().Start(r.ctx, s)
	require.NoError(t, err)
	s.ID = "cancelled-7"
	_, err = n.Engine().Start(r.ctx, s)
	require.NoError(t, err)
	require.NoError(t, n.Engine().Cancel(r.ctx, "cancelled-7", "enough"))

	as, space := func(who string) context.Context { return protocols.AsOwner(r.ctx, who) }, n.Spaces()[0]
	_, err = space.Lock("lock-7").Acquire(as("x-7"))
	require.NoError(t, err)
	_, err = space.Lock("lock-7").TryAcquire(as("y-7"))
	require.Error(t, err)
	lost, err := space.Lock("other-7").Acquire(as("y-7"), protocols.Claim{TTL: time.Millisecond})
	require.NoError(t, err)
	g2, err := space.Lock("other-7").Acquire(as("x-7")) // when the lease is over
	require.NoError(t, err)
	require.NoError(t, g2.Release(r.ctx))
	require.Error(t, lost.Release(r.ctx))
	_, err = space.Barrier("barrier-7", barrier.Spec{Parties: 1}).Await(as("x-7"), 0)
	require.NoError(t, err)
	_, err = space.Barrier("broken-7", barrier.Spec{Parties: 2}).Await(as("x-7"), time.Millisecond)
	require.Error(t, err)
	_, err = space.Election("office-7", election.Spec{}).Campaign(as("x-7"), protocols.Candidacy{})
	require.NoError(t, err)

	_, body := r.get(n, "/metrics")
	for series, want := range map[string]string{
		`sessions_total{node="council",outcome="decided",protocol="simple_consensus"}`:    "1",
		`sessions_total{node="council",outcome="cancelled",protocol="simple_consensus"}`:  "1",
		`sessions_total{node="council",outcome="decided",protocol="byzantine_consensus"}`: "1",
		`session_seconds_count{node="council",protocol="simple_consensus"}`:               "2",
		`session_events_total{node="council",protocol="simple_consensus",what="lost"}`:    "1",
		`ballots_total{answer="counted",node="council",protocol="simple_consensus"}`:      "3",
		`lies_total{kind="two_ballots",node="council"}`:                                   "1",
		`sessions_active{node="council"}`:                                                 "1",
		`lock_grants_total{mode="exclusive",node="council",space="locks"}`:                "3",
		`lock_wait_seconds_count{node="council",space="locks"}`:                           "3",
		`lock_refusals_total{code="E4805",node="council",space="locks"}`:                  "1",
		`locks_lost_total{node="council",space="locks"}`:                                  "1",
		`barriers_total{end="tripped",node="council",space="locks"}`:                      "1",
		`barriers_total{end="waited_too_long",node="council",space="locks"}`:              "1",
		`terms_total{node="council",space="locks"}`:                                       "1",
		`lock_claims{node="council",space="locks",state="held"}`:                          "1",
		`lock_claims{node="council",space="locks",state="waiting"}`:                       "0",
	} {
		assert.Equal(t, want, value(body, "mabeam_coordination_"+series), series)
	}
	assert.NotEmpty(t, value(body, `mabeam_coordination_session_events_total{node="council",protocol="simple_consensus",what="messages"}`))
	family := regexp.MustCompile(`(?m)^# TYPE mabeam_(coordination_\w+) `)
	var families []string
	for _, m := range family.FindAllStringSubmatch(body, -1) {
		families = append(families, m[1])
	}
	assert.Equal(t, []string{
		"coordination_ballots_total", "coordination_barriers_total", "coordination_lies_total", "coordination_lock_claims", "coordination_lock_grants_total",
		"coordination_lock_refusals_total", "coordination_lock_wait_seconds", "coordination_locks_lost_total", "coordination_session_events_total",
		"coordination_session_seconds", "coordination_sessions_active", "coordination_sessions_total", "coordination_terms_total",
	}, slices.Sorted(slices.Values(families)), "a metric that is not looked at here")
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "mabeam_coordination_") {
			assert.NotContains(t, line, "-7", "nobody and nothing that comes and goes is a label")
		}
	}
	r.stop(n)
}
