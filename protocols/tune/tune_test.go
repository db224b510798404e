// SPDX-License-Identifier: Apache-2.0

package tune_test

import (
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/tune"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var birth = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func electorate(t require.TestingT, names ...string) consensus.Electorate {
	list := make([]consensus.Elector, len(names))
	for i := range names {
		list[i].Agent = names[i]
	}
	all, err := consensus.NewElectorate(list)
	require.NoError(t, err)
	return all
}

func points(n int) []json.RawMessage {
	out := make([]json.RawMessage, n)
	for i := range out {
		out[i] = fmt.Appendf(nil, `{"x":%d}`, i)
	}
	return out
}

// bench measures by hand: it knows who has which trial, and what came of it all.
type bench struct {
	t       require.TestingT
	run     machine.Stepper
	now     time.Time
	open    map[string]machine.Invite // by agent
	given   map[string][]string       // agents, by trial
	outcome *machine.Outcome
}

func open(t require.TestingT, s tune.Spec, names ...string) *bench {
	s.Session, s.Electorate = "s", electorate(t, names...)
	m, err := tune.New(s)
	require.NoError(t, err)
	b := &bench{t: t, run: m.Run(), now: birth, open: map[string]machine.Invite{}, given: map[string][]string{}}
	b.step(machine.Opened{At: birth, Deadline: birth.Add(time.Hour)})
	return b
}

func (b *bench) step(e machine.Event) []machine.Effect {
	effects := b.run.Step(e)
	for _, effect := range effects {
		switch e := effect.(type) {
		case machine.Send:
			in := e.Msg.(machine.Invite)
			_, busy := b.open[e.To]
			require.False(b.t, busy, "%s has a trial", e.To)
			b.open[e.To] = in
			var trial tune.Trial
			require.NoError(b.t, json.Unmarshal(in.Input, &trial))
			id := fmt.Sprint(trial.ID)
			b.given[id] = append(b.given[id], e.To)
		case machine.Decide:
			require.Nil(b.t, b.outcome)
			b.outcome = &e.Outcome
		}
	}
	return effects
}

// measure answers for an agent with the value that f has at its point.
func (b *bench) measure(agent string, f func(x, resource float64) string) []machine.Effect {
	in := b.open[agent]
	delete(b.open, agent)
	var trial struct {
		Point    struct{ X float64 }
		Resource float64
	}
	require.NoError(b.t, json.Unmarshal(in.Input, &trial))
	return b.step(machine.Received{At: b.now, From: agent, Msg: machine.Answer{Round: in.Round, Key: in.Key, Output: []byte(f(trial.Point.X, trial.Resource))}})
}

func square(x, _ float64) string { return fmt.Sprintf(`{"value":%g,"cost":1}`, (x-2)*(x-2)) }

func (b *bench) entries() (out []tune.Entry) {
	require.NoError(b.t, json.Unmarshal(b.outcome.Detail, &out))
	return out
}

func TestTheBestCandidateIsTheDecision(t *testing.T) {
	b := open(t, tune.Spec{Search: tune.Candidates(points(5)...)}, "ann", "bob")
	for _, agent := range []string{"ann", "bob", "bob", "ann", "bob"} {
		require.Nil(t, b.outcome)
		b.measure(agent, square)
	}
	require.NotNil(t, b.outcome)
	assert.Equal(t, machine.Decided, b.outcome.Verdict)
	assert.JSONEq(t, `{"x":2}`, b.outcome.Decision)
	assert.Equal(t, "trial 3 has 0; 5 of 5 trials were measured", b.outcome.Text)
	assert.Len(t, b.entries(), 5)
}

// A trial that is lost is given once more to another agent; lost again it has failed, and what its agents say later changes nothing.
func TestALostTrialIsGivenOnceMoreToAnother(t *testing.T) {
	b := open(t, tune.Spec{Search: tune.Candidates(points(2)...), Within: time.Minute}, "ann", "bob", "cid")
	late := b.open["ann"]
	b.step(machine.TimerFired{At: b.now, ID: "trial/ann", Gen: 1})
	assert.Equal(t, []string{"ann", "cid"}, b.given["1"])
	delete(b.open, "ann")
	out := b.step(machine.Received{At: b.now, From: "ann", Msg: machine.Answer{Key: late.Key, Output: []byte(`{"value":-9}`)}})
	assert.ErrorIs(t, out[0].(machine.Note).Err, consensus.ErrBallotClosed)
	b.step(machine.TimerFired{At: b.now, ID: "trial/ann", Gen: 1}) // of a trial that it has no more
	b.step(machine.Down{At: b.now, Agent: "cid", Reason: "killed"})
	delete(b.open, "cid")
	require.Nil(t, b.outcome)
	b.measure("bob", square)
	require.NotNil(t, b.outcome)
	assert.JSONEq(t, `{"x":1}`, b.outcome.Decision)
	assert.Equal(t, []string{"cid"}, b.outcome.Missing)
	assert.Equal(t, tune.Failed, b.entries()[0].Standing)
	assert.Contains(t, b.entries()[0].Measurement.Failed, "lost twice")
}

