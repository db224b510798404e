// SPDX-License-Identifier: Apache-2.0

package consensus_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

var letters = []string{"a", "b", "c"}

// drawRule draws any valid rule for these options.
func drawRule(t *rapid.T, options []string, n int) consensus.Rule {
	r := consensus.Rule{
		Kind:    rapid.SampledFrom([]consensus.RuleKind{"", consensus.Majority, consensus.Plurality, consensus.Supermajority, consensus.Unanimous, consensus.AtLeast}).Draw(t, "kind"),
		Base:    rapid.SampledFrom([]consensus.Base{"", consensus.OfElectorate}).Draw(t, "base"),
		Abstain: rapid.SampledFrom([]consensus.Abstention{"", consensus.InBase}).Draw(t, "abstain"),
		Absent:  rapid.SampledFrom([]consensus.Absence{"", consensus.AsAbstain, consensus.AsAgainst}).Draw(t, "absent"),
		Tie:     rapid.SampledFrom([]consensus.Tie{"", consensus.Incumbent, consensus.LowestOption}).Draw(t, "tie"),
		Quorum:  rapid.SampledFrom([]consensus.Fraction{{}, consensus.NoQuorum, {Num: 1, Den: 1}, {Num: 1, Den: 3}, {Num: 3, Den: 4}}).Draw(t, "quorum"),
	}
	switch r.Kind {
	case consensus.Supermajority:
		r.Share = rapid.SampledFrom([]consensus.Fraction{{}, {Num: 3, Den: 4}, {Num: 1, Den: 1}, {Num: 51, Den: 100}}).Draw(t, "share")
	case consensus.AtLeast:
		r.K = rapid.IntRange(1, n).Draw(t, "k")
	}
	if r.Tie == consensus.Incumbent {
		r.Incumbent = rapid.SampledFrom(options).Draw(t, "incumbent")
	}
	require.NoError(t, r.Validate(options, n))
	return r
}

// act is what an elector does: vote for an option, or one of these.
const (
	waits = -1 - iota
	abstains
	stays
)

// fill makes a box in which electors have acted.
func fill(t *rapid.T, r consensus.Rule, options []string, all consensus.Electorate, acts []int) *consensus.Box {
	b := consensus.NewBox(r, options, all, "")
	for i, act := range acts {
		agent := all.At(i).Agent
		switch act {
		case waits:
		case stays:
			b.Part(agent)
		case abstains:
			_, err := b.Cast(agent, machine.Answer{Abstain: "no side"})
			require.NoError(t, err)
		default:
			_, err := b.Cast(agent, machine.Answer{Choice: options[act]})
			require.NoError(t, err)
		}
	}
	return b
}

// outcomes collects the winners of all completions.
func outcomes(t *rapid.T, r consensus.Rule, options []string, all consensus.Electorate, order, acts []int, seen map[string]bool) {
	for _, i := range order {
		if acts[i] != waits {
			continue
		}
		for act := stays; act < len(options); act++ {
			if act == waits {
				continue
			}
			acts[i] = act
			outcomes(t, r, options, all, order, acts, seen)
		}
		acts[i] = waits
		return
	}
	seen[fill(t, r, options, all, acts).Outcome("s").Decision] = true
}

func TestAVoteEndsEarlyExactlyWhenNothingCanChangeIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		options := letters[:rapid.IntRange(2, 3).Draw(t, "options")]
		n := rapid.IntRange(1, 10).Draw(t, "n")
		var list []consensus.Elector
		r, most := drawRule(t, options, n), 4
		if r.Kind == consensus.AtLeast {
			most = 3 // all orders of four cost too much
		}
		acts, open := make([]int, n), 0
		for i := range n {
			list = append(list, consensus.Elector{Agent: string(rune('A' + i)), Weight: int64(rapid.IntRange(1, 4).Draw(t, "weight"))})
			acts[i] = rapid.IntRange(stays, len(options)-1).Draw(t, "act")
			if open == most && acts[i] == waits {
				acts[i] = abstains
			}
			if acts[i] == waits {
				open++
			}
		}
		all, err := consensus.NewElectorate(list)
		require.NoError(t, err)
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		settled := fill(t, r, options, all, acts).Settled()
		seen := map[string]bool{}
		if r.Kind == consensus.AtLeast { // the order of the ballots counts: those that are there come first
			settledAfter(t, r, options, all, acts, seen)
		} else {
			outcomes(t, r, options, all, order, acts, seen)
		}
		require.Equal(t, len(seen) == 1, settled, "%+v %v: %v", r, acts, seen)
	})
}

// settledAfter is outcomes for rules that depend on the order: what is there was cast first, and all orders of the rest are tried.
func settledAfter(t *rapid.T, r consensus.Rule, options []string, all consensus.Electorate, acts []int, seen map[string]bool) {
	var open []int
	for i, act := range acts {
		if act == waits {
			open = append(open, i)
		}
	}
	var try func(left []int, done [][2]int)
	try = func(left []int, done [][2]int) {
		b := fill(t, r, options, all, acts)
		for _, d := range done {
			if d[1] == abstains {
				_, _ = b.Cast(all.At(d[0]).Agent, machine.Answer{Abstain: "no side"})
			} else {
				_, _ = b.Cast(all.At(d[0]).Agent, machine.Answer{Choice: options[d[1]]})
			}
		}
		seen[b.Outcome("s").Decision] = true // who is left stays away
		for k, i := range left {
			rest := append(append([]int(nil), left[:k]...), left[k+1:]...)
			for act := abstains; act < len(options); act++ {
				if act != waits {
					try(rest, append(append([][2]int(nil), done...), [2]int{i, act}))
				}
			}
		}
	}
	try(open, nil)
}

func TestReplacingBallotsCountsAsIfTheLastHadBeenTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		options := letters[:rapid.IntRange(2, 3).Draw(t, "options")]
		n := rapid.IntRange(1, 8).Draw(t, "n")
		var list []consensus.Elector
		for i := range n {
			list = append(list, consensus.Elector{Agent: string(rune('A' + i)), Weight: int64(rapid.IntRange(1, 9).Draw(t, "weight"))})
		}
		all, err := consensus.NewElectorate(list)
		require.NoError(t, err)
		r := drawRule(t, options, n)
		b := consensus.NewBox(r, options, all, "")
		last := make([]int, n)
		for i := range last {
			last[i] = waits
		}
		for seq := range rapid.IntRange(0, 30).Draw(t, "ballots") {
			i, act := rapid.IntRange(0, n-1).Draw(t, "who"), rapid.IntRange(abstains, len(options)-1).Draw(t, "act")
			if act == waits {
				continue
			}
			a := machine.Answer{Seq: uint64(seq + 1), Abstain: "no side"}
			if act >= 0 {
				a = machine.Answer{Seq: uint64(seq + 1), Choice: options[act]}
			}
			changed, err := b.Cast(all.At(i).Agent, a)
			require.NoError(t, err)
			require.True(t, changed)
			again, err := b.Cast(all.At(i).Agent, a)
			require.NoError(t, err)
			require.False(t, again, "the same ballot counts once")
			last[i] = act
		}
		plain := fill(t, r, options, all, last).Count()
		count := b.Count()
		require.Equal(t, plain.Weights, count.Weights)
		require.Equal(t, plain.Voters, count.Voters)
		require.Equal(t, plain.Abstained, count.Abstained)
		require.Equal(t, plain.Outstanding, count.Outstanding)
		require.Equal(t, all.Total(), count.Total())
	})
}
