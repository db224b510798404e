// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/machine"
)

// What voters would agree to instead is told with the outcome, by weight; a later ballot takes the place of an earlier one.
func TestABallotMaySayWhatItsVoterWouldAgreeTo(t *testing.T) {
	all, err := NewElectorate([]Elector{{Agent: "a"}, {Agent: "b"}, {Agent: "c"}, {Agent: "d"}})
	require.NoError(t, err)
	v, err := NewVote(Spec{Session: "s", Question: "?", Options: []string{"yes", "no"}, Electorate: all, Rule: Rule{Kind: Unanimous, Base: OfElectorate}})
	require.NoError(t, err)
	run := v.Run()
	run.Step(machine.Opened{})
	var last []machine.Effect
	for _, b := range []struct {
		agent, choice, text string
		seq                 uint64
	}{{"c", "yes", "", 1}, {"b", "no", "counter: 3", 1}} {
		last = run.Step(machine.Received{From: b.agent, Msg: machine.Answer{Choice: b.choice, Text: b.text, Seq: b.seq}})
	}
	d, ok := last[len(last)-1].(machine.Decide)
	require.True(t, ok, "one against is enough")
	assert.Equal(t, []Counter{{"b", machine.One, "3"}}, Counters(d.Outcome))
	assert.Empty(t, Counters(machine.Outcome{Detail: []byte("{")}))

	p := &Poll{Box: NewBox(Rule{}, []string{"yes", "no"}, all, "")}
	for _, b := range [][2]string{{"d", "counter: 2"}, {"a", "counter:1"}, {"b", "counter: 2 "}, {"a", "never"}, {"c", "counter: 1"}, {"eve", "counter: 9"}} {
		p.counter(b[0], machine.Answer{Text: b[1]})
	}
	assert.Equal(t, []Counter{{"b", 2 * machine.One, "2"}, {"c", machine.One, "1"}}, Counters(p.told(machine.Outcome{})))
}
