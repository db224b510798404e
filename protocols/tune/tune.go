// SPDX-License-Identifier: Apache-2.0

package tune

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/protocols/consensus"
	"mabeam.dev/protocols/machine"
)

// Tune is a search whose trials agents measure.
type Tune struct {
	spec Spec
	seek Optimizer
}

// New checks the spec and returns the machine, or all mistakes joined.
func New(s Spec) (*Tune, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	if s.Trials == 0 {
		s.Trials = 1_000
	}
	seek, err := s.Search(s.Seed)
	if err != nil {
		return nil, err
	}
	return &Tune{s, seek}, nil
}

// Standing is how far a trial is.
type Standing string

// The standings.
const (
	Running  Standing = "running"  // an agent has it
	Lost     Standing = "lost"     // its first agent has ended, or was too slow; another one gets it
	Measured Standing = "measured" // there is a value
	Failed   Standing = "failed"   // there will be none
)

// Entry is a trial with what became of it.
type Entry struct {
	Trial
	Standing Standing `json:"standing"`
	// Agent has it, or had it last; First had it before, if it was lost.
	Agent string `json:"agent"`
	First string `json:"first,omitempty"`
	// Measurement is what came of it; zero while nothing did.
	Measurement Measurement `json:"measurement,omitzero"`
}

// Trials is the state of a search.
type Trials struct {
	all     []Entry
	at      []int // by elector: the place in all of what it measures; idle or away otherwise
	lost    []int // places, the longest lost first
	cost    float64
	best    float64 // the least value so far
	without int     // measurements since it was found
	until   time.Time
}

const (
	idle = -1 // waits for a trial
	away = -2 // will not answer any more
)

// Run returns the machine before its first event. There is one run for each machine, because the search goes along.
func (m *Tune) Run() *machine.Run[*Trials] {
	s := &Trials{at: make([]int, m.spec.Electorate.Len()), best: math.Inf(1)}
	for i := range s.at {
		s.at[i] = idle
	}
	return machine.Of(m, s)
}

// The timers: of the session, and of each agent's trial.
const (
	deadline = "deadline"
	turn     = "trial/" // and the agent
)

// Step lets something happen.
func (m *Tune) Step(s *Trials, e machine.Event) (*Trials, []machine.Effect) {
	switch e := e.(type) {
	case machine.Opened:
		s.until = e.Deadline
		var effects []machine.Effect
		if !e.Deadline.IsZero() {
			effects = append(effects, machine.SetTimer{ID: deadline, Gen: 1, After: e.Deadline.Sub(e.At)})
		}
		return s, m.goOn(s, e.At, effects)
	case machine.Received:
		return s, m.received(s, e)
	case machine.TimerFired:
		if e.ID == deadline {
			return s, m.decide(s, nil, machine.WhyDeadline)
		}
		if i, ok := m.spec.Electorate.Find(strings.TrimPrefix(e.ID, turn)); ok && s.at[i] >= 0 && e.Gen == m.generation(s, i) {
			effects := []machine.Effect{machine.Forget{Key: m.key(s, s.at[i])}}
			return s, m.goOn(s, e.At, append(effects, m.lose(s, i, idle, "it did not answer in time")...))
		}
	case machine.Down:
		if i, ok := m.spec.Electorate.Find(e.Agent); ok && s.at[i] != away {
			effects := []machine.Effect{machine.Note{Kind: machine.NoteParted, Agent: e.Agent, Text: e.Reason}}
			return s, m.goOn(s, e.At, append(effects, m.lose(s, i, away, e.Reason)...))
		}
	case machine.Up:
		if i, ok := m.spec.Electorate.Find(e.Agent); ok && s.at[i] == away {
			s.at[i] = idle
			return s, m.goOn(s, e.At, nil)
		}
	case machine.Cancel:
		return s, []machine.Effect{machine.Decide{Outcome: consensus.Called(e, m.outcome(s))}}
	case machine.Tick, machine.Restored, machine.Command:
	}
	return s, nil
}

