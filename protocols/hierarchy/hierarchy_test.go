// SPDX-License-Identifier: Apache-2.0

package hierarchy_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/hierarchy"
	"mabeam.dev/protocols/machine"
)

var (
	epoch   = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	letters = []string{"a", "b", "c"}
)

func name(i int) string { return fmt.Sprintf("v%05d", i) }

func electorate(t require.TestingT, weights []int64) consensus.Electorate {
	list := make([]consensus.Elector, len(weights))
	for i, w := range weights {
		list[i] = consensus.Elector{Agent: name(i), Weight: w}
	}
	all, err := consensus.NewElectorate(list)
	require.NoError(t, err)
	return all
}

// play gives events to a stepper until it decides, and fires timers whose time has come before each.
func play(run machine.Stepper, names []string, events []machine.Event) *machine.Outcome {
	p := machine.NewPending(names)
	step := func(e machine.Event) *machine.Outcome {
		effects := run.Step(e)
		p.Apply(e, effects)
		for _, f := range effects {
			if d, ok := f.(machine.Decide); ok {
				return &d.Outcome
			}
		}
		return nil
	}
	now := epoch
	due := func(until time.Time) *machine.Outcome {
		for {
			timers := slices.Clone(p.Timers())
			slices.SortStableFunc(timers, func(a, b machine.Alarm) int { return a.At.Compare(b.At) })
			if len(timers) == 0 || timers[0].At.After(until) {
				return nil
			}
			now = timers[0].At
			if o := step(machine.TimerFired{At: now, ID: timers[0].ID, Gen: timers[0].Gen}); o != nil {
				return o
			}
		}
	}
	for _, e := range events {
		if o := due(e.When()); o != nil {
			return o
		}
		if o := step(e); o != nil {
			return o
		}
	}
	return due(now.Add(48 * time.Hour))
}

// ballots draws what the electors do, each once, as events a millisecond apart. (Where ballots are replaced it matters when a vote ends early.)
func ballots(t *rapid.T, n, options int) []machine.Event {
	events := []machine.Event{machine.Opened{At: epoch, Deadline: epoch.Add(time.Hour)}}
	for k, i := range rapid.Permutation(func() []int {
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		return order
	}()).Draw(t, "order") {
		at := epoch.Add(time.Duration(k+1) * time.Millisecond)
		switch act := rapid.IntRange(-4, options-1).Draw(t, "act"); {
		case act >= 0:
			events = append(events, machine.Received{At: at, From: name(i), Msg: machine.Answer{Seq: uint64(k + 1), Choice: letters[act]}})
		case act == -1:
			events = append(events, machine.Received{At: at, From: name(i), Msg: machine.Answer{Seq: uint64(k + 1), Abstain: "no side"}})
		case act == -2:
			events = append(events, machine.Down{At: at, Agent: name(i), Reason: "killed"})
		}
	}
	return events
}

// drawRule draws any rule that a tree can count by.
func drawRule(t *rapid.T, options []string) consensus.Rule {
	r := consensus.Rule{
		Kind:    rapid.SampledFrom([]consensus.RuleKind{consensus.Majority, consensus.Plurality, consensus.Supermajority, consensus.Unanimous}).Draw(t, "kind"),
		Base:    rapid.SampledFrom([]consensus.Base{"", consensus.OfElectorate}).Draw(t, "base"),
		Abstain: rapid.SampledFrom([]consensus.Abstention{"", consensus.InBase}).Draw(t, "abstain"),
		Absent:  rapid.SampledFrom([]consensus.Absence{"", consensus.AsAbstain, consensus.AsAgainst}).Draw(t, "absent"),
		Tie:     rapid.SampledFrom([]consensus.Tie{"", consensus.LowestOption, consensus.Lottery}).Draw(t, "tie"),
		Quorum:  rapid.SampledFrom([]consensus.Fraction{{}, consensus.NoQuorum, {Num: 3, Den: 4}}).Draw(t, "quorum"),
	}
	require.NoError(t, r.Validate(options, 1))
	return r
}

