// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"fmt"
	"time"

	"mabeam.dev/market/integrity"
)

// Books is the Source of a book of orders: its trades. The journal has commands only, so it is folded again, once for each incarnation of the
// monitor that looks at trades.
func Books(b *Book) Source {
	var k *bookKeeper
	return &foldedSource{
		journal: b.o.journal, stream: b.o.stream, group: Trading,
		reset:   func() { k, _ = b.new().(*bookKeeper); k.reset() },
		restore: func(ctx context.Context, latest uint64) uint64 { return restored(ctx, &b.o, k, latest) },
		fold:    func(ev Event) ([]Observation, error) { return tradesIn(b.Name(), k, ev) },
	}
}

// tradesIn takes an event of a book in, and returns what was traded.
func tradesIn(name string, k *bookKeeper, ev Event) (all []Observation, err error) {
	if ev.Type != bookBatch { // others say nothing of trades
		return nil, nil
	}
	if err := k.replay(ev); err != nil {
		return nil, err
	}
	for _, one := range k.news {
		all = append(all, Observation{Trade: &integrity.Trade{
			ID: fmt.Sprintf("%s/%d", name, one.ID), From: one.Seller, To: one.Buyer, Asset: string(k.rules.Spec.Base), Pieces: one.Quantity,
			At: time.Unix(0, one.At).UTC(),
		}})
	}
	k.news, k.moved = nil, nil
	return all, nil
}
