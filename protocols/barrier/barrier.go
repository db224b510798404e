// SPDX-License-Identifier: Apache-2.0

package barrier

import (
	"fmt"
	"time"
)

// Kind is who takes part.
type Kind uint8

// The kinds of barriers.
const (
	// Cyclic trips whenever Parties have arrived, whoever they are.
	Cyclic Kind = iota
	// Phaser trips whenever all that are registered have arrived.
	Phaser
	// Double lets Parties in when all are there, and out when all want to leave.
	Double
)

// Policy is what the end of a member does.
type Policy uint8

// The policies.
const (
	// Break breaks the barrier for everybody.
	Break Policy = iota
	// Shrink goes on without the member. It is not for Cyclic barriers' time-outs, which break them all the same: who is late may still come.
	Shrink
)

// Spec describes a barrier.
type Spec struct {
	// Kind is who takes part.
	Kind Kind `json:"kind,omitempty"`
	// Parties is how many, and 0 for a Phaser.
	Parties int `json:"parties,omitempty"`
	// Policy is what the end of a member does.
	Policy Policy `json:"policy,omitempty"`
}

// String describes the barrier in a few words, such as "a barrier of 3".
func (s Spec) String() string {
	text := fmt.Sprintf("a barrier of %d", s.Parties)
	switch s.Kind {
	case Double:
		text = fmt.Sprintf("a double barrier of %d", s.Parties)
	case Phaser:
		text = "a phaser"
	case Cyclic:
	}
	if s.Policy == Shrink {
		text += " that shrinks"
	}
	return text
}

// Validate reports what no barrier can be.
func (s Spec) Validate() error {
	if s.Kind > Double || s.Policy > Shrink || s.Parties < 0 || (s.Parties == 0) != (s.Kind == Phaser) {
		return fmt.Errorf("%w: kind %d, policy %d, %d parties", ErrInvalidSpec, s.Kind, s.Policy, s.Parties)
	}
	return nil
}

// Arrival is a member that waits for the others.
type Arrival struct {
	// ID tells the arrival from others; the same again changes nothing while it waits.
	ID string `json:"id"`
	// Member is who arrives.
	Member string `json:"member"`
	// Generation is the one that it means; 0 means the one that fills.
	Generation uint64 `json:"generation,omitempty"`
	// Wait is how long at most; then the barrier breaks. 0 means without limit.
	Wait time.Duration `json:"wait,omitempty"`
	// Until is when that is: the barrier sets it.
	Until time.Time `json:"until,omitzero"`
}

// Effect is the outcome of an arrival.
type Effect struct {
	// ID and Member are those of the arrival.
	ID, Member string
	// Generation is the one that it passed with; 0 if it did not.
	Generation uint64
	// Index is the member's place in the order of arrival, from 0.
	Index int
	// Err says why it did not pass.
	Err error
}

// Barrier is one barrier. It is made with New and belongs to one owner.
type Barrier struct {
	spec    Spec
	parties int
	gen     uint64
	arrived []Arrival
	ids     map[string]string // members that wait, by ids
	waiting map[string]bool   // members
	first   time.Time         // the earliest end of a wait; zero for none
	members []string          // of a phaser, or inside a double barrier
	among   map[string]bool   // the same
	inside  bool              // the double barrier fills to let out
	broken  *BrokenError
}

// New makes a barrier whose first generation is 1.
func New(spec Spec) (*Barrier, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	b := &Barrier{spec: spec, parties: spec.Parties, gen: 1, among: map[string]bool{}}
	b.empty()
	return b, nil
}

// roomy is for how many arrivals a barrier keeps the memory from one generation to the next.
const roomy = 4096

func (b *Barrier) empty() {
	b.first = time.Time{}
	if b.ids == nil || cap(b.arrived) > roomy {
		b.arrived, b.ids, b.waiting = nil, map[string]string{}, map[string]bool{}
		return
	}
	clear(b.arrived)
	b.arrived = b.arrived[:0]
	clear(b.ids)
	clear(b.waiting)
}

// Spec returns what the barrier was made of.
func (b *Barrier) Spec() Spec { return b.spec }

// Generation is the one that fills.
func (b *Barrier) Generation() uint64 { return b.gen }

// Arrive takes a member's arrival: at a double barrier that lets in, its wish to enter, and to leave at one that lets out. It passes with all
// the others in this or a later step, or is told that the barrier broke.
func (b *Barrier) Arrive(now time.Time, a Arrival) []Effect {
	out := b.Tick(now)
	refuse := func(err error) []Effect { return append(out, Effect{ID: a.ID, Member: a.Member, Err: err}) }
	switch {
	case a.ID == "" || a.Member == "" || a.Wait < 0:
		return refuse(fmt.Errorf("%w: arrival %q of %q, at most %v", ErrInvalidSpec, a.ID, a.Member, a.Wait))
	case b.ids[a.ID] != "":
		return out
	case b.broken != nil:
		return refuse(b.broken)
	case a.Generation != 0 && a.Generation != b.gen:
		return refuse(&GenerationError{Have: b.gen, Got: a.Generation})
	case b.waiting[a.Member]:
		return refuse(ErrArrived)
	case b.spec.Kind == Phaser && !b.among[a.Member]:
		return refuse(ErrNotRegistered)
	case b.inside && !b.among[a.Member]:
		return refuse(ErrFull)
	}
	if a.Wait > 0 {
		a.Until = now.Add(a.Wait)
	}
	b.take(a)
	if len(out) == 0 {
		return b.trip()
	}
	return append(out, b.trip()...)
}

func (b *Barrier) take(a Arrival) {
	b.arrived = append(b.arrived, a)
	b.ids[a.ID], b.waiting[a.Member] = a.Member, true
	if !a.Until.IsZero() && (b.first.IsZero() || a.Until.Before(b.first)) {
		b.first = a.Until
	}
}

func (b *Barrier) join(member string) {
	b.members = append(b.members, member)
	b.among[member] = true
}

// need is how many have to arrive; 0 if nobody takes part.
func (b *Barrier) need() int {
	if b.spec.Kind == Phaser || b.inside {
		return len(b.members)
	}
	return b.parties
}

// trip lets everybody pass if all are there.
func (b *Barrier) trip() (out []Effect) {
	if len(b.arrived) < b.need() {
		return nil
	}
	if len(b.arrived) == 0 && !b.inside {
		return nil // nobody takes part
	}
	out = make([]Effect, len(b.arrived))
	for i := range b.arrived {
		a := &b.arrived[i]
		out[i] = Effect{ID: a.ID, Member: a.Member, Generation: b.gen, Index: i}
	}
	if b.spec.Kind == Double {
		if b.inside {
			b.members, b.among = nil, map[string]bool{}
		} else {
			for _, a := range b.arrived {
				b.join(a.Member)
			}
		}
		b.inside = !b.inside
	}
	b.gen++
	b.empty()
	return out
}

// smash breaks the barrier.
func (b *Barrier) smash(culprit string, why Cause) (out []Effect) {
	b.broken = &BrokenError{Generation: b.gen, Culprit: culprit, Cause: why}
	for _, a := range b.arrived {
		out = append(out, Effect{ID: a.ID, Member: a.Member, Err: b.broken})
	}
	b.empty()
	return out
}
