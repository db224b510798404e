// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Options are those of a search; zero fields mean the defaults.
type Options struct {
	// Method is the name of one of Methods; empty means auto.
	Method string `json:"method,omitempty"`
	// Seed is where the random numbers begin; the same seed and answers give the same trials.
	Seed uint64 `json:"seed,omitempty"`
	// Limit is how many trials there are at most; 0 means no limit.
	Limit int `json:"limit,omitempty"`
	// MinResource and MaxResource are the lowest and highest level of asha, hyperband and pbt: 1 and 27 if both are 0. With auto, levels mean asha.
	MinResource float64 `json:"min_resource,omitempty"`
	MaxResource float64 `json:"max_resource,omitempty"`
	// Eta is by how much levels differ, and one of how many goes up; 0 means 3.
	Eta float64 `json:"eta,omitempty"`
	// Population is how many points a generation of cma-es or pbt has; 0 means 4+3 ln n and 20.
	Population int `json:"population,omitempty"`
	// Drift says that the best point moves: auto then tracks it instead of looking for it once.
	Drift bool `json:"drift,omitempty"`
	// Steps is into how many values grid divides a float; 0 means 5.
	Steps int `json:"steps,omitempty"`
}

// Method is the decisions of a search. Its state is what its JSON form holds; trials and random numbers belong to the search.
type method interface {
	// propose returns the next trial, or false if there is none.
	propose(b *book, rng *rand.Rand) (draft, bool)
	// observe learns from trial i, which has just been told.
	observe(b *book, i int, rng *rand.Rand)
}

// Search is an Optimizer: a method, its trials and its random numbers. It belongs to one goroutine or process.
type Search struct {
	options Options
	book    book
	source  *rand.PCG
	rng     *rand.Rand
	method  method
	dry     bool // the method has nothing left
}

// maker makes a method.
type maker struct {
	name string
	make func(*Space, Options) (method, error)
}

// makers are the methods by name, in the order of Methods.
var makers = []maker{
	{"auto", newAuto},
	{"random", func(*Space, Options) (method, error) { return &random{}, nil }},
	{"grid", newGrid},
	{"halton", newHalton},
	{"es", newES},
	{"cma-es", newCMA},
	{"trust", newTrust},
	{"tpe", func(*Space, Options) (method, error) { return newTPE(false), nil }},
	{"tpe-multivariate", func(*Space, Options) (method, error) { return newTPE(true), nil }},
	{"asha", newASHA},
	{"hyperband", newHyperband},
	{"pbt", newPBT},
	{"spsa", newSPSAMethod},
	{"tracker", newTrackerMethod},
	{"arms", newArms},
}

// Methods returns the names of all methods.
func Methods() []string {
	var names []string
	for _, m := range makers {
		names = append(names, m.name)
	}
	return names
}

// New begins a search. Options that cannot be followed are all named at once.
func New(space *Space, o Options) (*Search, error) {
	if o.Method == "" {
		o.Method = "auto"
	}
	at := slices.Index(Methods(), o.Method)
	var all []error
	if at < 0 {
		all = append(all, wrongOption("method", "%.64q is none of %v", o.Method, Methods()))
	}
	all = append(all, o.check()...)
	if len(all) > 0 {
		return nil, errors.Join(all...)
	}
	m, err := makers[at].make(space, o)
	if err != nil {
		return nil, err
	}
	source := rand.NewPCG(o.Seed, 0x6d6162656d)
	return &Search{options: o, book: book{space: space, best: -1}, source: source, rng: rand.New(source), method: m}, nil
}

func wrongOption(field, format string, args ...any) error {
	return fmt.Errorf("optimize: check options: %s: %s: %w", field, fmt.Sprintf(format, args...), ErrInvalidOptions)
}

func (o Options) check() []error {
	var all []error
	for _, f := range []struct {
		name string
		n    float64
		max  float64
	}{{"limit", float64(o.Limit), 1e9}, {"population", float64(o.Population), 1e4}, {"steps", float64(o.Steps), 1e6}, {"min_resource", o.MinResource, 1e12}, {"max_resource", o.MaxResource, 1e12}} {
		if !(f.n >= 0 && f.n <= f.max) {
			all = append(all, wrongOption(f.name, "%v is not from 0 to %v", f.n, f.max))
		}
	}
	if !(o.Eta == 0 || o.Eta >= 1.5 && o.Eta <= 100) {
		all = append(all, wrongOption("eta", "%v is not from 1.5 to 100", o.Eta))
	}
	if o.MinResource > 0 && o.MaxResource <= o.MinResource || o.MaxResource > 0 && o.MinResource == 0 && o.MaxResource <= 1 {
		all = append(all, wrongOption("max_resource", "%v is not above the lowest level", o.MaxResource))
	}
	return all
}

