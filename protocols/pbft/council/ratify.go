// SPDX-License-Identifier: Apache-2.0

package council

import (
	"encoding/json"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

// Ratify returns a machine that does what another does, and has what it comes to agreed on by a group of the same participants before anybody is told. It
// gives the other machine less time, so that there is some left. What was cancelled, has expired or failed is not agreed on.
func Ratify(inner machine.Stepper, session string, all consensus.Electorate) machine.Stepper {
	return &ratified{inner: inner, session: session, all: all}
}

// ratified is a machine whose outcome awaits its ratification.
type ratified struct {
	inner    machine.Stepper
	session  string
	all      consensus.Electorate
	deadline time.Time
	outcome  *machine.Outcome // what is to be agreed on
	agreed   *machine.Outcome // what the group has agreed on
}

// Step lets something happen.
func (r *ratified) Step(e machine.Event) []machine.Effect {
	switch e := e.(type) {
	case machine.Opened:
		if r.deadline = e.Deadline; !e.Deadline.IsZero() {
			e.Deadline = e.Deadline.Add(-Margin(e.At, e.Deadline))
		}
		effects := r.held(r.inner.Step(e))
		if !r.deadline.IsZero() {
			effects = append(effects, machine.SetTimer{ID: ratification, Gen: 1, After: r.deadline.Sub(e.At)})
		}
		return effects
	case machine.TimerFired:
		if e.ID == ratification {
			return r.expired()
		}
	case machine.Received:
		if told, ok := e.Msg.(machine.Told); ok && e.From == Service && (told.Key == DoRatify || told.Key == DoSettle) {
			return r.told(e.At, told)
		}
	case machine.Cancel:
		if r.outcome != nil {
			return []machine.Effect{machine.Decide{Outcome: consensus.Called(e, machine.Outcome{})}}
		}
	case machine.Tick, machine.Down, machine.Up, machine.Restored, machine.Command:
	}
	if r.outcome != nil {
		return []machine.Effect{machine.Note{Kind: machine.NoteLate, Text: "the outcome is being ratified"}}
	}
	return r.held(r.inner.Step(e))
}

const ratification = "ratification"

// held keeps a decision back and has it agreed on.
func (r *ratified) held(effects []machine.Effect) []machine.Effect {
	for i, f := range effects {
		d, ok := f.(machine.Decide)
		if !ok || d.Outcome.Verdict != machine.Decided && d.Outcome.Verdict != machine.NoDecision {
			continue
		}
		r.outcome = &d.Outcome
		return append(effects[:i:i], machine.Forget{}, r.ask(DoRatify, Request{Do: DoRatify, Final: r.outcome}, 0))
	}
	return effects
}

func (r *ratified) ask(key string, q Request, within time.Duration) machine.Ask {
	q.Session = r.session
	text, _ := json.Marshal(q)
	return machine.Ask{Service: Service, Key: key, Args: text, Within: within}
}

func (r *ratified) expired() []machine.Effect {
	if r.agreed != nil {
		return conclude(*r.agreed, r.all, nil)
	}
	return []machine.Effect{machine.Decide{Outcome: machine.Outcome{
		Verdict: machine.Expired, Why: machine.WhyDeadline, Text: "the outcome was not ratified in time", Electorate: r.all.Total(),
	}}}
}

func (r *ratified) told(now time.Time, m machine.Told) []machine.Effect {
	var a Response
	if m.Error == "" {
		if err := json.Unmarshal(m.Data, &a); err != nil {
			m.Error = err.Error()
		}
	}
	switch {
	case r.agreed != nil:
		return conclude(*r.agreed, r.all, a.Accused)
	case m.Error != "" && !r.deadline.IsZero() && !now.Before(r.deadline):
		return r.expired()
	case m.Error != "" || a.Outcome == nil:
		if m.Error == "" {
			m.Error = "the group refuses the outcome: " + a.Why
		}
		return []machine.Effect{machine.Decide{Outcome: machine.Outcome{Verdict: machine.Failed, Why: machine.WhyFailed, Text: m.Error}}}
	}
	out := *a.Outcome
	out.Certificate = a.Certificate
	r.agreed = &out
	return []machine.Effect{r.ask(DoSettle, Request{Do: DoSettle}, settling)}
}