func TestASearchEndsWithItsMeans(t *testing.T) {
	for name, c := range map[string]struct {
		spec tune.Spec
		want int // trials that were begun
		best string
	}{
		"trials":   {tune.Spec{Trials: 2}, 2, `{"x":1}`},
		"cost":     {tune.Spec{Cost: 3}, 3, `{"x":2}`},
		"patience": {tune.Spec{Patience: 2}, 5, `{"x":2}`},
	} {
		c.spec.Search = tune.Candidates(points(9)...)
		b := open(t, c.spec, "ann")
		for b.outcome == nil {
			b.measure("ann", square)
		}
		assert.Len(t, b.entries(), c.want, name)
		assert.JSONEq(t, c.best, b.outcome.Decision, name)
	}
	b := open(t, tune.Spec{Search: tune.Candidates(points(9)...)}, "ann")
	b.measure("ann", square)
	b.step(machine.TimerFired{At: birth.Add(time.Hour), ID: "deadline", Gen: 1})
	assert.Equal(t, machine.Decided, b.outcome.Verdict)
	b = open(t, tune.Spec{Search: tune.Candidates(points(9)...)}, "ann")
	b.step(machine.TimerFired{At: birth.Add(time.Hour), ID: "deadline", Gen: 1})
	assert.Equal(t, machine.WhyDeadline, b.outcome.Why)
	b = open(t, tune.Spec{Search: tune.Candidates(points(9)...)}, "ann")
	b.step(machine.Cancel{Why: "enough"})
	assert.Equal(t, machine.Cancelled, b.outcome.Verdict)
	b = open(t, tune.Spec{Search: tune.Candidates(points(9)...)}, "ann")
	b.step(machine.Down{Agent: "ann"})
	assert.Equal(t, machine.NoDecision, b.outcome.Verdict, "nobody is left")
}

func TestGarbageIsAFailureAndNoValue(t *testing.T) {
	for _, text := range []string{``, `what?`, `{"value":"2"}`, `{"value":1e200}`, `{"value":1,"cost":-1}`, `[]`} {
		b := open(t, tune.Spec{Search: tune.Candidates(points(1)...)}, "ann")
		b.measure("ann", func(float64, float64) string { return text })
		require.NotNil(t, b.outcome, text)
		assert.Equal(t, machine.NoDecision, b.outcome.Verdict, text)
		assert.Equal(t, tune.Failed, b.entries()[0].Standing, text)
	}
	b := open(t, tune.Spec{Search: tune.Candidates(points(1)...)}, "ann")
	for _, e := range []machine.Received{
		{From: "zoe", Msg: machine.Answer{Key: b.open["ann"].Key, Output: []byte(`{"value":1}`)}},
		{From: "ann", Msg: machine.Answer{Key: "another", Output: []byte(`{"value":1}`)}},
		{From: "ann", Msg: machine.Told{Key: b.open["ann"].Key}},
	} {
		out := b.step(e)
		require.Len(t, out, 1)
		assert.Error(t, out[0].(machine.Note).Err)
	}
	assert.Nil(t, b.outcome)
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	_, err := tune.New(tune.Spec{Trials: -1, Within: -1, Cost: -1, Patience: -1})
	for _, field := range []string{"electorate", "search", "trials", "within", "cost", "patience"} {
		assert.ErrorContains(t, err, "tune: "+field)
	}
	var bad *tune.SpecError
	require.ErrorAs(t, err, &bad)
	for _, search := range []tune.Search{tune.Candidates(), tune.Candidates([]byte(`{`)), tune.Tournament(0, points(2)...), tune.Tournament(1)} {
		_, err := tune.New(tune.Spec{Electorate: electorate(t, "ann"), Search: search})
		require.ErrorAs(t, err, &bad)
	}
	for _, search := range []tune.Search{tune.Candidates(points(2)...), tune.Tournament(1, points(2)...)} {
		o, err := search(1)
		require.NoError(t, err)
		var unknown *tune.TellError
		require.ErrorAs(t, o.Tell(1, tune.Measurement{}), &unknown)
		asked, err := o.Ask(1)
		require.NoError(t, err)
		require.NoError(t, o.Tell(asked[0].ID, tune.Measurement{}))
		require.ErrorAs(t, o.Tell(asked[0].ID, tune.Measurement{}), &unknown)
		assert.Equal(t, uint64(1), unknown.ID)
	}
}

