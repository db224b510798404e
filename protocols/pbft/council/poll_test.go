// SPDX-License-Identifier: Apache-2.0

package council_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/council"
	"mabeam.dev/protocols/pbft/wire"
)

// vote is one among a, b, c... about yes and no.
func vote(n int, r consensus.Rule) consensus.Spec {
	var all []consensus.Elector
	for i := range n {
		all = append(all, consensus.Elector{Agent: string(rune('a' + i))})
	}
	e, err := consensus.NewElectorate(all)
	if err != nil {
		panic(err)
	}
	return consensus.Spec{Session: "s", Question: "?", Options: []string{"yes", "no"}, Electorate: e, Rule: r}
}

func poll(t require.TestingT, s consensus.Spec) *council.Poll {
	p, err := council.NewPoll(s)
	require.NoError(t, err)
	return p
}

var digest = consensus.Digest("s", "?", []string{"yes", "no"})

func ballot(choice string, seq uint64) council.Operation {
	return council.Operation{Ballot: &machine.Answer{Choice: choice, Seq: seq, Digest: digest}}
}

func apply(t require.TestingT, p pbft.App, by int, o council.Operation) council.Result {
	op := o.Encode()
	require.NoError(t, p.Validate(op))
	r, err := council.DecodeResult(p.Apply(pbft.Place{Client: wire.Client(by)}, op))
	require.NoError(t, err)
	return r
}

func TestAPollEndsWhenNothingCanChangeIt(t *testing.T) {
	p := poll(t, vote(4, consensus.Rule{}))
	assert.Nil(t, apply(t, p, 0, ballot("yes", 0)).Outcome)
	assert.Equal(t, "the same ballot again", apply(t, p, 0, ballot("yes", 0)).Why)
	assert.NotEmpty(t, apply(t, p, 0, ballot("no", 0)).Why, "a second word under one number")
	assert.Empty(t, apply(t, p, 0, ballot("no", 1)).Why, "a replacement has a higher number")
	assert.Empty(t, apply(t, p, 0, ballot("yes", 2)).Why)
	assert.Nil(t, apply(t, p, 1, ballot("yes", 0)).Outcome)
	r := apply(t, p, 2, ballot("yes", 0))
	require.NotNil(t, r.Outcome)
	assert.Equal(t, "yes", r.Outcome.Decision)
	late := apply(t, p, 3, ballot("no", 0))
	assert.Equal(t, consensus.ErrBallotClosed.Error(), late.Why)
	assert.Equal(t, r.Outcome, late.Outcome, "what comes late is told the outcome")
}

func TestFewerThanAWeakQuorumCannotCloseAPollOrMakeAnybodyAbsent(t *testing.T) {
	for _, n := range []int{4, 7, 10} {
		f := (n - 1) / 3
		for name, op := range map[string]council.Operation{"close": {Close: true}, "absent": {Absent: "a"}} {
			p := poll(t, vote(n, consensus.Rule{Kind: consensus.Unanimous}))
			for i := range n - 1 {
				require.Nil(t, apply(t, p, n-1-i, ballot("yes", 0)).Outcome)
			}
			for i := range f {
				assert.Nil(t, apply(t, p, i+1, op).Outcome, name)
				assert.NotEmpty(t, apply(t, p, i+1, op).Why, "%s: saying it again is saying it once", name)
			}
			r := apply(t, p, f+1, op)
			require.NotNil(t, r.Outcome, name)
			assert.Equal(t, "yes", r.Outcome.Decision)
			assert.Equal(t, []string{"a"}, r.Outcome.Missing)
		}
	}
}

func TestWhatIsNoOperationIsRefusedByEveryMemberAlike(t *testing.T) {
	p := poll(t, vote(4, consensus.Rule{}))
	for name, op := range map[string]string{
		"nothing": `{}`, "no JSON": `{`, "two things": `{"close":true,"absent":"a"}`, "unknown field": `{"close":true,"x":1}`,
		"more behind it": `{"close":true}{}`, "an outcome": `{"outcome":{"verdict":"decided"}}`, "too long": fmt.Sprintf(`{"absent":%q}`, make([]byte, 40_000)),
	} {
		assert.Error(t, p.Validate([]byte(op)), name)
		r, err := council.DecodeResult(p.Apply(pbft.Place{}, []byte(op)))
		require.NoError(t, err)
		assert.NotEmpty(t, r.Why, name)
	}
	for name, o := range map[string]council.Operation{
		"another question": {Ballot: &machine.Answer{Choice: "yes", Digest: "other"}}, "no question": {Ballot: &machine.Answer{Choice: "yes"}},
		"no option": ballot("perhaps", 0), "a stranger is absent": {Absent: "x"},
	} {
		assert.NotEmpty(t, apply(t, p, 0, o).Why, name)
	}
	assert.Equal(t, consensus.ErrNotMember.Error(), apply(t, p, 4, ballot("yes", 0)).Why)
	assert.Equal(t, "null", string(p.Snapshot()), "nothing of it is in the state")
}

func TestBallotsOfOneAgentAreBounded(t *testing.T) {
	p := poll(t, vote(4, consensus.Rule{}))
	for i := range uint64(16) {
		require.Empty(t, apply(t, p, 0, ballot([]string{"yes", "no"}[i%2], i)).Why)
	}
	assert.Contains(t, apply(t, p, 0, ballot("yes", 100)).Why, "enough")
}

