// SPDX-License-Identifier: Apache-2.0

package stake

import (
	"fmt"
	"math"

	"mabeam.dev/market/money"
)

// PoolSpec is the rules of an insurance pool. Shares are in millionths.
type PoolSpec struct {
	// ID names the pool and its account.
	ID string
	// Load is what is added to the expected loss.
	Load int64
	// Solvency is how much of all limits together the pool must have.
	Solvency int64
	// PerProvider is how much of the pool's money may stand for one provider.
	PerProvider int64
}

// Cover is what somebody wants to be insured against: that a deal fails.
type Cover struct {
	// Policy names the policy; each pays at most once.
	Policy string
	// Holder pays the premium and gets the payout.
	Holder, Provider, Deal string
	// Limit is the most that is paid, and Deductible what the holder bears first.
	Limit, Deductible money.Amount
	// Failures of Deals that the provider has made; they set the premium.
	Failures, Deals int64
}

// Pool is an insurance pool. It has one owner, who calls one method at a time.
type Pool struct {
	spec     PoolSpec
	funds    money.Amount
	limits   money.Amount
	provider map[string]money.Amount
	policies map[string]*policy
}

type policy struct {
	Cover
	premium      money.Amount
	unpaid, over bool
}

// NewPool returns a pool without money.
func NewPool(spec PoolSpec) (*Pool, error) {
	if spec.ID == "" || spec.Load < 0 || spec.Load > 100*million || spec.Solvency <= 0 || spec.Solvency > 100*million || spec.PerProvider <= 0 || spec.PerProvider > million {
		return nil, &InputError{"spec", "has no ID, or a share that is out of its range"}
	}
	return &Pool{spec: spec, provider: map[string]money.Amount{}, policies: map[string]*policy{}}, nil
}

func (p *Pool) account() string { return "pool/" + p.spec.ID }

// Funds is what the pool has, and Limits what it may have to pay at most.
func (p *Pool) Funds() money.Amount { return p.funds }

// Limits is the sum of the limits of open policies.
func (p *Pool) Limits() money.Amount { return p.limits }

// Fund adds capital; it counts when Funded says that the money is there.
func (p *Pool) Fund(owner string, amount money.Amount) ([]Move, error) {
	if owner == "" || amount <= 0 {
		return nil, &InputError{"owner or amount", "is empty or not positive"}
	}
	if _, err := p.funds.Add(amount); err != nil {
		return nil, err
	}
	return []Move{{available(owner), p.account(), amount}}, nil
}

// Funded adds what was paid in. What does not fit stays in the account and counts for nothing.
func (p *Pool) Funded(amount money.Amount) {
	if funds, err := p.funds.Add(amount); err == nil {
		p.funds = funds
	}
}

// Failing is the upper end of the interval of 95 %, to one side, of the probability that a deal fails, in millionths rounded up: by Wilson's score,
// so that nobody with few deals seems safe. With none it is a million.
func Failing(failures, deals int64) int64 {
	if deals <= 0 {
		return million
	}
	const z = 1.644854
	n := float64(deals)
	share := min(1, float64(failures)/n)
	upper := (share + z*z/(2*n) + z*math.Sqrt(share*(1-share)/n+z*z/(4*n*n))) / (1 + z*z/n)
	return min(million, int64(math.Ceil(upper*million)))
}

// Premium is what a cover costs: its limit times the upper probability of failure times one and the load, rounded up.
func (p *Pool) Premium(c Cover) (money.Amount, error) {
	if c.Limit <= 0 || c.Deductible < 0 || c.Failures < 0 || c.Deals < c.Failures {
		return 0, &InputError{"cover", "has a limit, deductible or history that cannot be"}
	}
	return money.MulDiv(c.Limit, Failing(c.Failures, c.Deals)*(million+p.spec.Load), million*million, money.Up)
}

