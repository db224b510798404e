// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// Machine is one auction: what its log has made of its spec. It belongs to one goroutine.
type Machine struct {
	spec     Spec
	state    State
	from     State // where it was before it was suspended
	seq      uint64
	log      [sha256.Size]byte // chain over the log
	at       time.Time         // of the last input
	openAt   time.Time
	closeAt  time.Time
	gen      uint64 // of closeAt
	extended int
	added    time.Duration // by outages
	tick     int64
	bids     map[string]*entry // that live
	known    map[string]bool   // who ever bid; true if the last bid was withdrawn
	keys     map[requestKey]keyed
	weights  map[string]int64
	offered  money.Sum // prices of all bundles
	bundles  int
	standing string // whose bid is the best, of an English auction
	price    money.Amount
	taken    []Award // at the price clock
	left     int64
	out      map[string]bool // who defaulted
	forfeits []Forfeit
	round    int
	outcome  *Outcome
}

// entry is the bid of a bidder that lives.
type entry struct {
	bid      Bid
	seq      uint64
	revealed bool
}

// keyed is what was answered to a key.
type keyed struct {
	digest [sha256.Size]byte
	result Result
}

// Result is the answer to an input.
type Result struct {
	// Seq is the place of the input in the log, from 1.
	Seq uint64
	// Duplicate says that the key was known and nothing was done now; the rest is the first answer.
	Duplicate bool
	// Standing says that the bidder has the best bid now; Price is that of an English or Dutch auction.
	Standing bool
	Price    money.Amount
	// Quantity is how many pieces were taken at the price clock.
	Quantity int64
}

// New makes an auction in Draft. A spec that is not valid is refused with all its mistakes.
func New(spec Spec) (*Machine, error) {
	if err := spec.Validate(); err != nil {
		return nil, fmt.Errorf("auction: new %.100q: %w", spec.ID, err)
	}
	m := &Machine{
		spec: spec.withDefaults(), bids: map[string]*entry{}, known: map[string]bool{}, keys: map[requestKey]keyed{},
		weights: map[string]int64{}, out: map[string]bool{},
	}
	m.left = m.spec.Units
	m.log = sha256.Sum256([]byte("auction " + spec.ID))
	return m, nil
}

// Replay makes an auction of its log. An input that is refused means that the log is not the auction's.
func Replay(spec Spec, log []Input) (*Machine, error) {
	m, err := New(spec)
	if err != nil {
		return nil, err
	}
	for i, in := range log {
		if r, err := m.Step(in); err != nil || r.Duplicate {
			return nil, fmt.Errorf("auction: replay %q: input %d of %d: %w", spec.ID, i+1, len(log), orDuplicate(err))
		}
	}
	return m, nil
}

func orDuplicate(err error) error {
	if err == nil {
		return ErrIdempotencyConflict
	}
	return err
}

// plan is what an input would do: everything that can be refused has been.
type plan struct {
	result Result
	hold   money.Amount // what the bidder must have set aside, all in all
	do     func()       // cannot fail
}

// Step accepts an input or refuses it with a typed error and changes nothing. What was accepted belongs into the log, unless the result
// is a duplicate.
func (m *Machine) Step(in Input) (Result, error) {
	p, err := Prepare(in)
	if err != nil {
		return Result{}, err
	}
	r, _, err := m.Take(p, money.Max)
	return r, err
}

// Need returns what a bidder must have set aside, all in all, so that the input can be accepted; its errors are those of Step.
func (m *Machine) Need(in Input) (money.Amount, error) {
	p, err := Prepare(in)
	if err != nil {
		return 0, err
	}
	return m.NeedOf(p)
}

// lookup answers a key that is known.
func (m *Machine) lookup(p Prepared) (Result, error) {
	if p.key == (requestKey{}) {
		return Result{}, nil
	}
	was, ok := m.keys[p.key]
	switch {
	case !ok:
		return Result{}, nil
	case was.digest != p.digest:
		return Result{}, fmt.Errorf("auction: %s of %.100q: %w", p.in.input(), p.key.bidder+"/"+p.key.key, ErrIdempotencyConflict)
	}
	r := was.result
	r.Duplicate = true
	return r, nil
}

// requestKey is a key of a bidder; bidders do not share them. The zero one is none.
type requestKey struct{ bidder, key string }

