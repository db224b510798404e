// SPDX-License-Identifier: Apache-2.0

package tune

import (
	"encoding/json"
	"fmt"
	"math"

	"mabeam.dev/actors/fault"
)

// TellError is an answer to a trial that was not asked, or has been answered.
type TellError struct {
	ID uint64 // of the trial
}

// Error names the trial.
func (e *TellError) Error() string { return fmt.Sprintf("tune: trial %d is not open", e.ID) }

// FaultCode is E4941.
func (*TellError) FaultCode() fault.Code { return 4941 }

// Tournament is a search by elimination: in every round two and two candidates, in their order, are measured with the same resource, and the one with the
// lower value goes on; of equal ones the first. The last of an odd number goes on without. The resource begins with first and doubles with each
// round. Of n candidates one is left after n-1 matches.
func Tournament(first float64, candidates ...json.RawMessage) Search {
	return func(uint64) (Optimizer, error) {
		if err := checkPoints(candidates); err != nil {
			return nil, err
		}
		if !(first > 0) || math.IsInf(first, 0) {
			return nil, &SpecError{"resource", "it is no number above 0"}
		}
		t := &bracket{points: candidates, resource: first}
		for i := range candidates {
			t.left = append(t.left, i)
		}
		t.begin()
		return t, nil
	}
}

// bracket is a tournament.
type bracket struct {
	points   []json.RawMessage
	resource float64 // of this round
	left     []int   // who is in this round
	asked    int     // of them
	base     uint64  // trials of the rounds before
	got      []*Measurement
	waiting  int            // of those asked
	last     []*Measurement // by candidate, the newest
	trial    []Trial        // that this is of
	over     bool
}

// begin begins a round; one candidate alone plays once, so that there is a value.
func (t *bracket) begin() {
	t.asked, t.waiting, t.got = 0, 0, make([]*Measurement, len(t.left))
	if t.last == nil {
		t.last, t.trial = make([]*Measurement, len(t.points)), make([]Trial, len(t.points))
	}
	t.over = len(t.left) == 1 && t.last[t.left[0]] != nil
}

// playing is how many of a round are measured: an odd one out is not, unless it is alone.
func (t *bracket) playing() int {
	if n := len(t.left); n > 1 {
		return n - n%2
	}
	return 1
}

func (t *bracket) Ask(k int) (out []Trial, err error) {
	for ; k > 0 && !t.over && t.asked < t.playing(); k-- {
		one := Trial{ID: t.base + uint64(t.asked) + 1, Point: t.points[t.left[t.asked]], Resource: t.resource}
		t.trial[t.left[t.asked]] = one
		out = append(out, one)
		t.asked++
		t.waiting++
	}
	return out, nil
}

func (t *bracket) Tell(id uint64, m Measurement) error {
	at := int(id - t.base - 1)
	if id <= t.base || at >= t.asked || t.got[at] != nil {
		return &TellError{id}
	}
	t.got[at] = &m
	t.last[t.left[at]] = &m
	t.waiting--
	if t.waiting > 0 || t.asked < t.playing() {
		return nil
	}
	var next []int
	for i := 0; i+1 < len(t.left); i += 2 {
		next = append(next, t.left[i+winner(t.got[i], t.got[i+1])])
	}
	if n := len(t.left); n%2 == 1 {
		next = append(next, t.left[n-1])
	}
	t.base += uint64(t.asked)
	t.left = next
	t.resource *= 2
	t.begin()
	return nil
}

// winner is 0 or 1. Who has failed loses.
func winner(a, b *Measurement) int {
	if a.Failed != "" && b.Failed == "" || (a.Failed == "") == (b.Failed == "") && b.Value < a.Value {
		return 1
	}
	return 0
}

func (t *bracket) Best() (Trial, Measurement, bool) {
	best, ok := 0, false
	for _, i := range t.left { // those that are still in it
		if m := t.last[i]; m != nil && m.Failed == "" && (!ok || m.Value < t.last[best].Value) {
			best, ok = i, true
		}
	}
	if !ok {
		return Trial{}, Measurement{}, false
	}
	return t.trial[best], *t.last[best], true
}

func (t *bracket) Done() bool { return t.over }
