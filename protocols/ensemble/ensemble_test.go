// SPDX-License-Identifier: Apache-2.0

package ensemble_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/ensemble"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/machine/script"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// play gives the events to an ensemble of three and returns the last effects.
func play(t *testing.T, s ensemble.Spec, lines ...string) []machine.Effect {
	all, err := consensus.NewElectorate([]consensus.Elector{{Agent: "ann", Weight: 3_000_000}, {Agent: "bob", Weight: 1_000_000}, {Agent: "cyd", Weight: 1_000_000}})
	require.NoError(t, err)
	s.Session, s.Question, s.Electorate = "s", "?", all
	m, err := ensemble.New(s)
	require.NoError(t, err)
	run := m.Run()
	var effects []machine.Effect
	for _, line := range append([]string{"0 open deadline=10000"}, lines...) {
		e, err := script.Parse(line)
		require.NoError(t, err)
		effects = run.Step(e)
	}
	return effects
}

func outcome(t *testing.T, effects []machine.Effect) machine.Outcome {
	d, ok := effects[len(effects)-1].(machine.Decide)
	require.True(t, ok, "%v", effects)
	return d.Outcome
}

func TestThePredictionWithMostWeightWins(t *testing.T) {
	o := outcome(t, play(t, ensemble.Spec{}, "1 bob choice=ham", "2 cyd choice=ham", "3 ann choice=spam confidence=900000"))
	assert.Equal(t, "spam", o.Decision)
	assert.Equal(t, []string{"bob", "cyd"}, o.Dissent)
}

func TestMissingMembersAreDoneWithoutIfEnoughHaveAnswered(t *testing.T) {
	o := outcome(t, play(t, ensemble.Spec{}, "1 bob choice=ham", "2 cyd choice=ham", "9000 timer deadline 1"))
	assert.Equal(t, "ham", o.Decision)
	assert.Equal(t, []string{"ann"}, o.Missing)
	o = outcome(t, play(t, ensemble.Spec{}, "1 bob choice=ham", "2 down cyd", "3 ann decline=busy"))
	assert.Equal(t, machine.WhyNoQuorum, o.Why)
	assert.Empty(t, o.Decision)
}

// Two eyes count less than one ear, if images have a fifth of the weight; a combiner is told who perceives what.
func TestModalitiesAreFusedByTheirShares(t *testing.T) {
	spec := ensemble.Spec{Modalities: map[string]string{"ann": "image", "bob": "sound"}, Shares: map[string]int64{"image": 200_000}}
	o := outcome(t, play(t, spec, "1 ann choice=cat", "2 bob choice=dog", "3 cyd decline=busy"))
	assert.Equal(t, "dog", o.Decision)
	assert.Contains(t, string(o.Detail), `"modality":"image","weight":600000`)
	spec.Combiner = "fusion"
	out := play(t, spec, "1 ann choice=cat", "2 bob choice=dog", "3 cyd choice=dog")
	assert.Contains(t, string(out[len(out)-1].(machine.Ask).Args), `"modality":"sound"`)
	all, err := consensus.NewElectorate([]consensus.Elector{{Agent: "ann"}})
	require.NoError(t, err)
	_, err = ensemble.New(ensemble.Spec{Electorate: all, Modalities: map[string]string{"zoe": "image"}, Shares: map[string]int64{"image": 1_000_001, "sound": -1}})
	for _, text := range []string{`"zoe" is no member`, `"image" is not`, `"sound" is not`} {
		assert.ErrorContains(t, err, text)
	}
}

func TestACombinerHasTheLastWord(t *testing.T) {
	with := ensemble.Spec{Combiner: "c"}
	votes := []string{"1 bob choice=ham", "2 cyd choice=ham", "3 ann choice=spam"}
	ask, ok := play(t, with, votes...)[2].(machine.Ask)
	require.True(t, ok)
	assert.Equal(t, "s/combine", ask.Key)
	o := outcome(t, play(t, with, append(votes, `4 told c s/combine {"class":"ham","confidence":800000}`)...))
	assert.Equal(t, "ham", o.Decision)
	assert.Equal(t, []string{"ann"}, o.Dissent)
	for _, bad := range []string{"4 failed c s/combine busy", `4 told c s/combine {"class":""}`, "4 told c s/combine nonsense"} {
		o = outcome(t, play(t, with, append(votes, bad)...))
		assert.Equal(t, machine.WhyFailed, o.Why, bad)
	}
}

