// SPDX-License-Identifier: Apache-2.0

package council_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/pbft/council"
)

var noon = time.Unix(1000, 0).UTC()

func at(d time.Duration) time.Time { return noon.Add(d) }

// asks returns what a machine asks of the service, by key.
func asks(effects []machine.Effect) map[string]council.Request {
	out := map[string]council.Request{}
	for _, e := range effects {
		if a, ok := e.(machine.Ask); ok {
			var r council.Request
			if a.Service != council.Service || json.Unmarshal(a.Args, &r) != nil || r.Session != "s" {
				panic("not for the service")
			}
			out[a.Key] = r
		}
	}
	return out
}

func outcome(effects []machine.Effect) *machine.Outcome {
	for _, e := range effects {
		if d, ok := e.(machine.Decide); ok {
			return &d.Outcome
		}
	}
	return nil
}

func reports(effects []machine.Effect) (all []machine.Report) {
	for _, e := range effects {
		if r, ok := e.(machine.Report); ok {
			all = append(all, r)
		}
	}
	return all
}

func ignored(effects []machine.Effect) error {
	for _, e := range effects {
		if n, ok := e.(machine.Note); ok && n.Kind == machine.NoteIgnored {
			return n.Err
		}
	}
	return nil
}

func says(d time.Duration, agent, choice string) machine.Event {
	return machine.Received{At: at(d), From: agent, Msg: machine.Answer{Choice: choice}}
}

func told(d time.Duration, key string, r council.Response) machine.Event {
	if r.Group == "" {
		r.Group = "s@1"
	}
	text, _ := json.Marshal(r)
	return machine.Received{At: at(d), From: council.Service, Msg: machine.Told{Key: key, Data: text}}
}

func failed(d time.Duration, key string) machine.Event {
	return machine.Received{At: at(d), From: council.Service, Msg: machine.Told{Key: key, Error: "it has stopped"}}
}

// sitting is a council of four that is open, with a deadline in 8 s.
func sitting(t *testing.T) machine.Stepper {
	c, err := council.New(vote(4, consensus.Rule{}))
	require.NoError(t, err)
	r := c.Run()
	r.Step(machine.Opened{At: noon, Deadline: at(8 * time.Second)})
	return r
}

var decided = council.Response{Result: council.Result{Outcome: &machine.Outcome{Verdict: machine.Decided, Decision: "yes"}}, Certificate: []byte("proof")}

func TestBallotsAreHandedToTheGroupAndItsOutcomeIsTheSessions(t *testing.T) {
	m := sitting(t)
	q := asks(m.Step(says(1, "a", "yes")))
	require.Contains(t, q, "ballot/a/1")
	assert.Equal(t, council.DoBallot, q["ballot/a/1"].Do)
	assert.Equal(t, "yes", q["ballot/a/1"].Ballot.Choice)
	assert.Empty(t, asks(m.Step(says(2, "a", "yes"))), "the same word is one ballot")
	assert.Contains(t, asks(m.Step(says(2, "a", "no"))), "ballot/a/2", "whether a second word counts is for the group")
	assert.ErrorIs(t, ignored(m.Step(says(3, "x", "yes"))), consensus.ErrNotMember)
	assert.ErrorIs(t, ignored(m.Step(machine.Received{At: at(3), From: "b", Msg: machine.Answer{Choice: "yes", Digest: "other"}})), consensus.ErrQuestionMismatch)
	assert.ErrorContains(t, ignored(m.Step(machine.Received{At: at(3), From: "b", Msg: machine.Invite{}})), "invite")
	assert.ErrorContains(t, ignored(m.Step(told(4, "ballot/a/2", council.Response{Result: council.Result{Why: "no"}}))), "no")
	assert.Contains(t, asks(m.Step(told(5, "ballot/a/1", decided))), council.DoSettle)
	assert.ErrorIs(t, ignored(m.Step(says(6, "b", "no"))), consensus.ErrBallotClosed)
	effects := m.Step(told(7, council.DoSettle, council.Response{Accused: []council.Accusation{{Agent: "c", Kind: "two votes", Evidence: []byte("e")}}}))
	o := outcome(effects)
	require.NotNil(t, o)
	assert.Equal(t, machine.Outcome{Verdict: machine.Decided, Decision: "yes", Certificate: []byte("proof"), Liars: []string{"c"}}, *o)
	assert.Equal(t, []machine.Report{{Agent: "c", Kind: "two votes", Evidence: []byte("e")}}, reports(effects))
}

// A group that was made anew knows nothing of earlier ballots, and gets them again.
func TestAnotherIncarnationOfTheGroupGetsAllBallots(t *testing.T) {
	m := sitting(t)
	m.Step(says(1, "a", "yes"))
	m.Step(says(2, "b", "no"))
	assert.Empty(t, asks(m.Step(told(3, "ballot/a/1", council.Response{}))))
	q := asks(m.Step(told(4, "ballot/b/1", council.Response{Group: "s@2"})))
	assert.Len(t, q, 1)
	assert.Contains(t, q, "ballot/a/1")
}

