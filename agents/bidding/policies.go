// SPDX-License-Identifier: Apache-2.0

package bidding

import (
	"fmt"
	"time"

	"mabeam.dev/market/money"
)

// million is the whole of a share.
const million = 1_000_000

// Cost asks what the work costs: Batch once, and for each task Fixed, PerKiB for each kibibyte of input that was begun, and PerSecond for as long as the agent
// usually takes, or one second while that is not known. A bundle of many tasks costs Batch only once.
type Cost struct {
	Batch, Fixed, PerKiB, PerSecond money.Amount
}

// Offer makes a bundle of each set of tasks.
func (c Cost) Offer(r Request, s Standing) Offer {
	sets := r.Bundles()
	if len(sets) == 0 {
		return passing(ErrNoCapacity)
	}
	var o Offer
	for _, set := range sets {
		price, err := c.price(r, s, set)
		switch {
		case err != nil:
			return passing(fmt.Errorf("%w: %w", ErrPrice, err))
		case price <= 0:
			return passing(fmt.Errorf("%w: %v", ErrPrice, price))
		}
		o.Bundles = append(o.Bundles, Bundle{Tasks: set, Price: price})
	}
	return o
}

func (c Cost) price(r Request, s Standing, set []int) (money.Amount, error) {
	var sum money.Sum
	sum.Add(c.Batch)
	for _, i := range set {
		sum.Add(c.Fixed)
		sum.AddMul(c.PerKiB, int64(r.Tasks[i].Bytes+1023)/1024)
		took, err := money.MulDiv(c.PerSecond, int64(s.takes()), int64(time.Second), money.Up)
		if err != nil {
			return 0, err
		}
		sum.Add(took)
	}
	return sum.Amount()
}

// takes is how long an attempt is expected to take: a second when nothing is known.
func (s Standing) takes() time.Duration {
	if s.Latency <= 0 {
		return time.Second
	}
	return s.Latency
}

// scaled asks more than another policy, by a share in millionths that depends on how the agent stands.
type scaled struct {
	base Policy
	more func(s Standing) int64
}

// Offer raises every price, rounded up.
func (p scaled) Offer(r Request, s Standing) Offer {
	o := p.base.Offer(r, s)
	more := p.more(s)
	for i := range o.Bundles {
		b := &o.Bundles[i]
		extra, err := money.MulDiv(b.Price, more, million, money.Up)
		if err == nil {
			b.Price, err = b.Price.Add(extra)
		}
		if err != nil {
			return passing(fmt.Errorf("%w: %w", ErrPrice, err))
		}
	}
	return o
}

// limitShare bounds by how much a share raises a price: a thousandfold.
const limitShare = 1000 * million

// share is part of weight, from 0 to limitShare.
func share(weight, part, whole int64) int64 {
	if weight <= 0 || part <= 0 || whole <= 0 {
		return 0
	}
	more, err := money.MulDiv(money.Amount(weight), part, whole, money.Up)
	if err != nil || more > limitShare {
		return limitShare
	}
	return int64(more)
}

// Load asks more of who is busy: with all slots taken, more by a share in millionths.
func Load(base Policy, perMillion int64) Policy {
	return scaled{base, func(s Standing) int64 { return share(perMillion, int64(s.InHand), int64(max(s.Slots, 1))) }}
}

// Latency asks more of who is slow: more by a share in millionths for each time that its attempts take as long as target.
func Latency(base Policy, perMillion int64, target time.Duration) Policy {
	return scaled{base, func(s Standing) int64 { return share(perMillion, int64(s.Latency), int64(target)) }}
}

// Truthful asks what the work costs, which no strategy is better than when the price is that of the next best, as in Vickrey and VCG auctions.
func Truthful(base Policy) Policy { return base }

// Shade asks more than the work costs, by a share in millionths: what pays where the winner is paid its own bid.
func Shade(base Policy, perMillion int64) Policy {
	return scaled{base, func(Standing) int64 { return share(perMillion, 1, 1) }}
}

// budget stops at the end of the money.
type budget struct{ base Policy }

// Budget lets an agent pass that has spent its budget, or would with a bundle: what the policy asks is taken for what the work costs the agent.
func Budget(base Policy) Policy { return budget{base} }

// Offer leaves out what cannot be afforded.
func (p budget) Offer(r Request, s Standing) Offer {
	o := p.base.Offer(r, s)
	if s.Budget <= 0 || o.Pass != nil {
		return o
	}
	left, err := s.Budget.Sub(s.Spent)
	if err != nil {
		return passing(fmt.Errorf("%w: %w", ErrBroke, err))
	}
	return o.keep(ErrBroke, func(b Bundle) bool { return b.Price <= left })
}

// bounded leaves out what nobody pays.
type bounded struct{ base Policy }

// UpToCeiling leaves out bundles that ask more than Request.Ceiling for each of their tasks: they would be refused.
func UpToCeiling(base Policy) Policy { return bounded{base} }

// Offer leaves out what is above the ceiling.
func (p bounded) Offer(r Request, s Standing) Offer {
	o := p.base.Offer(r, s)
	if r.Ceiling <= 0 || o.Pass != nil {
		return o
	}
	return o.keep(ErrAboveCeiling, func(b Bundle) bool {
		most, err := r.Ceiling.Mul(int64(len(b.Tasks)))
		return err != nil || b.Price <= most
	})
}

// keep leaves out bundles; without any left the agent passes for a reason.
func (o Offer) keep(otherwise error, ok func(Bundle) bool) Offer {
	var kept []Bundle
	for _, b := range o.Bundles {
		if ok(b) {
			kept = append(kept, b)
		}
	}
	if len(kept) == 0 {
		return passing(otherwise)
	}
	return Offer{Bundles: kept}
}
