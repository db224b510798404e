// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"mabeam.dev/actors/fault"
)

// Step is a kind of record of a study.
type Step string

// The steps of a study. Began is the first record, and only that.
const (
	Began    Step = "began"
	Asked    Step = "asked"
	Reported Step = "reported"
	Told     Step = "told"
)

// Record is one fact of a study. A journal that keeps the records of a study in order has all of it.
type Record struct {
	Step    Step         `json:"step"`
	Trial   TrialID      `json:"trial,omitempty"`
	Asked   *Trial       `json:"asked,omitempty"`
	Answer  *Measurement `json:"answer,omitempty"` // of told, and value and resource of reported
	Cause   Cause        `json:"cause,omitempty"`  // why a trial was told without being finished
	Text    string       `json:"text,omitempty"`   // for people
	Space   []Dimension  `json:"space,omitempty"`
	Options *Options     `json:"options,omitempty"`
	Prune   *Pruning     `json:"prune,omitempty"`
}

// Cause says why a trial has no value of its full length.
type Cause string

// The causes. Pruned is no failure: the last report counts, at its level.
const (
	Crashed Cause = "crashed" // the program ended
	Hung    Cause = "hung"    // there was no answer in time
	Lied    Cause = "lied"    // the answer is no number, or outside of what the objective can be
	Refused Cause = "refused" // the program answered that it cannot
	Pruned  Cause = "pruned"  // it was stopped early
)

// TrialError says what came of a trial instead of a value.
type TrialError struct {
	// Trial is its number.
	Trial TrialID
	// Cause is the kind of failure.
	Cause Cause
	// Err says more; it may be nil.
	Err error
}

// Error names the trial and the cause.
func (e *TrialError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("optimize: trial %d: %s", e.Trial, e.Cause)
	}
	return fmt.Sprintf("optimize: trial %d: %s: %v", e.Trial, e.Cause, e.Err)
}

// Unwrap returns the error behind it.
func (e *TrialError) Unwrap() error { return e.Err }

// FaultCode is E4663.
func (*TrialError) FaultCode() fault.Code { return 4663 }

// Pruning says how a study stops trials early; the zero value stops none. See NewPruner.
type Pruning struct {
	Rule Rule    `json:"rule,omitempty"`
	Warm int     `json:"warm,omitempty"`
	Eta  float64 `json:"eta,omitempty"`
}

// Study is a search that can be told by its records alone: the same records in the same order make the same study, and so a study that was killed goes on where its
// journal ends. It belongs to one goroutine or process.
type Study struct {
	space  *Space
	begin  Record
	search *Search
	pruner *Pruner
	began  bool
	last   map[TrialID]Measurement // the last report of each open trial
	counts map[Cause]int
	cost   float64
}

// NewStudy makes a study; its first record is the one that Begin returns.
func NewStudy(space *Space, o Options, p Pruning) (*Study, error) {
	search, err := New(space, o)
	pruner, err2 := NewPruner(p.Rule, p.Warm, p.Eta)
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	return &Study{
		space: space, search: search, pruner: pruner, begin: Record{Step: Began, Space: space.dims, Options: &o, Prune: &p},
		last: map[TrialID]Measurement{}, counts: map[Cause]int{},
	}, nil
}

// Begin returns the record that has to be the first.
func (s *Study) Begin() Record { return s.begin }

// Began says whether the first record was applied.
func (s *Study) Began() bool { return s.began }

// Ask returns the records of up to k new trials, which the caller keeps before it runs them. The trials are issued already: they must not be applied again.
func (s *Study) Ask(k int) ([]Record, error) {
	trials, err := s.search.Ask(k)
	var out []Record
	for _, t := range trials {
		out = append(out, Record{Step: Asked, Trial: t.ID, Asked: &t})
	}
	return out, err
}

