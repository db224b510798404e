// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"encoding/json"
	"fmt"
	"math"

	"mabeam.dev/cognitive/bandit"
	"mabeam.dev/cognitive/kind"
)

// options has ideas for a choice: a bandit that watches for changes says which option is worth a trial; when that is the present one, none is.
type options struct {
	Coord int      `json:"coord"`
	Names []string `json:"names"`
	Arms  arms     `json:"arms"`
	Fresh tally    `json:"fresh"` // scores of the present option that the bandit does not know yet
	Mean  float64  `json:"mean"`  // of the first scores, and their deviation: the scale of the rewards
	Dev   float64  `json:"dev"`
}

// span is how many deviations the range of rewards is wide on either side.
const span = 3

// flips is how much a score of one deviation's noise tells, in those coins that the bandit thinks of.
const flips = span * span

// arms is a bandit that is kept as text.
type arms struct{ *bandit.Bandit }

func newArms(n int) arms {
	b, err := bandit.New(bandit.Spec{Arms: n, Low: -span, High: span})
	if err != nil {
		panic(err) // a choice has options, and not too many of them
	}
	return arms{b}
}

// MarshalJSON writes the state.
func (a arms) MarshalJSON() ([]byte, error) {
	data, err := a.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return json.Marshal(data)
}

// UnmarshalJSON reads it.
func (a *arms) UnmarshalJSON(text []byte) error {
	var data []byte
	if err := json.Unmarshal(text, &data); err != nil {
		return err
	}
	fresh := newArms(1)
	if err := fresh.UnmarshalBinary(data); err != nil {
		return err
	}
	*a = fresh
	return nil
}

func newOptions(at int, c coord) *options {
	return &options{Coord: at, Names: c.options, Arms: newArms(len(c.options))}
}

// learn tells the bandit what an option has given on average.
func (o *options) learn(name string, mean, n float64) {
	for i, x := range o.Names {
		if x == name && o.Dev > 0 && n > 0 {
			_ = o.Arms.Update(i, (mean-o.Mean)/o.Dev, flips*n) // scores are finite, and weights positive
		}
	}
}

// heed tells the bandits what the present value has given since the last time.
func (m *Machine) heed() {
	for _, o := range m.Search.Options {
		switch {
		case o.Fresh.N == 0:
			continue
		case o.Dev == 0 && m.Base.Score.N < float64(m.s.Warm):
			continue // there is no scale yet
		case o.Dev == 0 || math.Abs(o.Fresh.Mean-o.Mean) > span*o.Dev && o.Fresh.N >= float64(m.s.Warm):
			o.Mean, o.Dev = m.Base.Score.Mean, math.Sqrt(m.Base.Score.variance())
			if !(o.Dev > 0) {
				o.Dev = max(math.Abs(o.Mean), 1) * 1e-3
			}
			o.Arms = newArms(len(o.Names))
		}
		o.learn(m.coords[o.Coord].of(m.Value).Choice(), o.Fresh.Mean, o.Fresh.N)
		o.Fresh = tally{}
	}
}

// option is the option that a bandit would play next, unless it is the present one.
func (m *Machine) option(which int) (idea, bool) {
	o := m.Search.Options[which]
	c := m.coords[o.Coord]
	name := o.Names[o.Arms.Select(m.draw())]
	x := idea{Value: c.with(m.Value, kind.OfChoice(name)), Source: fromOptions}
	if !m.may(x.Value) {
		return idea{}, false
	}
	x.Why = fmt.Sprintf("%s may be better", name)
	return x, true
}