// key names a trial with its attempt in invitations.
func (m *Tune) key(s *Trials, place int) string {
	key := m.spec.Session + "/trial/" + strconv.FormatUint(s.all[place].ID, 10)
	if s.all[place].First != "" {
		key += "/again"
	}
	return key
}

// generation is that of the timer of an elector's trial.
func (m *Tune) generation(s *Trials, elector int) uint64 {
	return uint64(s.at[elector])*2 + 1 + again(s.all[s.at[elector]])
}

func again(e Entry) uint64 {
	if e.First != "" {
		return 1
	}
	return 0
}

func (m *Tune) received(s *Trials, e machine.Received) []machine.Effect {
	ignored := func(why error) []machine.Effect { return []machine.Effect{machine.Ignored(e.From, why)} }
	a, ok := e.Msg.(machine.Answer)
	if !ok {
		return ignored(&consensus.BallotError{Field: "kind", Why: e.Msg.Kind()})
	}
	i, ok := m.spec.Electorate.Find(e.From)
	switch {
	case !ok:
		return ignored(consensus.ErrNotMember)
	case s.at[i] < 0 || a.Key != m.key(s, s.at[i]):
		return ignored(consensus.ErrBallotClosed) // of a trial that is another's now, or over
	}
	effects := []machine.Effect{machine.Note{Kind: machine.NoteBallot, Agent: e.From, Text: a.Key}}
	if m.spec.Within > 0 {
		effects = append(effects, machine.StopTimer{ID: turn + e.From})
	}
	if a.Decline != "" || a.Abstain != "" { // it is no fault of the trial
		return m.goOn(s, e.At, append(effects, m.lose(s, i, away, a.Decline+a.Abstain)...))
	}
	place := s.at[i]
	s.at[i] = idle
	return m.goOn(s, e.At, append(effects, m.settle(s, place, measurement(a))...))
}

// measurement reads an answer. What is no finite number is a failure.
func measurement(a machine.Answer) Measurement {
	if a.Error != "" {
		return Measurement{Failed: a.Error}
	}
	var m Measurement
	if err := json.Unmarshal(a.Output, &m); err != nil {
		return Measurement{Failed: "the answer is no measurement"}
	}
	for _, v := range []float64{m.Value, m.Noise, m.Cost, m.Resource} { // of JSON, so none is NaN
		if math.Abs(v) > 1e100 {
			return Measurement{Failed: "a number is too large"}
		}
	}
	if m.Noise < 0 || m.Cost < 0 || m.Resource < 0 {
		return Measurement{Failed: "noise, cost or resource is below 0"}
	}
	return m
}

// lose takes an elector's trial away from it: another one gets it, once.
func (m *Tune) lose(s *Trials, elector, then int, why string) []machine.Effect {
	place := s.at[elector]
	s.at[elector] = then
	if place < 0 {
		return nil
	}
	e := &s.all[place]
	if e.First == "" {
		e.First, e.Standing = e.Agent, Lost
		s.lost = append(s.lost, place)
		return nil
	}
	return m.settle(s, place, Measurement{Failed: "lost twice: " + why})
}

// settle ends a trial, and tells the optimizer.
func (m *Tune) settle(s *Trials, place int, got Measurement) []machine.Effect {
	e := &s.all[place]
	e.Measurement, e.Standing = got, Measured
	s.cost += got.Cost
	s.without++
	switch {
	case got.Failed != "":
		e.Standing = Failed
	case got.Value < s.best:
		s.best, s.without = got.Value, 0
	}
	if err := m.seek.Tell(e.ID, got); err != nil {
		return []machine.Effect{machine.Ignored(e.Agent, err)}
	}
	return nil
}

