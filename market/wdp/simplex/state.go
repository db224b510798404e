// SPDX-License-Identifier: Apache-2.0

package simplex

// State is a copy of what pivots change, so that a search can come back to it.
type State struct {
	basic, place               []int32
	value, inverse, dual, gain []float64
	off                        []bool
	sinceFresh                 int
	thin                       bool
}

// Thin reports whether the state is a thin one.
func (s *State) Thin() bool { return s.thin }

// Size returns about how many bytes a state takes that is not thin.
func (t *Tableau) Size() int { return 8*(t.m*t.m+3*t.m+2*t.n) + t.n }

// Save copies the tableau's state into s, whose memory is used again. A thin state takes little memory, and Load has to build the rest anew.
func (t *Tableau) Save(s *State, thin bool) {
	s.thin = thin
	s.basic, s.place = append(s.basic[:0], t.basic...), append(s.place[:0], t.place...)
	s.off = append(s.off[:0], t.off...)
	if thin {
		return
	}
	s.value, s.inverse = append(s.value[:0], t.value...), append(s.inverse[:0], t.inverse...)
	s.dual, s.gain = append(s.dual[:0], t.dual...), append(s.gain[:0], t.gain...)
	s.sinceFresh = t.sinceFresh
	t.work += int64(t.m*t.m) / 8
}

// Load goes back to a state that Save took of this tableau.
func (t *Tableau) Load(s *State) {
	copy(t.basic, s.basic)
	copy(t.place, s.place)
	copy(t.off, s.off)
	if s.thin {
		t.refresh()
		return
	}
	copy(t.value, s.value)
	copy(t.inverse, s.inverse)
	copy(t.dual, s.dual)
	copy(t.gain, s.gain)
	t.sinceFresh = s.sinceFresh
	t.work += int64(t.m*t.m) / 8
}