// keyOf is the key of an input that has one.
func keyOf(in Input) requestKey {
	var k requestKey
	switch in := in.(type) {
	case Bid:
		k = requestKey{in.Bidder, in.Key}
	case Accept:
		k = requestKey{in.Bidder, in.Key}
	case Withdraw:
		k = requestKey{in.Bidder, in.Key}
	case Reveal:
		k = requestKey{in.Bidder, in.Key}
	}
	if k.key == "" {
		return requestKey{}
	}
	return k
}

// stamp is the time that counts for an input: it never runs backwards.
func (m *Machine) stamp(in Input) time.Time {
	if at := in.When(); at.After(m.at) {
		return at.UTC()
	}
	return m.at
}

// fits says in which states an input can be; of inputs from bidders the state is judged by bidding.
var fits = map[string][]State{
	"announce": {Draft},
	"start":    {Draft, Scheduled},
	"bid":      {Open},
	"accept":   {Open},
	"withdraw": {Open},
	"reveal":   {Revealing},
	"tick":     {Open},
	"close":    {Open, Revealing},
	"decide":   {Closing},
	"charge":   {Decided},
	"default":  {Settling},
	"settle":   {Decided, Settling},
	"fail":     {Closing, Decided, Settling},
	"cancel":   {Draft, Scheduled, Open, Revealing, Closing, Suspended},
	"suspend":  {Draft, Scheduled, Open, Revealing, Closing, Decided, Settling},
	"resume":   {Suspended},
	"outage":   {Open, Revealing},
}

// judge finds out what an input would do.
func (m *Machine) judge(in Input) (plan, error) {
	want, ok := fits[in.input()]
	if !ok {
		panic("auction: an input that has no states") // a new type that was forgotten above
	}
	if !slices.Contains(want, m.state) {
		return plan{}, m.misfit(in, want)
	}
	switch in := in.(type) {
	case Bid:
		return m.bid(in)
	case Accept:
		return m.accept(in)
	case Withdraw:
		return m.withdraw(in)
	case Reveal:
		return m.reveal(in)
	case Tick:
		return m.turn(in)
	case Close:
		return m.close(in)
	case Start:
		return m.start(in)
	case Outage:
		return m.outage(in.Down)
	case Resume:
		return m.resume(in)
	case Decide:
		return m.decide(in)
	case Default:
		return m.defaults(in)
	case Settle:
		if m.state == Decided && m.outcome.Sold && m.spec.DepositPerMillion != million {
			return plan{}, &StateError{Have: m.state, Want: []State{Settling}, Event: "settle"} // deposits do not cover the price
		}
		return plan{do: m.settled}, nil
	case Cancel:
		return m.cancel(in)
	case Announce:
		return m.enter(Scheduled), nil
	case Charge:
		return m.enter(Settling), nil
	case Fail:
		return m.enter(Failed), nil
	case Suspend:
		return plan{do: func() { m.from, m.state = m.state, Suspended }}, nil
	}
	panic("auction: an input that nobody judges")
}

// misfit says why an input cannot be now.
func (m *Machine) misfit(in Input, want []State) error {
	if in.input() == "bid" || in.input() == "accept" || in.input() == "withdraw" || in.input() == "reveal" {
		switch {
		case m.state == Suspended:
			return fmt.Errorf("auction: %s in %q: %w", in.input(), m.spec.ID, ErrSuspended)
		case m.state > Open && (in.input() != "reveal" || m.state > Revealing):
			return fmt.Errorf("auction: %s in %q: %v: %w", in.input(), m.spec.ID, m.state, ErrClosed)
		}
	}
	return &StateError{Have: m.state, Want: want, Event: in.input()}
}

func (m *Machine) enter(s State) plan { return plan{do: func() { m.state = s }} }

func (m *Machine) settled() {
	if m.state = Settled; !m.outcome.Sold {
		m.state = NoSale
	}
}

func (m *Machine) cancel(in Cancel) (plan, error) {
	switch {
	case m.state == Draft || m.state == Scheduled || m.state == Open && len(m.bids) == 0 && len(m.taken) == 0:
	case !in.Operator:
		return plan{}, fmt.Errorf("auction: cancel %q with bids: %w", m.spec.ID, ErrUnauthorized)
	case in.Reason == "":
		return plan{}, fmt.Errorf("auction: cancel %q without a reason: %w", m.spec.ID, ErrUnauthorized)
	case m.state == Suspended && m.from >= Decided:
		return plan{}, &StateError{Have: m.from, Want: fits["cancel"], Event: "cancel"}
	}
	return m.enter(Cancelled), nil
}
