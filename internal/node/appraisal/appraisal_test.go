// SPDX-License-Identifier: Apache-2.0

package appraisal_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mabeam.dev/cognitive/kind"
	"mabeam.dev/internal/node/appraisal"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/machine/script"
	"mabeam.dev/protocols/selector"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func texts(all ...string) (values []kind.Value) {
	for _, t := range all {
		values = append(values, kind.OfChoice(t))
	}
	return values
}

// play gives events to a decision of ann, bob and cyd about x, which there is, and y.
func play(t *testing.T, form selector.Protocol, lines ...string) (last []machine.Effect) {
	all, err := consensus.NewElectorate([]consensus.Elector{{Agent: "ann"}, {Agent: "bob"}, {Agent: "cyd"}})
	require.NoError(t, err)
	values, err := json.Marshal(appraisal.Params{Values: texts("x", "y"), Budget: 1000})
	require.NoError(t, err)
	run := begin(t, protocols.Setup{Session: "s", Electorate: all, Spec: protocols.Spec{Protocol: form, Question: "?", Options: []string{"x", "y"}, Params: values}})
	for _, line := range append([]string{"0 open deadline=10000"}, lines...) {
		e, err := script.Parse(line)
		require.NoError(t, err)
		last = run.Step(e)
	}
	return last
}

func begin(t *testing.T, s protocols.Setup) machine.Stepper {
	for _, p := range appraisal.Protocols() {
		if p.Name == s.Spec.Protocol {
			run, err := p.New(s)
			require.NoError(t, err)
			return run
		}
	}
	panic("no such protocol")
}

// read is what a decision came to.
func read(t *testing.T, form selector.Protocol, effects []machine.Effect) appraisal.Award {
	d, ok := effects[len(effects)-1].(machine.Decide)
	require.True(t, ok, "%v", effects)
	a, ok := appraisal.Read(protocols.Result{Protocol: form, State: protocols.StateDecided, Outcome: d.Outcome})
	require.True(t, ok, "%v", d.Outcome)
	return a
}

func rates(agent string, x, y int) []string {
	return []string{fmt.Sprintf("1 %s round=1 value=%d", agent, x*1000), fmt.Sprintf("1 %s round=2 value=%d", agent, y*1000)}
}

func TestWhoTipsTheScaleOfAPivotalDecisionPays(t *testing.T) {
	var lines []string
	lines = append(append(append(lines, rates("ann", 0, 900)...), rates("bob", 500, 0)...), rates("cyd", 200, 0)...)
	a := read(t, appraisal.Pivotal, play(t, appraisal.Pivotal, lines...))
	assert.Equal(t, 1, a.Option)
	assert.Equal(t, "y", a.Chosen.String())
	assert.Equal(t, []appraisal.Charge{{Agent: "ann", Amount: 700}}, a.Charges)
	assert.Equal(t, []int64{0, 900}, a.Claims[0].Values)
}

func TestWhoHasNotValuedAllOptionsHasNoSay(t *testing.T) {
	lines := append(rates("ann", 0, 900), "1 bob round=1 value=999000", "2 down cyd", "9000 timer deadline 1")
	a := read(t, appraisal.Pivotal, play(t, appraisal.Pivotal, lines...))
	assert.Equal(t, 1, a.Option)
	assert.Empty(t, a.Charges)
	effects := play(t, appraisal.Pivotal, "9000 timer deadline 1")
	assert.Equal(t, machine.WhyNoQuorum, effects[len(effects)-1].(machine.Decide).Outcome.Why)
}

func TestTheHighestBidderDecidesAtTheSecondPrice(t *testing.T) {
	a := read(t, appraisal.SecondPrice, play(t, appraisal.SecondPrice, "1 ann choice=y confidence=300000", "1 bob choice=x confidence=200000", "1 cyd abstain=so"))
	assert.Equal(t, 1, a.Option)
	assert.Equal(t, []appraisal.Charge{{Agent: "ann", Amount: 200}}, a.Charges)
	a = read(t, appraisal.SecondPrice, play(t, appraisal.SecondPrice, "1 ann choice=y confidence=300000", "1 bob choice=x", "1 cyd abstain=so"))
	assert.Equal(t, 0, a.Option, "who does not say how much offers all")
	assert.Equal(t, []appraisal.Charge{{Agent: "bob", Amount: 300}}, a.Charges)
	effects := play(t, appraisal.SecondPrice, "1 ann choice=y confidence=0", "1 bob abstain=so", "1 cyd abstain=so")
	assert.Equal(t, machine.NoDecision, effects[len(effects)-1].(machine.Decide).Outcome.Verdict)
}

func TestWhatIsNoClaimDoesNotCount(t *testing.T) {
	for line, form := range map[string]selector.Protocol{
		"1 eve round=1 value=5": appraisal.Pivotal, "1 ann round=3 value=5": appraisal.Pivotal, "1 ann round=1 value=1000001": appraisal.Pivotal,
		"1 ann round=1 choice=x": appraisal.Pivotal, "1 ann choice=z": appraisal.SecondPrice, "1 ann choice=x confidence=-1": appraisal.SecondPrice,
		"1 ann choice=x round=2": appraisal.SecondPrice,
	} {
		note, ok := play(t, form, line)[0].(machine.Note)
		require.True(t, ok, line)
		assert.Error(t, note.Err, line)
	}
	note := play(t, appraisal.Pivotal, "1 ann round=1 value=5", "1 ann round=1 value=6")[0].(machine.Note)
	assert.ErrorIs(t, note.Err, consensus.ErrBallotClosed)
}

func TestParametersThatCannotBeAreRefused(t *testing.T) {
	for _, text := range []string{"{", `{"magic": 1}`, `{"values": [], "budget": 0, "reserve": -1}`} {
		_, err := appraisal.Protocols()[0].New(protocols.Setup{Spec: protocols.Spec{Options: []string{"x"}, Params: json.RawMessage(text)}})
		var spec *appraisal.SpecError
		require.ErrorAs(t, err, &spec, text)
	}
}

func TestNothingIsReadOfOtherSessions(t *testing.T) {
	_, ok := appraisal.Read(protocols.Result{Protocol: selector.Simple, State: protocols.StateDecided})
	assert.False(t, ok)
	_, ok = appraisal.Read(protocols.Result{Protocol: appraisal.Pivotal, State: protocols.StateExpired})
	assert.False(t, ok)
}

func Example() {
	all, _ := consensus.NewElectorate([]consensus.Elector{{Agent: "ann"}})
	params, _ := json.Marshal(appraisal.Params{Values: texts("x", "y"), Budget: 1_000_000})
	setup := protocols.Setup{Session: "s", Electorate: all, Spec: protocols.Spec{Protocol: appraisal.SecondPrice, Options: []string{"x", "y"}, Params: params}}
	run, err := appraisal.Protocols()[1].New(setup)
	if err != nil {
		fmt.Println(err)
		return
	}
	run.Step(machine.Opened{})
	for _, effect := range run.Step(machine.Received{From: "ann", Msg: machine.Answer{Choice: "y"}}) {
		if d, ok := effect.(machine.Decide); ok {
			fmt.Println(d.Outcome.Decision)
		}
	}
	// Output: y
}