// levels returns the resource levels, lowest first.
func (o Options) levels() []float64 {
	lo, hi, eta := o.MinResource, o.MaxResource, o.Eta
	if lo == 0 {
		lo = 1
	}
	if hi == 0 {
		hi = 27 * lo
	}
	if eta == 0 {
		eta = 3
	}
	all := []float64{lo}
	for next := lo * eta; next < hi*(1-1e-9); next *= eta {
		all = append(all, next)
	}
	return append(all, hi)
}

// Ask returns up to k trials that nobody has seen; none and no error means that answers are needed first.
func (s *Search) Ask(k int) ([]Trial, error) {
	var out []Trial
	for len(out) < k && !s.spent() {
		d, ok := s.method.propose(&s.book, s.rng)
		if !ok {
			s.dry = true
			break
		}
		out = append(out, s.book.issue(d))
	}
	if len(out) == 0 && k > 0 && (s.spent() || s.book.open == 0) {
		return nil, ErrExhausted
	}
	return out, nil
}

func (s *Search) spent() bool {
	return s.options.Limit > 0 && len(s.book.all) >= s.options.Limit
}

// Tell takes the one answer to a trial.
func (s *Search) Tell(id TrialID, m Measurement) error {
	i, err := s.book.settle(id, m)
	if err != nil {
		return fmt.Errorf("optimize: tell trial %d: %w", id, err)
	}
	s.dry = false // a method that had nothing may go on with what it learns
	s.method.observe(&s.book, i, s.rng)
	return nil
}

// Best returns the trial with the lowest value at the highest level that has one.
func (s *Search) Best() (Trial, Measurement, bool) {
	if s.book.best < 0 {
		return Trial{}, Measurement{}, false
	}
	r := s.book.all[s.book.best]
	return r.Trial, r.M, true
}

// Done says that nothing is left to ask and every trial has its answer.
func (s *Search) Done() bool { return s.book.open == 0 && (s.spent() || s.dry) }

// Space returns the space of the search.
func (s *Search) Space() *Space { return s.book.space }

// Asked returns how many trials were asked; Open how many of them have no answer.
func (s *Search) Asked() int { return len(s.book.all) }

// Open returns how many trials have no answer.
func (s *Search) Open() int { return s.book.open }

// Trial returns a trial that was issued, its answer and whether it has one; the last result is false if there is no such trial.
func (s *Search) Trial(id TrialID) (t Trial, m Measurement, told, ok bool) {
	if id == 0 || id > TrialID(len(s.book.all)) {
		return Trial{}, Measurement{}, false, false
	}
	r := s.book.all[id-1]
	return r.Trial, r.M, r.Told, true
}

// state is the binary form.
type state struct {
	Version int             `json:"v"`
	Options Options         `json:"options"`
	Dims    []Dimension     `json:"space"`
	Random  []byte          `json:"random"`
	Dry     bool            `json:"dry,omitempty"`
	Trials  []record        `json:"trials"`
	Method  json.RawMessage `json:"method"`
}

// MarshalBinary returns the whole state.
func (s *Search) MarshalBinary() ([]byte, error) {
	random, err := s.source.MarshalBinary()
	if err != nil {
		return nil, err
	}
	m, err := json.Marshal(s.method)
	if err != nil {
		return nil, err
	}
	return json.Marshal(state{1, s.options, s.book.space.dims, random, s.dry, s.book.all, m})
}

// UnmarshalBinary replaces the state by one of the same method, options and space.
func (s *Search) UnmarshalBinary(data []byte) error {
	bad := func(why any) error { return fmt.Errorf("optimize: restore: %v: %w", why, ErrInvalidState) }
	var st state
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&st); err != nil {
		return bad(err)
	}
	mine, _ := json.Marshal([]any{s.options, s.book.space.dims}) // finite numbers and text: it cannot fail
	its, err := json.Marshal([]any{st.Options, st.Dims})
	if err != nil || st.Version != 1 || !bytes.Equal(mine, its) {
		return bad("it belongs to other options or another space")
	}
	fresh, err := New(s.book.space, s.options)
	if err != nil {
		return bad(err)
	}
	if err := fresh.source.UnmarshalBinary(st.Random); err != nil {
		return bad(err)
	}
	if err := fresh.book.restore(st.Trials); err != nil {
		return bad(err)
	}
	if err := json.Unmarshal(st.Method, fresh.method); err != nil {
		return bad(err)
	}
	if v, ok := fresh.method.(interface{ valid(*book) error }); ok {
		if err := v.valid(&fresh.book); err != nil {
			return bad(err)
		}
	}
	fresh.dry = st.Dry
	*s = *fresh
	return nil
}

// restore fills an empty book.
func (b *book) restore(all []record) error {
	for i, r := range all {
		if r.ID != TrialID(i+1) || r.From >= r.ID || !(r.Resource >= 0) || math.IsInf(r.Resource, 0) {
			return fmt.Errorf("trial %d is not one", i+1)
		}
		if err := b.space.Check(r.Point); err != nil {
			return err
		}
		b.all = append(b.all, r)
		b.units = append(b.units, b.space.unit(r.Point))
		if !r.Told {
			b.open++
			continue
		}
		b.rank(i)
	}
	return nil
}
