// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"fmt"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

// run lets a session begin, and end decided.
func (x *index) run(t *testing.T, all consensus.Electorate, id string) *entry {
	t.Helper()
	n := newEntry(Setup{Session: SessionID(id), Spec: Spec{Question: "?", Tags: []string{"x"}, Correlation: "c"}, Electorate: all}, "", birth, birth.Add(time.Hour), nil)
	n.proto = Protocol{Name: "p"}
	_, _, ok := x.put(n, 10)
	require.True(t, ok)
	x.finish(t, n)
	return n
}

func (x *index) finish(t *testing.T, n *entry) {
	t.Helper()
	n.note(7, 3, 1)
	n.tell(birth, StepRound, "", "1")
	r := n.fill(Result{State: StateDecided, Outcome: machine.Outcome{Verdict: machine.Decided, Decision: "yes"}}, birth.Add(time.Second))
	_, ok := n.end(0, &r, nil, birth.Add(time.Second))
	require.True(t, ok)
	x.ended(n)
}

func electorate(t *testing.T) consensus.Electorate {
	t.Helper()
	all, err := consensus.NewElectorate([]consensus.Elector{{Agent: "ann"}, {Agent: "bob"}})
	require.NoError(t, err)
	return all
}

func TestWhatIsKeptOfASessionThatHasEndedTellsTheSameOfIt(t *testing.T) {
	x := newIndex()
	n := x.run(t, electorate(t), "one")
	kept := x.get("one")
	require.NotSame(t, n, kept)
	assert.Nil(t, kept.making)
	assert.Equal(t, n.status(), kept.status())
	assert.Equal(t, []string{"ann", "bob"}, kept.status().Participant)
	assert.Equal(t, n.mu.story, kept.mu.story)
	before, _, _ := n.outcome()
	after, err, ended := kept.outcome()
	require.NoError(t, err)
	require.True(t, ended)
	assert.Same(t, before, after)
	assert.Less(t, int(unsafe.Sizeof(entry{})), 512, "bytes")
}

func TestSessionsThatHaveEndedAreForgottenWhileOthersBegin(t *testing.T) {
	x, all := newIndex(), electorate(t)
	open := newEntry(Setup{Session: "open", Electorate: all}, "", birth, birth.Add(time.Hour), nil)
	for i := range keepEnded {
		x.run(t, all, fmt.Sprint(i))
	}
	_, _, ok := x.put(open, 10)
	require.True(t, ok)
	for i := range 100 {
		x.run(t, all, fmt.Sprint("late", i))
		require.LessOrEqual(t, len(x.mu.order), keepEnded+2)
		require.Len(t, x.mu.byID, len(x.mu.order))
	}
	assert.Nil(t, x.get("0"))
	assert.Same(t, open, x.get("open"))
	x.finish(t, open)
	x.forget(birth.Add(time.Minute))
	require.Len(t, x.all(), keepEnded)
	assert.Equal(t, SessionID("late99"), x.all()[keepEnded-1].id)
}

// A session that has not ended is passed by: what is behind it waits for the next sweep.
func TestASessionThatGoesOnIsNotForgotten(t *testing.T) {
	x, all := newIndex(), electorate(t)
	open := newEntry(Setup{Session: "open", Electorate: all}, "", birth, birth.Add(time.Hour), nil)
	_, _, ok := x.put(open, 10)
	require.True(t, ok)
	for i := range keepEnded + 10 {
		x.run(t, all, fmt.Sprint(i))
	}
	require.Len(t, x.all(), keepEnded+11)
	x.forget(birth.Add(time.Minute))
	require.Len(t, x.all(), keepEnded+1)
	assert.Same(t, open, x.all()[0])
	assert.Nil(t, x.get("9"))
	assert.NotNil(t, x.get("10"))
}