// Whatever the groups are, and whichever representatives end, the outcome is that of a flat count of the same ballots.
func TestGroupingNeverChangesTheOutcome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		options := letters[:rapid.IntRange(2, 3).Draw(t, "options")]
		weights := make([]int64, n)
		names := make([]string, n)
		for i := range weights {
			weights[i], names[i] = int64(rapid.IntRange(1, 5).Draw(t, "weight")), name(i)
		}
		all := electorate(t, weights)
		rule := drawRule(t, options)
		spec := consensus.Spec{Session: "s", Question: "?", Options: options, Electorate: all, Rule: rule}
		events := ballots(t, n, len(options))
		flat, err := consensus.NewVote(spec)
		require.NoError(t, err)
		want := play(flat.Run(), names, events)
		require.NotNil(t, want)
		for range 3 {
			fan := rapid.IntRange(2, 8).Draw(t, "fan")
			v, err := hierarchy.New(hierarchy.Spec{Spec: spec, FanOut: fan, Seed: rapid.Uint64().Draw(t, "seed")})
			require.NoError(t, err)
			got := play(v.Run(), names, events)
			require.NotNil(t, got)
			require.Equal(t, want.Decision != "", got.Decision != "", "%+v\n%+v", want, got)
			if rule.Tie != consensus.Lottery || !want.Early {
				require.Equal(t, want.Decision, got.Decision, "%+v\n%+v", want, got)
			}
			if !want.Early && !got.Early {
				require.Equal(t, want.Tally, got.Tally)
				require.Equal(t, want.Turnout, got.Turnout)
				require.Equal(t, want.Dissent, got.Dissent)
				require.Equal(t, want.Missing, got.Missing)
			}
		}
	})
}

// A root hears counts in any order, twice, late and of representatives that are replaced at every step; in the end it has the flat count.
func TestTheTallyIsExactWhateverRepresentativesDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.IntRange(1, 5).Draw(t, "groups")
		blank := map[int]consensus.Count{}
		boxes := make([]*consensus.Box, groups)
		parts := make([]consensus.Electorate, groups)
		for g := range groups {
			weights := make([]int64, rapid.IntRange(1, 6).Draw(t, "size"))
			for i := range weights {
				weights[i] = int64(rapid.IntRange(1, 9).Draw(t, "weight"))
			}
			parts[g] = electorate(t, weights)
			boxes[g] = consensus.NewBox(consensus.Rule{}, letters, parts[g], "")
			blank[g] = clone(boxes[g].Count())
		}
		root := hierarchy.NewNode(len(letters), blank)
		epochs, versions := make([]uint32, groups), make([]uint64, groups)
		for g := range epochs {
			epochs[g] = 1
		}
		var old []hierarchy.Partial
		seq := uint64(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			g := rapid.IntRange(0, groups-1).Draw(t, "group")
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0: // the representative ends: the next one asks everybody again and has the same ballots
				epochs[g]++
				versions[g] = 0
				root.Grant(g, epochs[g])
			case 1: // something old comes again
				if len(old) > 0 {
					p := rapid.SampledFrom(old).Draw(t, "old")
					_, err := root.Take(p)
					if p.Epoch < epochs[p.Group] {
						var stale *hierarchy.StaleEpochError
						require.ErrorAs(t, err, &stale)
					}
				}
			default:
				seq++
				i := rapid.IntRange(0, parts[g].Len()-1).Draw(t, "who")
				_, err := boxes[g].Cast(name(i), machine.Answer{Seq: seq, Choice: rapid.SampledFrom(letters).Draw(t, "choice")})
				require.NoError(t, err)
				versions[g]++
				p := hierarchy.Partial{Group: g, Epoch: epochs[g], Version: versions[g], Count: clone(boxes[g].Count())}
				old = append(old, p)
				if rapid.Bool().Draw(t, "arrives") {
					_, err := root.Take(p)
					require.NoError(t, err)
				}
			}
		}
		want := consensus.NewCount(len(letters), 0, 0)
		for g := range groups {
			versions[g]++
			_, err := root.Take(hierarchy.Partial{Group: g, Epoch: epochs[g], Version: versions[g] + 1000, Count: clone(boxes[g].Count())})
			require.NoError(t, err)
			hierarchy.Add(&want, boxes[g].Count(), 1)
		}
		require.Equal(t, want, root.Count())
	})
}

