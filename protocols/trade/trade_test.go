// SPDX-License-Identifier: Apache-2.0

package trade_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/machine/script"
	"mabeam.dev/protocols/trade"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// play gives events to a market session and returns the last effects.
func play(t *testing.T, lines ...string) []machine.Effect {
	m, err := trade.New(trade.Spec{Session: "s", Auction: []byte(`{}`), Rounds: 3})
	require.NoError(t, err)
	run := m.Run()
	var effects []machine.Effect
	for _, line := range append([]string{"0 open deadline=600000"}, lines...) {
		e, err := script.Parse(line)
		require.NoError(t, err)
		if effects = run.Step(e); run.Ended() {
			break
		}
	}
	return effects
}

func outcome(t *testing.T, effects []machine.Effect) machine.Outcome {
	d, ok := effects[len(effects)-1].(machine.Decide)
	require.True(t, ok, "%v", effects)
	return d.Outcome
}

func TestTheAwardIsWhatTheExchangeSays(t *testing.T) {
	o := outcome(t, play(t, `1 told exchange coord/s/1 {"winner":"ann","price":7,"units":1}`))
	assert.Equal(t, "ann", o.Decision)
	assert.Equal(t, `[{"winner":"ann","price":7,"units":1}]`, string(o.Detail))
}

func TestThereIsAnotherRoundOnlyForSupplyThatIsLeftOrAPriceThatMoves(t *testing.T) {
	left := `1 told exchange coord/s/1 {"winner":"ann","price":100,"units":1,"left":2}`
	ask, ok := play(t, left)[1].(machine.Ask)
	require.True(t, ok)
	assert.Equal(t, "coord/s/2", ask.Key)
	assert.Contains(t, string(ask.Args), `"within":108000000000`)
	o := outcome(t, play(t, left, `2 told exchange coord/s/2 {"winner":"bob","price":101,"units":2,"unmatched":1}`))
	assert.Equal(t, 2, o.Rounds, "a hundredth is within the tolerance")
	_, ok = play(t, left, `2 told exchange coord/s/2 {"winner":"bob","price":102,"units":2,"unmatched":1}`)[1].(machine.Ask)
	assert.True(t, ok)
	o = outcome(t, play(t, left, `2 told exchange coord/s/2 {"winner":"bob","price":102,"units":2,"left":1}`, `3 told exchange coord/s/3 {"winner":"cyd","price":102,"units":2,"left":1}`))
	assert.Equal(t, 3, o.Rounds)
	assert.Equal(t, "cyd", o.Decision)
}

func TestWithoutATradeThereIsNoDecision(t *testing.T) {
	for line, why := range map[string]machine.Why{
		`1 told exchange coord/s/1 {"price":0,"units":0}`: machine.WhyNoTrade,
		`1 told exchange coord/s/1 nonsense`:              machine.WhyFailed,
		`1 told exchange coord/s/1 {"price":-1}`:          machine.WhyFailed,
		`1 failed exchange coord/s/1 closed`:              machine.WhyFailed,
		`1 cancel enough`:                                 machine.WhyCancelled,
		`590000 timer deadline 1`:                         machine.WhyDeadline,
	} {
		o := outcome(t, play(t, line, `600000 timer ending 1`))
		assert.Equal(t, why, o.Why, line)
		assert.Empty(t, o.Decision)
	}
	ask, ok := play(t, "1 cancel enough")[2].(machine.Ask)
	require.True(t, ok)
	assert.Equal(t, "coord/s/1/cancel", ask.Key)
	assert.Equal(t, machine.Cancelled, outcome(t, play(t, "1 cancel enough", `2 told exchange coord/s/1/cancel {}`)).Verdict)
	o := outcome(t, play(t, "1 cancel enough", `2 told exchange coord/s/1 {"winner":"ann","price":7,"units":1}`))
	assert.Equal(t, "ann", o.Decision, "an award that comes first stands")
	note := play(t, `1 told other coord/s/1 {}`)[0].(machine.Note)
	assert.ErrorIs(t, note.Err, consensus.ErrBallotClosed)
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	_, err := trade.New(trade.Spec{Form: "odd", Rounds: 9, Tolerance: -1})
	var rule *consensus.RuleError
	require.ErrorAs(t, err, &rule)
	for _, field := range []string{"form", "auction", "tolerance", "rounds"} {
		assert.ErrorContains(t, err, field)
	}
}

func Example() {
	m, _ := trade.New(trade.Spec{Session: "s", Auction: []byte(`{"kind":"vickrey"}`), Form: trade.Vickrey})
	run := m.Run()
	run.Step(machine.Opened{})
	for _, effect := range run.Step(machine.Received{From: "exchange", Msg: machine.Told{Key: "coord/s/1", Data: []byte(`{"winner":"ann","price":7,"units":1}`)}}) {
		if d, ok := effect.(machine.Decide); ok {
			fmt.Println(d.Outcome.Decision)
		}
	}
	// Output: ann
}