// Buy makes a policy, or ErrCapacity where the pool could not stand for it with the premium added. It covers when Bought says that the premium is
// there.
func (p *Pool) Buy(c Cover) ([]Move, error) {
	if c.Policy == "" || c.Holder == "" || c.Provider == "" || c.Deal == "" {
		return nil, &InputError{"cover", "has an empty name"}
	}
	if c.Holder == c.Provider {
		return nil, &InputError{"Holder", "is the provider"}
	}
	if p.policies[c.Policy] != nil {
		return nil, fmt.Errorf("stake: policy %q: %w", c.Policy, ErrDuplicate)
	}
	premium, err := p.Premium(c)
	if err != nil {
		return nil, err
	}
	funds, err := p.funds.Add(premium)
	if err != nil {
		return nil, err
	}
	limits, err := p.limits.Add(c.Limit)
	if err != nil {
		return nil, err
	}
	needed, err := money.MulDiv(limits, p.spec.Solvency, million, money.Up)
	if err != nil || needed > funds {
		return nil, fmt.Errorf("stake: pool %q: limits of %v with funds of %v: %w", p.spec.ID, limits, funds, ErrCapacity)
	}
	most, err := money.MulDiv(funds, p.spec.PerProvider, million, money.Down)
	if err != nil {
		return nil, err
	}
	ofOne := p.provider[c.Provider] + c.Limit // at most limits
	if ofOne > most {
		return nil, fmt.Errorf("stake: pool %q: %v for provider %q, at most %v: %w", p.spec.ID, ofOne, c.Provider, most, ErrCapacity)
	}
	p.limits, p.provider[c.Provider] = limits, ofOne
	p.policies[c.Policy] = &policy{Cover: c, premium: premium, unpaid: premium > 0}
	if premium == 0 {
		return nil, nil
	}
	return []Move{{available(c.Holder), p.account(), premium}}, nil
}

// Bought says whether the premium of a policy was paid; if not, it was never made.
func (p *Pool) Bought(id string, paid bool) {
	c := p.policies[id]
	switch {
	case c == nil || !c.unpaid:
	case paid:
		c.unpaid = false
		p.Funded(c.premium)
	default:
		delete(p.policies, id)
		p.limits -= c.Limit
		p.provider[c.Provider] -= c.Limit
	}
}

// Policy returns a policy that was paid for, and whether it was consumed.
func (p *Pool) Policy(id string) (c Cover, over bool, err error) {
	is := p.policies[id]
	if is == nil || is.unpaid {
		return Cover{}, false, fmt.Errorf("stake: policy %q: %w", id, ErrUnknown)
	}
	return is.Cover, is.over, nil
}

// Outcome is how a deal ended, by its settlement: nobody's word.
type Outcome struct {
	Deal   string
	Failed bool
	// Loss is what the holder has lost.
	Loss money.Amount
}

// Claim ends a policy by the outcome of its deal, and pays the loss less the deductible, up to the limit and to what the pool has. A policy
// that is over is a *StateError.
func (p *Pool) Claim(id string, o Outcome) ([]Move, error) {
	c := p.policies[id]
	switch {
	case c == nil || c.unpaid:
		return nil, fmt.Errorf("stake: policy %q: %w", id, ErrUnknown)
	case c.over:
		return nil, &StateError{id, "consumed", "claim"}
	case o.Deal != c.Deal:
		return nil, &InputError{"Deal", "is not the one that the policy covers"}
	case o.Loss < 0:
		return nil, &InputError{"Loss", "is negative"}
	}
	c.over = true
	p.limits -= c.Limit
	p.provider[c.Provider] -= c.Limit
	if !o.Failed || o.Loss <= c.Deductible {
		return nil, nil
	}
	pays := min(o.Loss-c.Deductible, c.Limit, p.funds)
	p.funds -= pays
	if pays == 0 {
		return nil, nil
	}
	return []Move{{p.account(), available(c.Holder), pays}}, nil
}
