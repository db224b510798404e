// SPDX-License-Identifier: Apache-2.0

package market

import (
	"fmt"
	"strings"
	"time"

	"mabeam.dev/market/money"
	"mabeam.dev/market/stake"
	"mabeam.dev/telemetry"
)

// poolCommand is one of its fields.
type poolCommand struct {
	Fund  *poolFund    `json:"fund,omitempty"`
	Buy   *stake.Cover `json:"buy,omitempty"`
	Claim *poolClaim   `json:"claim,omitempty"`
}

type poolFund struct {
	Key, Owner string
	Amount     money.Amount
}

type poolClaim struct {
	Policy string
	By     stake.Outcome
}

type poolAnswer struct {
	funds, limits, paid money.Amount
	cover               stake.Cover
}

// poolCore is the state of an insurance pool's process.
type poolCore struct {
	rules stake.PoolSpec
	asset money.Asset
	p     *stake.Pool
	made  map[string]string       // commands by subject
	pays  map[string]money.Amount // what a claim has brought
}

func (c *poolCore) reset() {
	p, err := stake.NewPool(c.rules)
	if err != nil {
		panic(err) // they were validated with the options
	}
	*c = poolCore{rules: c.rules, asset: c.asset, p: p, made: map[string]string{}, pays: map[string]money.Amount{}}
}

func (c *poolCore) step(_ time.Time, do *poolCommand) (r stepped[poolAnswer], err error) {
	print := fingerprint(do)
	switch {
	case do.Fund != nil:
		if do.Fund.Key == "" {
			return r, &stake.InputError{Field: "key", Why: "is empty"}
		}
		r.subject = "fund/" + do.Fund.Key
	case do.Buy != nil:
		r.subject = "policy/" + do.Buy.Policy
		history := *do.Buy // what was known of the provider may have changed since the first time
		history.Failures, history.Deals = 0, 0
		print = fingerprint(history)
	case do.Claim != nil:
		r.subject = "claim/" + do.Claim.Policy
	default:
		return r, &stake.InputError{Field: "command", Why: "is empty"}
	}
	if was := c.made[r.subject]; was != "" {
		if was != print {
			return r, fmt.Errorf("stake: %q: %w", r.subject, stake.ErrDuplicate)
		}
		r.answer, r.known = c.answer(r.subject), true
		return r, nil
	}
	var moves []stake.Move
	switch {
	case do.Fund != nil:
		moves, err = c.p.Fund(do.Fund.Owner, do.Fund.Amount)
	case do.Buy != nil:
		moves, err = c.p.Buy(*do.Buy)
	case do.Claim != nil:
		moves, err = c.p.Claim(do.Claim.Policy, do.Claim.By)
		for _, m := range moves {
			c.pays[r.subject] += m.Amount
		}
	}
	if err != nil {
		return r, err
	}
	c.made[r.subject] = print
	if len(moves) > 0 {
		r.order = &order{Subject: r.subject, Asset: c.asset, Draws: do.Claim == nil}
		for _, m := range moves {
			r.order.Moves = append(r.order.Moves, move(m))
		}
	}
	r.answer = c.answer(r.subject)
	return r, nil
}

func (c *poolCore) done(_ time.Time, b *bill, refused bool) (poolAnswer, *order) {
	switch {
	case refused:
		delete(c.made, b.Subject)
	case strings.HasPrefix(b.Subject, "fund/"):
		c.p.Funded(b.Moves[0].Amount)
	}
	if id, ok := strings.CutPrefix(b.Subject, "policy/"); ok {
		c.p.Bought(id, !refused)
	}
	return c.answer(b.Subject), nil
}

func (c *poolCore) due(time.Time) []poolCommand { return nil }
func (c *poolCore) waits(*bill) bool            { return false }
func (c *poolCore) tell(*telemetry.Bus)         {}

func (c *poolCore) answer(subject string) poolAnswer {
	return poolAnswer{funds: c.p.Funds(), limits: c.p.Limits(), paid: c.pays[subject]}
}