// A tournament of any size has one winner after n-1 matches; if every candidate always has the same value, it is the best one.
func TestATournamentOfAnySizeFindsTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		values := rapid.SliceOfN(rapid.IntRange(0, 9), n, n).Draw(t, "values")
		o, err := tune.Tournament(1, points(n)...)(1)
		require.NoError(t, err)
		played, most := 0, 0.0
		for !o.Done() {
			asked, err := o.Ask(rapid.IntRange(1, 5).Draw(t, "k"))
			require.NoError(t, err)
			require.NotEmpty(t, asked)
			for _, one := range rapid.Permutation(asked).Draw(t, "order") {
				var p struct{ X int }
				require.NoError(t, json.Unmarshal(one.Point, &p))
				require.NoError(t, o.Tell(one.ID, tune.Measurement{Value: float64(values[p.X])}))
				played++
				most = max(most, one.Resource)
			}
		}
		best, m, ok := o.Best()
		require.True(t, ok)
		require.InDelta(t, slices.Min(values), m.Value, 0)
		require.JSONEq(t, string(points(n)[slices.Index(values, slices.Min(values))]), string(best.Point), "of equal ones the first")
		require.Equal(t, max(1, 2*(n-1)), played)
		require.InDelta(t, float64(int(1)<<max(0, bits.Len(uint(n-1))-1)), most, 0, "the resource doubles with each round")
	})
}

// Whoever ends, is slow or comes back: every trial has one end, nobody has two at once, none is given more than twice, and the decision is the best of
// what was measured.
func TestEveryTrialHasOneEndWhateverHappensToAgents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"ann", "bob", "cid"}[:rapid.IntRange(1, 3).Draw(t, "agents")]
		n := rapid.IntRange(1, 12).Draw(t, "candidates")
		b := open(t, tune.Spec{Search: tune.Candidates(points(n)...), Within: time.Minute}, names...)
		var values []float64
		for step := 0; b.outcome == nil; step++ {
			agent := rapid.SampledFrom(names).Draw(t, "who")
			_, has := b.open[agent]
			switch what := rapid.IntRange(0, 5).Draw(t, "what"); {
			case what == 0 && step < 30:
				delete(b.open, agent)
				b.step(machine.Down{At: b.now, Agent: agent})
				if b.outcome == nil {
					b.step(machine.Up{At: b.now, Agent: agent})
				}
			case what == 1 && has && step < 30:
				delete(b.open, agent)
				for gen := uint64(1); gen <= uint64(2*n+1) && b.outcome == nil; gen++ { // one of them is right
					if _, again := b.open[agent]; !again {
						b.step(machine.TimerFired{At: b.now, ID: "trial/" + agent, Gen: gen})
					}
				}
			case has:
				v := float64(rapid.IntRange(0, 9).Draw(t, "value"))
				values = append(values, v)
				b.measure(agent, func(float64, float64) string { return fmt.Sprintf(`{"value":%g}`, v) })
			}
			require.Less(t, step, 500)
		}
		for id, agents := range b.given {
			require.LessOrEqual(t, len(agents), 2, id)
		}
		least, measured := 100.0, 0
		for _, e := range b.entries() {
			if e.Standing == tune.Measured {
				measured++
				least = min(least, e.Measurement.Value)
			} else if b.outcome.Why == "" && len(b.outcome.Missing) < len(names) {
				require.Contains(t, []tune.Standing{tune.Failed, tune.Lost}, e.Standing)
			}
		}
		require.Len(t, values, measured)
		require.Equal(t, measured > 0, b.outcome.Verdict == machine.Decided)
		if measured > 0 {
			require.InDelta(t, slices.Min(values), least, 0)
		}
	})
}

func Example() {
	all, _ := consensus.NewElectorate([]consensus.Elector{{Agent: "ann"}})
	m, err := tune.New(tune.Spec{Session: "s", Question: "latency", Electorate: all, Search: tune.Candidates([]byte(`{"cache":1}`), []byte(`{"cache":8}`))})
	if err != nil {
		fmt.Println(err)
		return
	}
	run := m.Run()
	run.Step(machine.Opened{})
	run.Step(machine.Received{From: "ann", Msg: machine.Answer{Key: "s/trial/1", Output: []byte(`{"value": 20}`)}})
	for _, effect := range run.Step(machine.Received{From: "ann", Msg: machine.Answer{Key: "s/trial/2", Output: []byte(`{"value": 5}`)}}) {
		if d, ok := effect.(machine.Decide); ok {
			fmt.Println(d.Outcome.Decision, d.Outcome.Text)
		}
	}
	// Output: {"cache":8} trial 2 has 5; 2 of 2 trials were measured
}
