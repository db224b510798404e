// SPDX-License-Identifier: Apache-2.0

package stake

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"mabeam.dev/market/money"
)

// Move is money that goes from one account to another; the ledger makes it.
type Move struct {
	From, To string
	Amount   money.Amount
}

// The accounts of the ledger that stakes move between.
func available(owner string) string { return owner + "/available" }
func staked(owner string) string    { return "stake/" + owner }
func disputed(id string) string     { return "pool/case/" + id }

const penalty = "penalty"

// million is one, in millionths.
const million = 1_000_000

// Spec is the rules of stakes. Times are in nanoseconds.
type Spec struct {
	// Minimum is what who has anything at stake must keep.
	Minimum money.Amount
	// Unbonding is how long stake can still be taken after its owner asked for it back.
	Unbonding int64
	// Appeals is how long a verdict can be appealed against.
	Appeals int64
	// Shares is the part of a penalty by the kind of violation, in millionths; kinds that are not there have the ones of DefaultShares, and
	// 50,000 if they are not there either.
	Shares map[string]int64
}

// DefaultShares are the parts of penalties, in millionths.
func DefaultShares() map[string]int64 {
	return map[string]int64{"quality fraud": 300_000, "effort manipulation": 250_000, "collusion": 200_000, "performance": 150_000, "abandonment": 100_000}
}

func (s Spec) share(kind string) int64 {
	if v, ok := s.Shares[kind]; ok {
		return v
	}
	if v, ok := DefaultShares()[kind]; ok {
		return v
	}
	return 50_000
}

// Validate returns every mistake, joined.
func (s Spec) Validate() error {
	var all []error
	if s.Minimum < 0 {
		all = append(all, &InputError{"Minimum", "is negative"})
	}
	if s.Unbonding < 0 {
		all = append(all, &InputError{"Unbonding", "is negative"})
	}
	if s.Appeals < 0 {
		all = append(all, &InputError{"Appeals", "is negative"})
	}
	for _, v := range s.Shares {
		if v < 0 || v > million {
			all = append(all, &InputError{"Shares", "are not in 0 to a million"})
			break
		}
	}
	return errors.Join(all...)
}

// portion is money that is free at a moment.
type portion struct {
	amount money.Amount
	free   int64
}

// account is what somebody has at stake.
type account struct {
	locked    money.Amount
	layers    []portion // of what is locked, with the time since when, the oldest first
	unbonding []portion // in the order in which it was asked for
	exposed   money.Amount
	cases     int // open ones
}

// trim makes the layers what is locked, by taking from the newest.
func (a *account) trim() {
	var sum money.Amount
	for _, l := range a.layers {
		sum += l.amount
	}
	for over := sum - a.locked; over > 0; {
		last := &a.layers[len(a.layers)-1]
		part := min(over, last.amount)
		last.amount -= part
		if over -= part; last.amount == 0 {
			a.layers = a.layers[:len(a.layers)-1]
		}
	}
}

func (a *account) all() money.Amount {
	sum := a.locked
	for _, p := range a.unbonding {
		sum += p.amount
	}
	return sum
}

// Stakes is everybody's stake and the cases about it. It has one owner, who calls one method at a time.
type Stakes struct {
	spec     Spec
	accounts map[string]*account
	deals    map[string]exposure
	closed   map[string]bool // deals
	cases    map[string]*Case
	total    money.Amount // of all that was ever locked: no sum of parts passes it
}

type exposure struct {
	owner  string
	amount money.Amount
}

// New returns stakes of nobody, or every mistake of the spec.
func New(spec Spec) (*Stakes, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	return &Stakes{spec: spec, accounts: map[string]*account{}, deals: map[string]exposure{}, closed: map[string]bool{}, cases: map[string]*Case{}}, nil
}

// Position is what somebody has at stake.
type Position struct {
	// Locked and Unbonding can both be taken by a verdict; Exposed is what they stand for.
	Locked, Unbonding, Exposed money.Amount
	// Cases is how many open cases there are.
	Cases int
}

// Of returns somebody's position; nothing for somebody who is not known.
func (s *Stakes) Of(owner string) Position {
	a := s.accounts[owner]
	if a == nil {
		return Position{}
	}
	return Position{a.locked, a.all() - a.locked, a.exposed, a.cases}
}

// Lock adds to a stake. The first time it must reach the minimum. It is Pledge and Pledged, for who has the money already.
func (s *Stakes) Lock(at int64, owner string, amount money.Amount) ([]Move, error) {
	moves, err := s.Pledge(owner, amount)
	if err == nil {
		s.Pledged(at, owner, amount, true)
	}
	return moves, err
}

// Pledge promises to add to a stake. It counts when Pledged says that the money is there.
func (s *Stakes) Pledge(owner string, amount money.Amount) ([]Move, error) {
	if owner == "" || amount <= 0 {
		return nil, &InputError{"owner or amount", "is empty or not positive"}
	}
	total, err := s.total.Add(amount)
	if err != nil {
		return nil, err
	}
	have := amount
	if a := s.accounts[owner]; a != nil {
		have += a.locked
	}
	if have < s.spec.Minimum {
		return nil, &TooLowError{owner, have, s.spec.Minimum}
	}
	s.total = total
	return []Move{{available(owner), staked(owner), amount}}, nil
}