// The state that is restored at any point goes on as the one that was not, and the outcome is that of a flat count of last ballots.
func TestAPollIsItsBallots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 7).Draw(t, "n")
		f := (n - 1) / 3
		spec := vote(n, consensus.Rule{Kind: consensus.Plurality, Tie: consensus.LowestOption, Quorum: consensus.NoQuorum})
		p := poll(t, spec)
		last := map[int]string{}
		seqs := map[int]uint64{}
		closing := map[int]bool{}
		var outcome *machine.Outcome
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			by := rapid.IntRange(0, n-1).Draw(t, "by")
			var o council.Operation
			if rapid.IntRange(0, 5).Draw(t, "kind") == 0 {
				o.Close = true
			} else {
				o = ballot(rapid.SampledFrom([]string{"yes", "no"}).Draw(t, "choice"), rapid.Uint64Range(0, 3).Draw(t, "seq"))
			}
			r := apply(t, p, by, o)
			if outcome != nil {
				require.Equal(t, outcome, r.Outcome)
				require.NotEmpty(t, r.Why)
				continue
			}
			if o.Close {
				closing[by] = true
			} else if seq, cast := seqs[by]; !cast || o.Ballot.Seq > seq {
				last[by], seqs[by] = o.Ballot.Choice, o.Ballot.Seq
			}
			if outcome = r.Outcome; outcome != nil {
				count := map[string]int{}
				for _, c := range last {
					count[c]++
				}
				want := ""
				switch {
				case count["yes"] >= count["no"] && count["yes"] > 0:
					want = "yes"
				case count["no"] > 0:
					want = "no"
				}
				require.Equal(t, want, outcome.Decision, "%v", last)
				open := n - len(last)
				lead := count["yes"] - count["no"]
				settled := open == 0 || lead >= open || -lead > open
				require.True(t, settled || len(closing) > f, "%v %v", last, closing)
			}
			if rapid.Bool().Draw(t, "restore") {
				q := poll(t, spec)
				require.NoError(t, q.Restore(p.Snapshot()))
				require.Equal(t, string(p.Snapshot()), string(q.Snapshot()))
				p = q
			}
		}
	})
}

func TestAStateThatIsNoneIsNotRestored(t *testing.T) {
	p := poll(t, vote(4, consensus.Rule{}))
	require.Error(t, p.Restore([]byte("x")))
	require.Error(t, p.Restore([]byte(`[{"by":9,"op":{"close":true}}]`)))
	require.NoError(t, p.Restore(nil))
	a := council.NewAccord([]string{"a"}, nil)
	require.Error(t, a.Restore([]byte("x")))
	require.NoError(t, a.Restore(nil))
}

func TestAnAccordIsTheFirstOutcomeOfItsSession(t *testing.T) {
	a := council.NewAccord([]string{"a", "b", "c", "d"}, []string{"yes", "no"})
	yes := machine.Outcome{Verdict: machine.Decided, Decision: "yes", Dissent: []string{"d"}}
	for name, o := range map[string]machine.Outcome{
		"cancelled": {Verdict: machine.Cancelled}, "no option": {Verdict: machine.Decided, Decision: "perhaps"},
		"a stranger": {Verdict: machine.Decided, Decision: "yes", Missing: []string{"x"}}, "agreed before": {Verdict: machine.Decided, Decision: "yes", Liars: []string{"a"}},
	} {
		assert.Error(t, a.Validate(council.Operation{Outcome: &o}.Encode()), name)
	}
	assert.Error(t, a.Validate(council.Operation{Close: true}.Encode()))
	assert.Error(t, a.Validate([]byte("x")))
	assert.NotEmpty(t, apply(t, a, 1, council.Operation{Outcome: &yes}).Why, "a member has no outcome")
	r := apply(t, a, 4, council.Operation{Outcome: &yes})
	assert.Empty(t, r.Why)
	assert.Equal(t, &yes, r.Outcome)
	no := machine.Outcome{Verdict: machine.Decided, Decision: "no"}
	r = apply(t, a, 4, council.Operation{Outcome: &no})
	assert.NotEmpty(t, r.Why)
	assert.Equal(t, &yes, r.Outcome)
	again := council.NewAccord([]string{"a", "b", "c", "d"}, nil)
	require.NoError(t, again.Restore(a.Snapshot()))
	assert.Equal(t, string(a.Snapshot()), string(again.Snapshot()))
	r, err := council.DecodeResult(a.Apply(pbft.Place{Client: 4}, []byte("x")))
	require.NoError(t, err)
	assert.NotEmpty(t, r.Why)
}

func FuzzOperations(f *testing.F) {
	f.Add(ballot("yes", 1).Encode())
	f.Add([]byte(`{"absent":"a"}`))
	f.Add([]byte(`{"ballot":{"choice":"yes","confidence":-1}}`))
	f.Fuzz(func(t *testing.T, op []byte) {
		p := poll(t, vote(4, consensus.Rule{}))
		valid := p.Validate(op)
		r, err := council.DecodeResult(p.Apply(pbft.Place{Client: 1}, op))
		if err != nil {
			t.Fatal(err)
		}
		if valid != nil && r.Why == "" {
			t.Fatalf("not valid, and it counts: %v", valid)
		}
		q := poll(t, vote(4, consensus.Rule{}))
		if err := q.Restore(p.Snapshot()); err != nil {
			t.Fatal(err)
		}
	})
}

func Example() {
	p, _ := council.NewPoll(vote(4, consensus.Rule{}))
	for i, choice := range []string{"yes", "no", "yes", "yes"} {
		op := council.Operation{Ballot: &machine.Answer{Choice: choice, Digest: digest}}
		text := p.Apply(pbft.Place{Client: wire.Client(i)}, op.Encode())
		var r council.Result
		_ = json.Unmarshal(text, &r)
		fmt.Println(choice, r.Outcome != nil)
	}
	// Output:
	// yes false
	// no false
	// yes false
	// yes true
}
