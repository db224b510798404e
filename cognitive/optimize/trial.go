// SPDX-License-Identifier: Apache-2.0

package optimize

import "math"

// TrialID numbers the trials of a search from 1, in the order in which they were asked.
type TrialID uint64

// Trial is a point that should be measured.
type Trial struct {
	// ID is what the answer names.
	ID TrialID `json:"id"`
	// Point is a point of the space; the receiver must not change it.
	Point Point `json:"point"`
	// Resource is how much to spend, such as epochs, where the search has levels; 0 means that it has none.
	Resource float64 `json:"resource,omitempty"`
	// From is an earlier trial that this one continues: the same point at a higher resource, or a copy of its parameters that was changed. 0 means none.
	From TrialID `json:"from,omitempty"`
}

// Measurement is what came of a trial. Lower values are better.
type Measurement struct {
	// Value is what is made small. NaN, and values beyond 1e100 either way, are failures.
	Value float64 `json:"value"`
	// Noise is the standard error of Value; 0 means not known.
	Noise float64 `json:"noise,omitempty"`
	// Cost is what the trial used up, in units of the caller; it is kept, and decides nothing.
	Cost float64 `json:"cost,omitempty"`
	// Resource is the level at which the value was measured; 0 means that of the trial. A trial that was stopped early says here how far it came.
	Resource float64 `json:"resource,omitempty"`
	// Failed says that there is no value.
	Failed bool `json:"failed,omitempty"`
}

// valueLimit is how large a value may be: squares of differences must be numbers.
const valueLimit = 1e100

// checked makes a failure of what is no number.
func (m Measurement) checked() Measurement {
	if m.Failed || !(math.Abs(m.Value) <= valueLimit) {
		m.Failed, m.Value = true, 0
	}
	for _, v := range []*float64{&m.Noise, &m.Cost, &m.Resource} {
		if math.IsNaN(*v) || math.IsInf(*v, 0) || *v < 0 {
			*v = 0
		}
	}
	return m
}

// Optimizer proposes points and learns from measurements. Answers may come out of order, late, or never.
type Optimizer interface {
	// Ask returns up to k trials that nobody has seen, and ErrExhausted when there will be none. It never waits for answers; a method that needs some first, such as
	// pbt with its whole population at work, returns fewer trials or none.
	Ask(k int) ([]Trial, error)
	// Tell takes the one answer to a trial. A second one is ErrAlreadyTold.
	Tell(id TrialID, m Measurement) error
	// Best returns the trial with the lowest value at the highest level that has one, and false while every trial is open or failed.
	Best() (Trial, Measurement, bool)
	// Done says that nothing is left to ask and every trial has its answer.
	Done() bool
	// MarshalBinary returns the whole state: a search that is made in the same way and gets it goes on in the same way.
	MarshalBinary() ([]byte, error)
	// UnmarshalBinary replaces the state, or changes nothing and returns ErrInvalidState.
	UnmarshalBinary(data []byte) error
}

// record is a trial and its answer.
type record struct {
	Trial
	Told bool        `json:"told,omitempty"`
	M    Measurement `json:"m"`
	Tag  int         `json:"tag,omitempty"` // of the method
	// Guess is what the method expected of the value; only with methods that do.
	Guess float64 `json:"guess,omitempty"`
}

// level is how far an answered trial came: in a search without levels only one that was stopped early has a level, and all others came further.
func (r *record) level() float64 {
	if r.Resource == 0 && r.M.Resource == 0 {
		return math.Inf(1)
	}
	return r.M.Resource
}

// book holds the trials of a search.
type book struct {
	space *Space
	all   []record // by id - 1
	open  int
	best  int // index, -1 without one
	units [][]float64
}

// at returns the unit coordinates of the point of a trial.
func (b *book) at(i int) []float64 { return b.units[i] }

// issue adds a trial.
func (b *book) issue(d draft) Trial {
	t := Trial{ID: TrialID(len(b.all) + 1), Point: d.point, Resource: d.resource, From: d.from}
	b.all = append(b.all, record{Trial: t, Tag: d.tag, Guess: d.guess})
	b.units = append(b.units, b.space.unit(d.point))
	b.open++
	return t
}

// settle enters an answer.
func (b *book) settle(id TrialID, m Measurement) (int, error) {
	if id == 0 || id > TrialID(len(b.all)) {
		return 0, ErrUnknownTrial
	}
	i := int(id - 1)
	r := &b.all[i]
	if r.Told {
		return i, ErrAlreadyTold
	}
	r.Told, r.M = true, m.checked()
	if r.M.Resource == 0 || r.Resource > 0 && r.M.Resource > r.Resource {
		r.M.Resource = r.Resource
	}
	b.open--
	b.rank(i)
	return i, nil
}

// rank lets a told trial be the best.
func (b *book) rank(i int) {
	m := b.all[i].M
	if m.Failed {
		return
	}
	if b.best >= 0 {
		have, level, best := b.all[b.best].M, b.all[i].level(), b.all[b.best].level()
		// Of equals the first issued one, so that the order of the answers does not matter.
		if level < best || level == best && (m.Value > have.Value || m.Value == have.Value && i > b.best) {
			return
		}
	}
	b.best = i
}

// draft is what a method proposes.
type draft struct {
	point    Point
	resource float64
	from     TrialID
	tag      int
	guess    float64
}
