// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
)

// read makes an auction of its stream, without its process; settling says that its settlement has been decided on and may have been posted.
func (x *Exchange) read(ctx context.Context, id string) (m *auction.Machine, settling bool, err error) {
	err = x.o.Journal.Read(ctx, x.o.Auctions+id, 0, func(_ uint64, ev Event) error {
		switch ev.Type {
		case auctionCreated:
			var spec auction.Spec
			if err := json.Unmarshal(ev.Data, &spec); err != nil {
				return err
			}
			m, err = auction.New(spec)
			return err
		case auctionSettling:
			settling = true
		case auctionInput:
			for _, data := range lines(ev.Data) {
				in, err := auction.Decode(data)
				if err == nil {
					_, err = m.Step(in)
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil && m == nil {
		err = ErrUnknownAuction
	}
	if err != nil {
		return nil, false, fmt.Errorf("market: auction %.100q: %w", id, err)
	}
	return m, settling, nil
}

// fold is read for who needs the auction alone.
func (x *Exchange) fold(ctx context.Context, id string) (*auction.Machine, error) {
	m, _, err := x.read(ctx, id)
	return m, err
}

// past is an auction that the exchange has forgotten, from its stream.
func (x *Exchange) past(ctx context.Context, id string) (Auction, error) {
	m, err := x.fold(ctx, id)
	if err != nil {
		return Auction{}, err
	}
	r := &listed{spec: m.Spec()}
	v := m.View()
	r.end = &v
	return r.public(), nil
}

// Get returns an auction, without its process; of one that has been over for long, from the journal. ErrUnknownAuction if there is none.
func (x *Exchange) Get(ctx context.Context, id string) (Auction, error) {
	r, err := x.index.find(id)
	if errors.Is(err, ErrUnknownAuction) {
		return x.past(ctx, id)
	}
	if err != nil {
		return Auction{}, err
	}
	return r.public(), nil
}

// Peek returns an auction that is in memory, without anything that waits; false if there is none.
func (x *Exchange) Peek(id string) (Auction, bool) {
	r, err := x.index.find(id)
	if err != nil {
		return Auction{}, false
	}
	return r.public(), true
}

// Currencies returns what auctions are paid in, sorted. It goes through all auctions.
func (x *Exchange) Currencies() ([]money.Asset, error) {
	rows, err := x.index.all()
	if err != nil {
		return nil, err
	}
	var all []money.Asset
	for _, r := range rows {
		if at, found := slices.BinarySearch(all, r.spec.Currency); !found {
			all = slices.Insert(all, at, r.spec.Currency)
		}
	}
	return all, nil
}

// OpenByKind counts the auctions that are not over. It goes through all auctions.
func (x *Exchange) OpenByKind() map[auction.Kind]int {
	rows, err := x.index.all()
	if err != nil {
		return nil
	}
	all := map[auction.Kind]int{}
	for _, r := range rows {
		if v := r.view(); !v.State.Terminal() {
			kind := v.Kind
			if kind == "" {
				kind = auction.English
			}
			all[kind]++
		}
	}
	return all
}