func clone(c consensus.Count) consensus.Count {
	out := consensus.NewCount(len(c.Weights), 0, 0)
	hierarchy.Add(&out, c, 1)
	return out
}

func TestAMajorityOfMajoritiesIsNotTheDefault(t *testing.T) {
	spec := hierarchy.Spec{Groups: [][]int{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}}, FanOut: 3}
	spec.Session, spec.Question, spec.Options, spec.Electorate = "s", "?", []string{"A", "B"}, electorate(t, make([]int64, 9))
	events := []machine.Event{machine.Opened{At: epoch, Deadline: epoch.Add(time.Hour)}}
	var names []string
	for i, c := range "AABAABBBB" {
		names = append(names, name(i))
		events = append(events, machine.Received{At: epoch.Add(time.Duration(i+1) * time.Millisecond), From: name(i), Msg: machine.Answer{Choice: string(c)}})
	}
	v, err := hierarchy.New(spec)
	require.NoError(t, err)
	assert.Equal(t, "B", play(v.Run(), names, events).Decision)
	spec.Mode = hierarchy.Delegated
	v, err = hierarchy.New(spec)
	require.NoError(t, err)
	o := play(v.Run(), names, events)
	assert.Equal(t, "A", o.Decision)
	assert.Contains(t, o.Method, "delegated")
	assert.Contains(t, string(o.Detail), `"contradictsGlobal":true`)
}

func TestTheTreeHasEverybodyOnceAndIsNotTooHigh(t *testing.T) {
	for _, n := range []int{1, 2, 5, 31, 32, 33, 1000, 1024, 1025, 20_000} {
		fan := hierarchy.FanOut(n, 3)
		tree := hierarchy.Grow(hierarchy.Shuffled(n, fan, 7), n, fan)
		assert.LessOrEqual(t, tree.Levels(), hierarchy.MaxLevels, n)
		seen := make([]bool, n)
		for g, members := range tree.Members {
			for _, i := range members {
				require.False(t, seen[i])
				seen[i] = true
				require.Equal(t, g, tree.Leaf[i])
			}
		}
		require.NotContains(t, seen, false)
	}
	assert.Equal(t, 32, hierarchy.FanOut(1000, 32))
	assert.Equal(t, 2, hierarchy.Grow(hierarchy.Shuffled(1000, 32, 1), 1000, 32).Levels())
}

func TestRebalancingKeepsEverybodyInOneGroupAndMovesFew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var groups [][]int
		n := 0
		for range rapid.IntRange(1, 8).Draw(t, "groups") {
			var g []int
			for range rapid.IntRange(0, 20).Draw(t, "size") {
				g = append(g, n)
				n++
			}
			groups = append(groups, g)
		}
		next, moved := hierarchy.Rebalance(groups)
		var all []int
		kept := 0
		for g := range next {
			all = append(all, next[g]...)
			for _, i := range next[g] {
				if slices.Contains(groups[g], i) {
					kept++
				}
			}
		}
		slices.Sort(all)
		require.Len(t, all, n)
		require.Equal(t, n, len(slices.Compact(all)))
		require.Equal(t, n-kept, moved)
		again, more := hierarchy.Rebalance(next)
		require.Zero(t, more)
		require.Equal(t, next, again)
	})
}

func TestARepresentativeIsTheFittestAndIsReplacedTwice(t *testing.T) {
	order := hierarchy.Candidates([]hierarchy.Standing{
		{Agent: "tired", Health: 900_000, Reputation: 900_000, Load: 9},
		{Agent: "b", Health: 900_000, Reputation: 900_000},
		{Agent: "a", Health: 900_000, Reputation: 900_000},
		{Agent: "ill", Health: 100_000, Reputation: 900_000},
	})
	assert.Equal(t, []string{"a", "b", "ill", "tired"}, order)
	l := hierarchy.NewLease(order)
	l, replaced := l.Lose("b")
	assert.False(t, replaced)
	for k, want := range []string{"ill", "tired", ""} {
		l, replaced = l.Lose(l.Agent)
		assert.True(t, replaced)
		assert.Equal(t, want, l.Agent)
		assert.Equal(t, uint32(k+2), l.Epoch)
	}
	assert.True(t, l.Polled)
}