func TestASessionWithoutADecisionEndsAsItsTimeOrItsGroupDoes(t *testing.T) {
	deadline := machine.TimerFired{At: at(8 * time.Second), ID: "deadline", Gen: 1}
	m := sitting(t)
	assert.Nil(t, outcome(m.Step(machine.TimerFired{At: at(5 * time.Second), ID: "polls", Gen: 1})), "too early")
	assert.Contains(t, asks(m.Step(machine.TimerFired{At: at(6 * time.Second), ID: "polls", Gen: 1})), council.DoClose)
	assert.ErrorIs(t, ignored(m.Step(says(7*time.Second, "a", "yes"))), consensus.ErrBallotClosed)
	assert.Equal(t, machine.Expired, outcome(m.Step(deadline)).Verdict)

	m = sitting(t)
	assert.Equal(t, machine.Expired, outcome(m.Step(failed(8*time.Second, council.DoClose))).Verdict, "the end of time and not of the group")
	m = sitting(t)
	o := outcome(m.Step(failed(1, "ballot/a/1")))
	assert.Equal(t, machine.Failed, o.Verdict)
	assert.Contains(t, o.Text, "stopped")
	m = sitting(t)
	assert.Equal(t, machine.Cancelled, outcome(m.Step(machine.Cancel{At: at(1), Why: "enough"})).Verdict)
	m = sitting(t)
	assert.Equal(t, machine.Failed, outcome(m.Step(machine.Received{At: at(1), From: council.Service, Msg: machine.Told{Key: "x", Data: []byte("x")}})).Verdict)

	m = sitting(t)
	assert.Contains(t, asks(m.Step(machine.Down{At: at(1), Agent: "a"})), "absent/a")
	assert.Empty(t, asks(m.Step(machine.Down{At: at(1), Agent: "x"})))
	m.Step(told(2, "absent/a", decided))
	assert.Equal(t, machine.Decided, outcome(m.Step(deadline)).Verdict, "there is a decision, and who lied is not known")
	m = sitting(t)
	m.Step(told(2, "absent/a", decided))
	assert.Equal(t, machine.Decided, outcome(m.Step(failed(3, council.DoSettle))).Verdict)
}

// script is a machine that does what it is told to.
type script map[string][]machine.Effect

func (s script) Step(e machine.Event) []machine.Effect {
	switch e := e.(type) {
	case machine.Opened:
		return []machine.Effect{machine.SetTimer{ID: "inner", Gen: 1, After: e.Deadline.Sub(e.At)}}
	case machine.Received:
		return s[e.From]
	case machine.Cancel:
		return []machine.Effect{machine.Decide{Outcome: machine.Outcome{Verdict: machine.Cancelled}}}
	}
	return nil
}

func TestAnOutcomeIsToldWhenItIsRatified(t *testing.T) {
	spec := vote(4, consensus.Rule{})
	end := func(v machine.Verdict) []machine.Effect {
		return []machine.Effect{machine.Note{Text: "before"}, machine.Decide{Outcome: machine.Outcome{Verdict: v, Decision: "yes"}}}
	}
	open := func() machine.Stepper {
		m := council.Ratify(script{"a": end(machine.Decided), "b": end(machine.Failed), "c": end(machine.NoDecision)}, "s", spec.Electorate)
		effects := m.Step(machine.Opened{At: noon, Deadline: at(8 * time.Second)})
		assert.Contains(t, effects, machine.Effect(machine.SetTimer{ID: "inner", Gen: 1, After: 6 * time.Second}), "it has less time")
		return m
	}
	last := machine.TimerFired{At: at(8 * time.Second), ID: "ratification", Gen: 1}
	m := open()
	effects := m.Step(says(1, "a", ""))
	assert.Nil(t, outcome(effects))
	require.Contains(t, asks(effects), council.DoRatify)
	assert.Equal(t, "yes", asks(effects)[council.DoRatify].Final.Decision)
	assert.Nil(t, outcome(m.Step(says(2, "b", ""))), "what comes now is late")
	assert.Contains(t, asks(m.Step(told(3, council.DoRatify, decided))), council.DoSettle)
	o := outcome(m.Step(told(4, council.DoSettle, council.Response{Accused: []council.Accusation{{Agent: "d"}}})))
	assert.Equal(t, []string{"d"}, o.Liars)
	assert.Equal(t, []byte("proof"), o.Certificate)

	assert.Equal(t, machine.Failed, outcome(open().Step(says(1, "b", ""))).Verdict, "what has failed is not ratified")
	assert.Contains(t, asks(open().Step(says(1, "c", ""))), council.DoRatify, "that there is no decision is an outcome")
	assert.Equal(t, machine.Cancelled, outcome(open().Step(machine.Cancel{At: at(1)})).Verdict)

	for name, c := range map[string]struct {
		then machine.Event
		want machine.Verdict
	}{
		"time is up":   {last, machine.Expired},
		"it is late":   {failed(8*time.Second, council.DoRatify), machine.Expired},
		"it has ended": {failed(2, council.DoRatify), machine.Failed},
		"garbage":      {machine.Received{At: at(2), From: council.Service, Msg: machine.Told{Key: council.DoRatify, Data: []byte("x")}}, machine.Failed},
		"refused":      {told(2, council.DoRatify, council.Response{Result: council.Result{Why: "no"}}), machine.Failed},
		"cancelled":    {machine.Cancel{At: at(2)}, machine.Cancelled},
	} {
		m := open()
		m.Step(says(1, "a", ""))
		require.NotNil(t, outcome(m.Step(c.then)), name)
		m = open()
		m.Step(says(1, "a", ""))
		assert.Equal(t, c.want, outcome(m.Step(c.then)).Verdict, name)
	}
	m = open()
	m.Step(says(1, "a", ""))
	m.Step(told(3, council.DoRatify, decided))
	assert.Equal(t, machine.Decided, outcome(m.Step(last)).Verdict, "it is ratified, and who lied is not known")
}