// Apply makes a record part of the study. One that does not fit is refused with ErrInvalidState, or as Tell refuses an answer, and changes nothing.
func (s *Study) Apply(r Record) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("optimize: apply %q of trial %d: %s: %w", r.Step, r.Trial, fmt.Sprintf(format, args...), ErrInvalidState)
	}
	if s.began == (r.Step == Began) {
		return bad("a study begins once, and first")
	}
	switch r.Step {
	case Began:
		mine, _ := json.Marshal(s.begin) // finite numbers and text: it cannot fail
		its, err := json.Marshal(r)
		if err != nil || !bytes.Equal(mine, its) {
			return bad("it is of another space or other options")
		}
		s.began = true
	case Asked:
		if r.Asked == nil || r.Asked.ID != TrialID(s.search.Asked()+1) {
			return bad("it is not the next trial")
		}
		trials, err := s.search.Ask(1)
		if err != nil || len(trials) != 1 || trials[0].ID != r.Asked.ID || !slices.Equal(trials[0].Point, r.Asked.Point) || trials[0].Resource != r.Asked.Resource {
			return bad("the search asks for something else here")
		}
	case Reported:
		if r.Answer == nil {
			return bad("it has no value")
		}
		s.Report(r.Trial, *r.Answer)
	case Told:
		if r.Answer == nil {
			return bad("it has no answer")
		}
		if err := s.search.Tell(r.Trial, *r.Answer); err != nil {
			return err
		}
		delete(s.last, r.Trial)
		if r.Cause != "" {
			s.counts[r.Cause]++
		}
		s.cost += r.Answer.checked().Cost
	default:
		return bad("there is no such step")
	}
	return nil
}

// Report takes a value that an open trial has reached, and says whether to stop it. Its record is Reported; keeping it is only needed where pruning should go on the same after
// a restart.
func (s *Study) Report(id TrialID, m Measurement) (stop bool) {
	if _, _, told, ok := s.search.Trial(id); !ok || told {
		return false
	}
	if m = m.checked(); m.Failed {
		return false
	}
	s.last[id] = m
	return s.pruner.Report(id, m.Resource, m.Value)
}

// Stopped returns the record of a trial that was stopped early: its last report, or a failure if it has made none.
func (s *Study) Stopped(id TrialID) Record {
	m, ok := s.last[id]
	if !ok {
		m = Measurement{Failed: true}
	}
	return Record{Step: Told, Trial: id, Answer: &m, Cause: Pruned}
}

// Open returns the trials that have no answer, the first issued first.
func (s *Study) Open() []Trial {
	var open []Trial
	for _, r := range s.search.book.all {
		if !r.Told {
			open = append(open, r.Trial)
		}
	}
	return open
}

// Search returns the search, to look at.
func (s *Study) Search() *Search { return s.search }

// Count returns how many trials ended so.
func (s *Study) Count(c Cause) int { return s.counts[c] }

// Cost returns the sum of the costs that were told.
func (s *Study) Cost() float64 { return s.cost }

// Answer is what a program may say of a trial: a number, or an object with one.
type Answer struct {
	Value *float64 `json:"value"`
	Noise float64  `json:"noise"`
	Cost  float64  `json:"cost"`
	// Resource is the level of a report.
	Resource float64 `json:"resource"`
}

// ReadAnswer reads a number, or an object with the field value, and holds it against what the objective can be. A value that it is not, or that is no number, is an error of
// cause Lied.
func ReadAnswer(id TrialID, data []byte, least, most float64) (Measurement, error) {
	lied := func(format string, args ...any) (Measurement, error) {
		return Measurement{Failed: true}, &TrialError{Trial: id, Cause: Lied, Err: fmt.Errorf(format, args...)}
	}
	var a Answer
	var number float64
	if text := bytes.TrimSpace(data); len(text) == 0 || text[0] != '{' {
		if err := json.Unmarshal(data, &number); err != nil || bytes.Equal(text, []byte("null")) {
			return lied("the answer %.64q is no number", text)
		}
		a.Value = &number
	} else if err := json.Unmarshal(data, &a); err != nil {
		return lied("the answer %.64q cannot be read: %w", text, err)
	}
	switch {
	case a.Value == nil:
		return lied("the answer has no value")
	case !(math.Abs(*a.Value) <= valueLimit) || *a.Value < least || *a.Value > most:
		return lied("%v is not from %v to %v", *a.Value, math.Max(least, -valueLimit), math.Min(most, valueLimit))
	case !(a.Noise >= 0 && a.Cost >= 0 && a.Resource >= 0):
		return lied("noise %v, cost %v or resource %v is below 0", a.Noise, a.Cost, a.Resource)
	}
	return Measurement{Value: *a.Value, Noise: a.Noise, Cost: a.Cost, Resource: a.Resource}, nil
}