func TestWhoIsWorthTheBudgetIsAsked(t *testing.T) {
	with := ensemble.Spec{Combiner: "c", Subject: "mail", Costs: map[string]int64{"ann": 5, "bob": 2, "cyd": 2}, Budget: 4}
	ask, ok := play(t, with)[1].(machine.Ask)
	require.True(t, ok)
	assert.Equal(t, "s/choose", ask.Key)
	assert.JSONEq(t, `{"do": "choose", "session": "s", "question": "?", "subject": "mail", "members": [{"agent": "ann", "cost": 5}, {"agent": "bob", "cost": 2}, {"agent": "cyd", "cost": 2}], "budget": 4}`, string(ask.Args))
	chosen := `1 told c s/choose {"members":["bob","cyd"]}`
	effects := play(t, with, chosen)
	require.Len(t, effects, 3)
	assert.Equal(t, "bob", effects[1].(machine.Send).To)
	assert.Equal(t, "cyd", effects[2].(machine.Send).To)
	effects = play(t, with, chosen, "2 ann choice=spam")
	require.ErrorIs(t, effects[0].(machine.Note).Err, consensus.ErrBallotClosed, "who is not asked has no say")
	o := outcome(t, play(t, with, chosen, "2 bob choice=ham", "9000 timer deadline 1", `9001 told c s/combine {"class":"ham","confidence":1,"method":"heads"}`))
	assert.Equal(t, "ham", o.Decision, "one of two is enough")
	assert.Equal(t, "combined by c: heads", o.Method)
	assert.Equal(t, []string{"cyd"}, o.Missing)
	for _, bad := range []string{
		`1 told c s/choose {"members":["ann"]}`, `1 told c s/choose {"members":["eve"]}`, `1 told c s/choose {"members":["bob","bob"]}`,
		`1 told c s/choose {"members":[]}`, "1 told c s/choose nonsense", "1 failed c s/choose busy",
	} {
		assert.Equal(t, machine.WhyFailed, outcome(t, play(t, with, bad)).Why, bad)
	}
	assert.Equal(t, machine.WhyNoQuorum, outcome(t, play(t, with, "9000 timer deadline 1")).Why)
}

func TestWhatIsNoClassDoesNotCount(t *testing.T) {
	note := play(t, ensemble.Spec{Classes: []string{"ham", "spam"}}, "1 ann choice=eggs")[0].(machine.Note)
	var bad *consensus.BallotError
	require.ErrorAs(t, note.Err, &bad)
	assert.Equal(t, "choice", bad.Field)
	in := play(t, ensemble.Spec{Classes: []string{"ham", "spam"}})[1].(machine.Broadcast).Msg.(machine.Invite)
	assert.Equal(t, []string{"ham", "spam"}, in.Options)
}

func TestTextsAreWordsToo(t *testing.T) {
	o := outcome(t, play(t, ensemble.Spec{Texts: true, Combiner: ensemble.ByVote}, "1 ann text=so", "2 bob text=no", "3 cyd text=no"))
	assert.Equal(t, "so", o.Decision)
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	_, err := ensemble.New(ensemble.Spec{MinMembers: -1, Within: -time.Second, Budget: 1, Costs: map[string]int64{"eve": 1}, Texts: true, Classes: []string{"x"}})
	var rule *consensus.RuleError
	require.ErrorAs(t, err, &rule)
	for _, field := range []string{"electorate", "minMembers", "within", "budget", "costs", "classes"} {
		assert.ErrorContains(t, err, field)
	}
	note := play(t, ensemble.Spec{}, "1 eve choice=ham")[0].(machine.Note)
	assert.ErrorIs(t, note.Err, consensus.ErrNotMember)
	note = play(t, ensemble.Spec{}, "1 ann choice=ham", "2 ann choice=spam")[0].(machine.Note)
	assert.ErrorIs(t, note.Err, consensus.ErrBallotClosed)
}

func Example() {
	all, _ := consensus.NewElectorate([]consensus.Elector{{Agent: "ann"}})
	m, _ := ensemble.New(ensemble.Spec{Session: "s", Question: "spam?", Electorate: all})
	run := m.Run()
	run.Step(machine.Opened{})
	for _, effect := range run.Step(machine.Received{From: "ann", Msg: machine.Answer{Choice: "ham"}}) {
		if d, ok := effect.(machine.Decide); ok {
			fmt.Println(d.Outcome.Decision)
		}
	}
	// Output: ham
}