// Pledged says what became of a promise.
func (s *Stakes) Pledged(at int64, owner string, amount money.Amount, paid bool) {
	if !paid {
		s.total -= amount
		return
	}
	a := s.accounts[owner]
	if a == nil {
		a = &account{}
		s.accounts[owner] = a
	}
	a.locked += amount
	a.layers = append(a.layers, portion{amount, at})
}

// Aged is what an owner has locked since a moment or longer. What was taken or asked back is of the newest.
func (s *Stakes) Aged(owner string, since int64) money.Amount {
	a := s.accounts[owner]
	if a == nil {
		return 0
	}
	var old money.Amount
	for _, l := range a.layers {
		if l.free <= since {
			old += l.amount
		}
	}
	return old
}

// Owners lists everybody who ever had anything at stake, in order.
func (s *Stakes) Owners() []string { return slices.Sorted(maps.Keys(s.accounts)) }

// HoldBack adds a part of a payout to a stake, from the account that pays. It is free after a time like stake that was asked back.
func (s *Stakes) HoldBack(at int64, owner, from string, amount money.Amount) ([]Move, error) {
	if owner == "" || from == "" || amount <= 0 {
		return nil, &InputError{"owner, account or amount", "is empty or not positive"}
	}
	total, err := s.total.Add(amount)
	if err != nil {
		return nil, err
	}
	a := s.accounts[owner]
	if a == nil {
		a = &account{}
		s.accounts[owner] = a
	}
	s.total = total
	a.unbonding = append(a.unbonding, portion{amount, at + s.spec.Unbonding})
	return []Move{{from, staked(owner), amount}}, nil
}

// Unbond asks for stake back, which is free after a time in which it can still be taken. What is left must cover what the owner is exposed with
// and be the minimum or nothing.
func (s *Stakes) Unbond(at int64, owner string, amount money.Amount) error {
	a := s.accounts[owner]
	switch {
	case a == nil:
		return fmt.Errorf("stake: unbond %q: %w", owner, ErrUnknown)
	case amount <= 0:
		return &InputError{"amount", "is not positive"}
	case amount > a.locked:
		return &TooLowError{owner, a.locked, amount}
	case a.cases > 0:
		return fmt.Errorf("stake: unbond %q: %w", owner, ErrFrozen)
	}
	if left := a.locked - amount; left < a.exposed || left > 0 && left < s.spec.Minimum {
		return &TooLowError{owner, left, max(a.exposed, s.spec.Minimum)}
	}
	a.locked -= amount
	a.trim()
	a.unbonding = append(a.unbonding, portion{amount, at + s.spec.Unbonding})
	return nil
}

// Release gives back what is free by a moment, and nothing while a case is open or while deals stand on it.
func (s *Stakes) Release(at int64, owner string) ([]Move, error) {
	a := s.accounts[owner]
	switch {
	case a == nil:
		return nil, fmt.Errorf("stake: release %q: %w", owner, ErrUnknown)
	case a.cases > 0:
		return nil, fmt.Errorf("stake: release %q: %w", owner, ErrFrozen)
	}
	var free money.Amount
	rest := a.unbonding[:0]
	left := a.all()
	for _, p := range a.unbonding {
		if p.free <= at && left-p.amount >= a.exposed {
			free += p.amount
			left -= p.amount
		} else {
			rest = append(rest, p)
		}
	}
	if a.unbonding = rest; free == 0 {
		return nil, nil
	}
	s.total -= free
	return []Move{{staked(owner), available(owner), free}}, nil
}

// Expose lets somebody take a deal in which they could do harm of an amount that nothing else secures. All of that together is never more than
// what they have at stake: whoever builds trust to cheat once gains at most what they forfeit.
func (s *Stakes) Expose(owner, deal string, amount money.Amount) error {
	if deal == "" || amount <= 0 {
		return &InputError{"deal or amount", "is empty or not positive"}
	}
	if _, open := s.deals[deal]; open || s.closed[deal] {
		return fmt.Errorf("stake: deal %q: %w", deal, ErrDuplicate)
	}
	a := s.accounts[owner]
	if a == nil {
		return &TooLowError{owner, 0, amount}
	}
	if amount > a.all()-a.exposed {
		need, err := a.exposed.Add(amount)
		if err != nil {
			return err
		}
		return &TooLowError{owner, a.all(), need}
	}
	a.exposed += amount
	s.deals[deal] = exposure{owner, amount}
	return nil
}

// Done ends the exposure of a deal.
func (s *Stakes) Done(deal string) error {
	e, ok := s.deals[deal]
	if !ok {
		return fmt.Errorf("stake: deal %q: %w", deal, ErrUnknown)
	}
	delete(s.deals, deal)
	s.closed[deal] = true
	s.accounts[e.owner].exposed -= e.amount
	return nil
}
