// SPDX-License-Identifier: Apache-2.0

package counter

import (
	"fmt"
	"math"

	"mabeam.dev/actors/fault"
)

// ShareError says that a replica wanted more than it may take by itself.
type ShareError struct {
	// Replica is who wanted it.
	Replica string
	// Need is how much it wanted.
	Need uint64
	// Have is its share.
	Have uint64
}

// Error names the replica and the amounts.
func (e *ShareError) Error() string {
	return fmt.Sprintf("counter: %q takes %d: its share is %d", e.Replica, e.Need, e.Have)
}

// Unwrap returns ErrShare.
func (*ShareError) Unwrap() error { return ErrShare }

// FaultCode is E4832.
func (*ShareError) FaultCode() fault.Code { return 4832 }

// Way is from one replica to another.
type Way struct {
	// From gives, To gets. Who puts something in gives it to itself.
	From, To string
}

// MarshalText writes both names with their lengths told by quotes.
func (w Way) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%q %q", w.From, w.To), nil }

// UnmarshalText reads what MarshalText wrote.
func (w *Way) UnmarshalText(text []byte) error {
	if _, err := fmt.Sscanf(string(text), "%q %q", &w.From, &w.To); err != nil {
		return fmt.Errorf("%w: way %q", ErrReplica, text)
	}
	return nil
}

// Stock is a bounded counter: replicas take from their own shares without asking anybody, and hand shares on. It encodes as JSON. The zero Stock
// is empty.
type Stock struct {
	// Given has what was put in and handed on, by way; the replica that gives changes it. It only grows.
	Given map[Way]uint64 `json:"given,omitempty"`
	// Taken has what each replica has acquired. It only grows.
	Taken map[string]uint64 `json:"taken,omitempty"`
}

// Put adds n to the stock, as a share of the replica.
func (s *Stock) Put(replica string, n uint64) error {
	if replica == "" || n == 0 {
		return fmt.Errorf("%w: %q puts %d", ErrReplica, replica, n)
	}
	return s.give(Way{replica, replica}, n)
}

func (s *Stock) give(w Way, n uint64) error {
	have := s.Given[w]
	if have > math.MaxInt64-n || n > math.MaxInt64 {
		return ErrOverflow
	}
	if s.Given == nil {
		s.Given = map[Way]uint64{}
	}
	s.Given[w] = have + n
	return nil
}

// Share is what a replica may take or hand on by itself, as far as this copy knows; with the replica's own copy that is never too much.
func (s *Stock) Share(replica string) uint64 {
	var in, out wide
	for w, n := range s.Given { // sums: the order does not matter
		if w.To == replica {
			in.add(n)
		} else if w.From == replica {
			out.add(n)
		}
	}
	out.add(s.Taken[replica])
	if in.high < out.high || in.high == out.high && in.low < out.low {
		return 0 // another replica's copy can know of what was taken before it knows what was given
	}
	if d := in.low - out.low; in.high == out.high || in.low < out.low && in.high == out.high+1 {
		return d
	}
	return math.MaxUint64
}

// Hand gives a part of one's share to another replica, which has it once it has merged. *ShareError if it is not there.
func (s *Stock) Hand(from, to string, n uint64) error {
	if from == "" || to == "" || from == to || n == 0 {
		return fmt.Errorf("%w: %q hands %d to %q", ErrReplica, from, n, to)
	}
	if have := s.Share(from); n > have {
		return &ShareError{Replica: from, Need: n, Have: have}
	}
	return s.give(Way{from, to}, n)
}

// Acquire takes from one's own share. *ShareError if it is not there: then another replica has to hand something on first.
func (s *Stock) Acquire(replica string, n uint64) error {
	if replica == "" || n == 0 {
		return fmt.Errorf("%w: %q takes %d", ErrReplica, replica, n)
	}
	if have := s.Share(replica); n > have {
		return &ShareError{Replica: replica, Need: n, Have: have}
	}
	if s.Taken == nil {
		s.Taken = map[string]uint64{}
	}
	s.Taken[replica] += n
	return nil
}

// Merge takes in what another copy knows.
func (s *Stock) Merge(o Stock) {
	if s.Given == nil {
		s.Given = map[Way]uint64{}
	}
	if s.Taken == nil {
		s.Taken = map[string]uint64{}
	}
	for w, n := range o.Given { // each apart: the order does not matter
		s.Given[w] = max(s.Given[w], n)
	}
	for r, n := range o.Taken {
		s.Taken[r] = max(s.Taken[r], n)
	}
}