// goOn gives out trials, or ends the search.
func (m *Tune) goOn(s *Trials, now time.Time, effects []machine.Effect) []machine.Effect {
	spent := m.spec.Cost > 0 && s.cost >= m.spec.Cost || m.spec.Patience > 0 && s.without >= m.spec.Patience
	var free []int
	working := 0
	for i, at := range s.at {
		if at == idle {
			free = append(free, i)
		} else if at >= 0 {
			working++
		}
	}
	for len(free) > 0 && len(s.lost) > 0 && !spent {
		place := s.lost[0]
		at := slices.IndexFunc(free, func(i int) bool { return m.spec.Electorate.At(i).Agent != s.all[place].First })
		if at < 0 {
			if working > 0 { // another one will be free
				break
			}
			at = 0 // there is nobody else
		}
		s.lost = s.lost[1:]
		effects = append(effects, m.give(s, now, place, free[at])...)
		free = slices.Delete(free, at, at+1)
		working++
	}
	if room := min(len(free), m.spec.Trials-len(s.all)); room > 0 && !spent {
		asked, err := m.seek.Ask(room)
		if err != nil {
			effects = append(effects, machine.Note{Kind: machine.NoteIgnored, Text: "the search: " + err.Error(), Err: err})
		}
		for k, t := range asked[:min(len(asked), room)] {
			s.all = append(s.all, Entry{Trial: t})
			effects = append(effects, m.give(s, now, len(s.all)-1, free[k])...)
			working++
		}
	}
	if working == 0 && (len(s.lost) == 0 || spent) || !slices.ContainsFunc(s.at, func(at int) bool { return at != away }) {
		return m.decide(s, effects, machine.WhyExhausted)
	}
	return effects
}

// give has an elector measure a trial.
func (m *Tune) give(s *Trials, now time.Time, place, elector int) []machine.Effect {
	e := &s.all[place]
	e.Agent, e.Standing = m.spec.Electorate.At(elector).Agent, Running
	s.at[elector] = place
	until := s.until
	var effects []machine.Effect
	if m.spec.Within > 0 {
		if at := now.Add(m.spec.Within); until.IsZero() || at.Before(until) {
			until = at
		}
		effects = append(effects, machine.SetTimer{ID: turn + e.Agent, Gen: m.generation(s, elector), After: m.spec.Within})
	}
	input, _ := json.Marshal(e.Trial) // its point is JSON, or the search is wrong and the agent says so
	return append(effects, machine.Send{To: e.Agent, Msg: machine.Invite{
		Role: machine.RoleTrial, Round: place + 1, Key: m.key(s, place), Question: m.spec.Question, Input: input, Deadline: until,
	}})
}

// decide ends the search with the best that there is.
func (m *Tune) decide(s *Trials, effects []machine.Effect, why machine.Why) []machine.Effect {
	o := m.outcome(s)
	if o.Verdict == machine.NoDecision {
		o.Why = why
	}
	return append(effects, machine.Decide{Outcome: o})
}

func (m *Tune) outcome(s *Trials) machine.Outcome {
	o := machine.Outcome{Verdict: machine.NoDecision, Why: machine.WhyExhausted, Method: "search", Rounds: len(s.all), Electorate: m.spec.Electorate.Total()}
	measured := 0
	for _, e := range s.all {
		if e.Standing == Measured {
			measured++
		}
	}
	o.Text = fmt.Sprintf("%d of %d trials were measured", measured, len(s.all))
	if t, got, ok := m.seek.Best(); ok {
		o.Verdict, o.Why, o.Decision = machine.Decided, "", string(t.Point)
		o.Text = fmt.Sprintf("trial %d has %s; %s", t.ID, strconv.FormatFloat(got.Value, 'g', -1, 64), o.Text)
	}
	for i, at := range s.at {
		if at == away {
			o.Missing = append(o.Missing, m.spec.Electorate.At(i).Agent)
		}
	}
	o.Detail, _ = json.Marshal(s.all) // points are JSON
	return o
}