func TestVotesAreDelegatedAlongChainsWithoutCycles(t *testing.T) {
	spec := hierarchy.Spec{FanOut: 2}
	spec.Session, spec.Question, spec.Options, spec.Electorate = "s", "?", letters, electorate(t, []int64{1, 1, 1, 1, 5})
	v, err := hierarchy.New(spec)
	require.NoError(t, err)
	run := v.Run()
	at := func(ms int) time.Time { return epoch.Add(time.Duration(ms) * time.Millisecond) }
	run.Step(machine.Opened{At: epoch, Deadline: epoch.Add(time.Hour)})
	run.Step(machine.Received{At: at(1), From: name(4), Msg: machine.Answer{Delegate: name(0)}})
	run.Step(machine.Received{At: at(2), From: name(0), Msg: machine.Answer{Delegate: name(1)}})
	effects := run.Step(machine.Received{At: at(3), From: name(1), Msg: machine.Answer{Delegate: name(4)}})
	require.Len(t, effects, 2, "the youngest edge of the cycle is cut and the agent asked directly")
	assert.Equal(t, name(1), effects[1].(machine.Send).To)
	run.Step(machine.Received{At: at(4), From: name(1), Msg: machine.Answer{Choice: "b"}})
	run.Step(machine.Received{At: at(5), From: name(2), Msg: machine.Answer{Choice: "a"}})
	effects = run.Step(machine.Received{At: at(6), From: name(3), Msg: machine.Answer{Choice: "a"}})
	d, ok := effects[len(effects)-1].(machine.Decide)
	require.True(t, ok, "%v", effects)
	assert.Equal(t, "b", d.Outcome.Decision)
	assert.Equal(t, []machine.Share{{Option: "b", Weight: 7, Voters: 3}, {Option: "a", Weight: 2, Voters: 2}}, d.Outcome.Tally)
}

func TestEveryVoterCanSeeItsBallotInTheCount(t *testing.T) {
	for n := range 20 {
		leaves := make([]hierarchy.Hash, n)
		for i := range leaves {
			leaves[i] = hierarchy.Leaf(i, []byte("yes"))
		}
		root := hierarchy.Merkle(leaves)
		for i := range leaves {
			proof := hierarchy.Proof(leaves, i)
			assert.True(t, hierarchy.Included(root, leaves[i], proof))
			assert.False(t, hierarchy.Included(root, hierarchy.Leaf(i, []byte("no")), proof))
			assert.False(t, hierarchy.Included(root, hierarchy.Leaf(i+1, []byte("yes")), proof))
		}
	}
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	good := hierarchy.Spec{}
	good.Question, good.Options, good.Electorate = "?", letters, electorate(t, make([]int64, 4))
	for what, change := range map[string]func(*hierarchy.Spec){
		"nobody":    func(s *hierarchy.Spec) { s.Electorate = consensus.Electorate{} },
		"at least":  func(s *hierarchy.Spec) { s.Rule = consensus.Rule{Kind: consensus.AtLeast, K: 2} },
		"mode":      func(s *hierarchy.Spec) { s.Mode = "odd" },
		"in two":    func(s *hierarchy.Spec) { s.Groups = [][]int{{0, 1}, {1, 2, 3}} },
		"in none":   func(s *hierarchy.Spec) { s.Groups = [][]int{{0, 1}, {2}} },
		"empty":     func(s *hierarchy.Spec) { s.Groups = [][]int{{0, 1, 2, 3}, {}} },
		"no option": func(s *hierarchy.Spec) { s.Options = nil },
	} {
		s := good
		change(&s)
		_, err := hierarchy.New(s)
		var rule *consensus.RuleError
		assert.ErrorAs(t, err, &rule, what)
	}
}

func BenchmarkTally(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			spec := hierarchy.Spec{}
			spec.Question, spec.Options, spec.Electorate = "?", letters, electorate(b, make([]int64, n))
			v, err := hierarchy.New(spec)
			require.NoError(b, err)
			for b.Loop() {
				run := v.Run()
				run.Step(machine.Opened{At: epoch})
				for i := range n {
					run.Step(machine.Received{At: epoch, From: name(i), Msg: machine.Answer{Choice: letters[i%2]}})
				}
			}
		})
	}
}
