// SPDX-License-Identifier: Apache-2.0

//go:build unix

package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/exec/guest"
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/selector"
)

// chance is a number from 0 to 1 that depends on the text alone.
func chance(text string) float64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}

// fact is what is true of a question, and guess what an expert of some skill says of it.
func fact(question string) string {
	if chance("fact "+question) < 0.5 {
		return "ham"
	}
	return "spam"
}

func guess(expert string, skill float64, question string) string {
	if chance(expert+" "+question) < skill {
		return fact(question)
	}
	return map[string]string{"ham": "spam", "spam": "ham"}[fact(question)]
}

// expertVote answers as the expert whose name and skill are told.
func expertVote(of string) func(context.Context, guest.VoteRequest) (guest.Vote, error) {
	var name string
	var skill float64
	_, err := fmt.Sscan(of, &name, &skill)
	return func(_ context.Context, r guest.VoteRequest) (guest.Vote, error) {
		return guest.Vote{Choice: guess(name, skill, r.Question)}, err
	}
}

// experts are those of the test, with their skills: the best alone is right in four of five.
var experts = []struct {
	name  string
	skill float64
}{{"ann", 0.8}, {"bob", 0.78}, {"cleo", 0.75}, {"dan", 0.72}, {"eve", 0.5}}

func expertSeats() (seats []string) {
	for _, e := range experts {
		seats = append(seats, program(e.name, fmt.Sprintf("%q", fmt.Sprint("skill ", e.name, " ", e.skill)), ""))
	}
	return seats
}

// predict has the experts predict; no parameters are told, so that the node combines as it has learned.
func predict(r *rig, n *node.Node, id, question string) protocols.Result {
	s := protocols.Spec{
		ID: protocols.SessionID(id), Protocol: selector.Ensemble, Question: question, Options: []string{"ham", "spam"},
		Participants: []string{"ann", "bob", "cleo", "dan", "eve"},
	}
	got, err := n.Engine().Coordinate(r.ctx, s)
	require.NoError(r.t, err, question)
	require.Empty(r.t, got.Missing)
	return got
}

// Programs of differing skill answer questions; the node is told what was true of some, learns whom to believe, keeps that across a restart, and is right
// more often than the best of them and than a vote by head. The reference values are in the tests of package ensemble.
//
// Holds: CRD-11
func TestAnEnsembleOfProgramsThatHasLearnedBeatsTheBestOfThem(t *testing.T) {
	const lessons, exam = 50, 100
	r := newRig(t)
	n := r.council(expertSeats()...)
	c := admin.DialSocket(r.path("s"))
	for i := range lessons {
		id, question := fmt.Sprint("lesson-", i), fmt.Sprint("lesson ", i)
		predict(r, n, id, question)
		if i%2 == 0 {
			_, err := c.TellTruth(r.ctx, id, fact(question))
			require.NoError(t, err)
		} else {
			require.NoError(t, n.Learner().Tell(r.ctx, id, fact(question)))
		}
	}
	var refused *admin.StatusError
	_, err := c.TellTruth(r.ctx, "nobody's", "ham")
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, admin.CodeNoSession, refused.Reason)
	_, err = c.TellTruth(r.ctx, "lesson-0", map[string]string{"ham": "spam", "spam": "ham"}[fact("lesson 0")])
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, admin.CodeConflict, refused.Reason)
	r.stop(n)

	n = r.council(expertSeats()...)
	skills, err := c.Skills(r.ctx)
	require.NoError(t, err)
	require.Len(t, skills.Subjects, 1)
	assert.Equal(t, "log_odds", skills.Subjects[0].Method)
	assert.Equal(t, lessons, skills.Subjects[0].Members[0].Outcomes)
	right, heads, alone := 0, 0, map[string]int{}
	for i := range exam {
		question := fmt.Sprint("test ", i)
		if got := predict(r, n, fmt.Sprint("test-", i), question); got.Decision == fact(question) {
			right++
			assert.Equal(t, "combined by learned: log_odds", got.Method)
		}
		votes := 0
		for _, e := range experts {
			if guess(e.name, e.skill, question) == fact(question) {
				alone[e.name]++
				votes++
			}
		}
		if votes > len(experts)/2 {
			heads++
		}
	}
	for name, n := range alone {
		assert.Greater(t, right, n, "better than %s", name)
	}
	assert.Greater(t, right, heads, "better than by head")
	t.Logf("right of %d: ensemble %d, by head %d, alone %v", exam, right, heads, alone)

	got := team(r, n)
	assert.Equal(t, []string{"ann", "cleo", "dan"}, got, "who was right most often")
	r.stop(n)
}

// team returns who was asked for a budget that three can be paid of.
func team(r *rig, n *node.Node) (asked []string) {
	s := protocols.Spec{
		Protocol: selector.Ensemble, Question: "Which?", Options: []string{"ham", "spam"}, Participants: []string{"ann", "bob", "cleo", "dan", "eve"},
		Params: json.RawMessage(`{"budget": 3, "costs": {"ann": 1, "bob": 1, "cleo": 1, "dan": 1, "eve": 1}}`),
	}
	got, err := n.Engine().Coordinate(r.ctx, s)
	require.NoError(r.t, err)
	var said []struct{ Agent string }
	require.NoError(r.t, json.Unmarshal(got.Detail, &said))
	for _, p := range said {
		asked = append(asked, p.Agent)
	}
	return asked
}
