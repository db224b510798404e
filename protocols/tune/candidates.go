// SPDX-License-Identifier: Apache-2.0

package tune

import (
	"encoding/json"
	"strconv"
)

// Candidates is a search that measures each of some points once, in their order.
func Candidates(points ...json.RawMessage) Search {
	return func(uint64) (Optimizer, error) {
		if err := checkPoints(points); err != nil {
			return nil, err
		}
		return &list{points: points, got: make([]*Measurement, len(points))}, nil
	}
}

func checkPoints(points []json.RawMessage) error {
	if len(points) == 0 {
		return &SpecError{"candidates", "there are none"}
	}
	for i, p := range points {
		if !json.Valid(p) {
			return &SpecError{"candidates", "number " + strconv.Itoa(i+1) + " is no JSON"}
		}
	}
	return nil
}

// list is an optimizer that learns nothing.
type list struct {
	points []json.RawMessage
	next   int
	got    []*Measurement
}

func (l *list) Ask(k int) (out []Trial, err error) {
	for ; k > 0 && l.next < len(l.points); k-- {
		out = append(out, Trial{ID: uint64(l.next + 1), Point: l.points[l.next]})
		l.next++
	}
	return out, nil
}

func (l *list) Tell(id uint64, m Measurement) error {
	if id == 0 || id > uint64(l.next) || l.got[id-1] != nil {
		return &TellError{id}
	}
	l.got[id-1] = &m
	return nil
}

func (l *list) Best() (t Trial, m Measurement, ok bool) {
	for i, got := range l.got {
		if got != nil && got.Failed == "" && (!ok || got.Value < m.Value) {
			t, m, ok = Trial{ID: uint64(i + 1), Point: l.points[i]}, *got, true
		}
	}
	return t, m, ok
}

func (l *list) Done() bool { return l.next == len(l.points) }
