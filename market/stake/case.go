// SPDX-License-Identifier: Apache-2.0

package stake

import (
	"fmt"

	"mabeam.dev/market/money"
)

// State is where a case is on its way.
type State string

// The states. Rejected, Final and Overturned are the ends.
const (
	Reported   State = "reported"
	Upheld     State = "upheld"
	Rejected   State = "rejected"
	Appealed   State = "appealed"
	Final      State = "final"
	Overturned State = "overturned"
)

// Violation is what somebody says that somebody did.
type Violation struct {
	// ID names it: each is punished at most once.
	ID string
	// Kind decides the share of the penalty.
	Kind string
	// Offender and Victim are owners; Victim may be empty.
	Offender, Victim string
	// Loss is what the victim has provably lost.
	Loss money.Amount
	// Evidence is what there is to look at. It must not be empty.
	Evidence string
	// Proven says that a machine has checked the evidence, such as two signatures of one thing; then no review is needed.
	Proven bool
}

// Case is a violation and what became of it.
type Case struct {
	Violation
	State State
	// Until is when the time for an appeal ends.
	Until int64
	// Taken is the money that was taken; it waits in the account of the case until its end.
	Taken money.Amount
	// Damages is the part of it that goes to the victim.
	Damages money.Amount
}

// Case returns a case.
func (s *Stakes) Case(id string) (Case, error) {
	c := s.cases[id]
	if c == nil {
		return Case{}, fmt.Errorf("stake: case %q: %w", id, ErrUnknown)
	}
	return *c, nil
}

// Report opens a case. A report is no verdict: nothing is taken, unless the evidence is Proven. The stake stays where it is meanwhile.
func (s *Stakes) Report(at int64, v Violation) ([]Move, error) {
	switch {
	case v.ID == "" || v.Offender == "" || v.Evidence == "":
		return nil, &InputError{"ID, Offender or Evidence", "is empty"}
	case v.Loss < 0:
		return nil, &InputError{"Loss", "is negative"}
	case v.Loss > 0 && v.Victim == "":
		return nil, &InputError{"Victim", "is empty, and there is a loss"}
	case v.Offender == v.Victim:
		return nil, &InputError{"Victim", "is the offender"}
	case s.cases[v.ID] != nil:
		return nil, fmt.Errorf("stake: case %q: %w", v.ID, ErrDuplicate)
	}
	a := s.accounts[v.Offender]
	if a == nil {
		return nil, fmt.Errorf("stake: %q: %w", v.Offender, ErrUnknown)
	}
	c := &Case{Violation: v, State: Reported}
	s.cases[v.ID] = c
	a.cases++
	if v.Proven {
		return s.uphold(at, c), nil
	}
	return nil, nil
}

// step returns a case if it is in a state.
func (s *Stakes) step(id, step string, want State) (*Case, error) {
	c := s.cases[id]
	if c == nil {
		return nil, fmt.Errorf("stake: case %q: %w", id, ErrUnknown)
	}
	if c.State != want {
		return nil, &StateError{id, string(c.State), step}
	}
	return c, nil
}

// Review decides a case that was reported. Who may, the caller knows.
func (s *Stakes) Review(at int64, id string, upheld bool) ([]Move, error) {
	c, err := s.step(id, "review", Reported)
	if err != nil {
		return nil, err
	}
	if !upheld {
		s.end(c, Rejected)
		return nil, nil
	}
	return s.uphold(at, c), nil
}

// uphold takes the victim's loss, as far as the stake goes, and the penalty's share of what is left; all of it waits for the end of the case.
func (s *Stakes) uphold(at int64, c *Case) []Move {
	a := s.accounts[c.Offender]
	all := a.all()
	c.Damages = min(c.Loss, all)
	fine, err := money.MulDiv(all-c.Damages, s.spec.share(c.Kind), million, money.Down)
	if err != nil {
		fine = 0 // a share of at most one always fits
	}
	c.Taken = c.Damages + fine
	c.State, c.Until = Upheld, at+s.spec.Appeals
	left := c.Taken
	take := func(from *money.Amount) {
		part := min(left, *from)
		*from -= part
		left -= part
	}
	take(&a.locked)
	a.trim()
	for i := len(a.unbonding) - 1; i >= 0; i-- {
		take(&a.unbonding[i].amount)
	}
	if c.Taken == 0 {
		return nil
	}
	return []Move{{staked(c.Offender), disputed(c.ID), c.Taken}}
}

func (s *Stakes) end(c *Case, state State) {
	c.State = state
	s.accounts[c.Offender].cases--
}

// Appeal asks for another look at a verdict, in time. Later it is a *StateError.
func (s *Stakes) Appeal(at int64, id string) error {
	c, err := s.step(id, "appeal", Upheld)
	if err != nil {
		return err
	}
	if at >= c.Until {
		return &StateError{id, "beyond appeal", "appeal"}
	}
	c.State = Appealed
	return nil
}

// Rehear decides an appeal: the verdict stands, or all that was taken goes back to the stake.
func (s *Stakes) Rehear(at int64, id string, stands bool) ([]Move, error) {
	c, err := s.step(id, "rehear", Appealed)
	if err != nil {
		return nil, err
	}
	if stands {
		return s.pay(c), nil
	}
	s.end(c, Overturned)
	a := s.accounts[c.Offender]
	a.locked += c.Taken
	if c.Taken > 0 {
		a.layers = append(a.layers, portion{c.Taken, at})
	}
	if c.Taken == 0 {
		return nil, nil
	}
	return []Move{{disputed(id), staked(c.Offender), c.Taken}}, nil
}

// Conclude makes a verdict final after the time for appeals: the victim is paid, and the rest is the penalty.
func (s *Stakes) Conclude(at int64, id string) ([]Move, error) {
	c, err := s.step(id, "conclude", Upheld)
	if err != nil {
		return nil, err
	}
	if at < c.Until {
		return nil, &StateError{id, "open to appeal", "conclude"}
	}
	return s.pay(c), nil
}

func (s *Stakes) pay(c *Case) []Move {
	s.end(c, Final)
	s.total -= c.Taken
	var moves []Move
	if c.Damages > 0 {
		moves = append(moves, Move{disputed(c.ID), available(c.Victim), c.Damages})
	}
	if fine := c.Taken - c.Damages; fine > 0 {
		moves = append(moves, Move{disputed(c.ID), penalty, fine})
	}
	return moves
}
