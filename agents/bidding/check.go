// SPDX-License-Identifier: Apache-2.0

package bidding

import "fmt"

// Check judges an offer that somebody else made: its bundles are of open tasks, rising and none twice, fit the free slots and have prices. The error
// says what is wrong; the offer then counts as a pass.
func (o Offer) Check(r Request) error {
	for n, b := range o.Bundles {
		bad := func(why string) error { return fmt.Errorf("%w: bundle %d %s", ErrPrice, n, why) }
		switch {
		case b.Price <= 0:
			return bad("has no price above 0")
		case len(b.Tasks) == 0:
			return bad("is empty")
		case len(b.Tasks) > r.Slots:
			return fmt.Errorf("%w: bundle %d has %d tasks, and %d slots are free", ErrNoCapacity, n, len(b.Tasks), r.Slots)
		}
		for i, t := range b.Tasks {
			if t < 0 || t >= len(r.Tasks) || r.Tasks[t].ID == "" || i > 0 && t <= b.Tasks[i-1] {
				return bad("has a task that is unknown, over or not in order")
			}
		}
	}
	if len(o.Bundles) == 0 && o.Pass == nil {
		return ErrNoCapacity
	}
	return nil
}
