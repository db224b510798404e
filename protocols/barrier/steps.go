// SPDX-License-Identifier: Apache-2.0

package barrier

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Register makes a member of a phaser, for the phase that fills. A member that is one already stays one.
func (b *Barrier) Register(member string) error {
	switch {
	case b.spec.Kind != Phaser || member == "":
		return fmt.Errorf("%w: register %q", ErrInvalidSpec, member)
	case b.broken != nil:
		return b.broken
	case !b.among[member]:
		b.join(member)
	}
	return nil
}

// Deregister ends a membership of a phaser; the others may pass by that. An arrival of the member that waits still counts in its phase and passes.
func (b *Barrier) Deregister(member string) ([]Effect, error) {
	at := slices.Index(b.members, member)
	if b.spec.Kind != Phaser || at < 0 {
		return nil, ErrNotRegistered
	}
	if b.waiting[member] {
		return nil, ErrArrived
	}
	b.quit(member)
	return b.trip(), nil
}

// Cancel takes an arrival back that waits. What that does to the others is the policy: who has arrived was counted on.
func (b *Barrier) Cancel(now time.Time, id string) []Effect {
	out := b.Tick(now)
	member := b.ids[id]
	if member == "" {
		return out
	}
	return append(out, b.lose(member, Left)...)
}

// Down is the end of a member: of one that waits, is registered, or is inside.
func (b *Barrier) Down(now time.Time, member string) []Effect {
	out := b.Tick(now)
	if b.broken == nil && (b.waiting[member] || b.among[member]) {
		out = append(out, b.lose(member, Ended)...)
	}
	return out
}

// lose goes on without a member, or not at all.
func (b *Barrier) lose(member string, why Cause) []Effect {
	if b.spec.Policy == Break {
		out := b.smash(member, why)
		b.quit(member)
		return out
	}
	var out []Effect
	if at := slices.IndexFunc(b.arrived, func(a Arrival) bool { return a.Member == member }); at >= 0 {
		a := b.arrived[at]
		b.arrived = slices.Delete(b.arrived, at, at+1)
		delete(b.ids, a.ID)
		delete(b.waiting, member)
		b.first = time.Time{}
		for _, w := range b.arrived {
			if !w.Until.IsZero() && (b.first.IsZero() || w.Until.Before(b.first)) {
				b.first = w.Until
			}
		}
		out = append(out, Effect{ID: a.ID, Member: member, Err: &BrokenError{Generation: b.gen, Culprit: member, Cause: why}})
	}
	b.quit(member)
	if b.spec.Kind != Phaser {
		b.parties = max(b.parties-1, 1)
	}
	return append(out, b.trip()...)
}

// quit ends a membership.
func (b *Barrier) quit(member string) {
	if at := slices.Index(b.members, member); at >= 0 {
		b.members = slices.Delete(b.members, at, at+1)
		delete(b.among, member)
	}
}

// Reset breaks the barrier for who waits, in the name of by, and begins a new generation with the parties of the Spec. Members of a phaser stay
// registered; a double barrier is empty.
func (b *Barrier) Reset(now time.Time, by string) []Effect {
	out := append(b.Tick(now), b.smash(by, Reset)...)
	b.broken = nil
	b.gen++
	b.parties, b.inside = b.spec.Parties, false
	if b.spec.Kind == Double {
		b.members, b.among = nil, map[string]bool{}
	}
	return out
}

// Tick lets time pass: a member that waited long enough breaks the barrier, whatever the policy.
func (b *Barrier) Tick(now time.Time) []Effect {
	if at, ok := b.Next(); !ok || at.After(now) {
		return nil
	}
	at := slices.IndexFunc(b.arrived, func(a Arrival) bool { return a.Until.Equal(b.first) })
	return b.smash(b.arrived[at].Member, TimedOut)
}

// Next is when Tick has something to do; ok is false if nobody waits with a limit.
func (b *Barrier) Next() (at time.Time, ok bool) { return b.first, !b.first.IsZero() }

// Inside reports whether a double barrier is full and fills to let out.
func (b *Barrier) Inside() bool { return b.inside }

// Status is a view of a barrier.
type Status struct {
	// Generation is the one that fills.
	Generation uint64
	// Need is how many it takes, Arrived who waits already, in the order of arrival.
	Need    int
	Arrived []string
	// Members are those of a phaser, or inside a double barrier.
	Members []string
	// Inside says that a double barrier is full and fills to let out.
	Inside bool
	// Broken says how it broke; nil if it is whole.
	Broken *BrokenError
}

// Status shows the barrier.
func (b *Barrier) Status() Status {
	st := Status{Generation: b.gen, Need: b.need(), Members: append([]string(nil), b.members...), Inside: b.inside, Broken: b.broken}
	for _, a := range b.arrived {
		st.Arrived = append(st.Arrived, a.Member)
	}
	return st
}

// Members returns everybody whose end the barrier has to hear of: who waits, is registered, or is inside; in the order in which they came.
func (b *Barrier) Members() []string {
	all := slices.Clone(b.members)
	for _, a := range b.arrived {
		if !b.among[a.Member] {
			all = append(all, a.Member)
		}
	}
	return all
}

// stored is a barrier as it is encoded.
type stored struct {
	Version int          `json:"version"`
	Spec    Spec         `json:"spec"`
	Parties int          `json:"parties"`
	Gen     uint64       `json:"generation"`
	Arrived []Arrival    `json:"arrived,omitempty"`
	Members []string     `json:"members,omitempty"`
	Inside  bool         `json:"inside,omitempty"`
	Broken  *BrokenError `json:"broken,omitempty"`
}

// MarshalJSON writes the whole state.
func (b *Barrier) MarshalJSON() ([]byte, error) {
	return json.Marshal(stored{1, b.spec, b.parties, b.gen, b.arrived, b.members, b.inside, b.broken})
}

// UnmarshalJSON reads what MarshalJSON wrote; ErrInvalidSpec for anything else.
func (b *Barrier) UnmarshalJSON(data []byte) error {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalidSpec, err)
	}
	if err := s.Spec.Validate(); err != nil || s.Version != 1 {
		return fmt.Errorf("%w: version %d of a snapshot", ErrInvalidSpec, s.Version)
	}
	*b = Barrier{spec: s.Spec, parties: s.Parties, gen: s.Gen, members: s.Members, inside: s.Inside, broken: s.Broken}
	b.empty()
	b.among = map[string]bool{}
	for _, m := range b.members {
		b.among[m] = true
	}
	for _, a := range s.Arrived {
		b.take(a)
	}
	return nil
}
