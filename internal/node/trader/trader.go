// SPDX-License-Identifier: Apache-2.0

package trader

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/trade"
)

// Name is that of the service in sessions which say nothing else.
const Name = "exchange"

// longest is the longest pause between two looks at an auction.
const longest = 100 * time.Millisecond

// trader is the service.
type trader struct {
	x   *market.Exchange
	sys *actors.System
}

// New returns the service of an exchange.
func New(x *market.Exchange, sys *actors.System) protocols.Service { return trader{x, sys} }

// Do holds an auction until it has ended, or cancels one.
func (t trader) Do(ctx context.Context, _ string, args []byte) ([]byte, error) {
	var o trade.Order
	if err := json.Unmarshal(args, &o); err != nil {
		return nil, fmt.Errorf("trader: order: %w", err)
	}
	if o.Cancel != "" {
		return t.cancel(ctx, o)
	}
	spec, err := rules(o)
	if err != nil {
		return nil, err
	}
	a, err := t.x.Create(ctx, spec)
	if err != nil {
		return nil, err
	}
	if a.View.State == auction.Draft {
		var further *auction.StateError
		if _, err := t.x.Open(ctx, spec.ID); err != nil && !errors.As(err, &further) {
			return nil, err
		}
	}
	for pause := time.Millisecond; ; pause = min(2*pause, longest) {
		a, err := t.x.Get(ctx, spec.ID)
		switch {
		case err != nil && !errors.Is(err, market.ErrUnavailable): // it is on its way back
			return nil, err
		case err == nil && a.View.State.Terminal():
			return json.Marshal(award(a))
		}
		if err := t.sys.Sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// rules are those of the auction that an order asks for.
func rules(o trade.Order) (spec auction.Spec, err error) {
	in := json.NewDecoder(bytes.NewReader(o.Auction))
	in.DisallowUnknownFields()
	if err := in.Decode(&spec); err != nil {
		return spec, fmt.Errorf("trader: rules of the auction: %w", err)
	}
	spec.ID, spec.Duration = o.Key, o.Within
	switch o.Form {
	case trade.Sealed:
		spec.Kind = auction.FirstPrice
	case trade.English, trade.Dutch, trade.Vickrey:
		spec.Kind = auction.Kind(o.Form)
	}
	return spec, nil
}

// award says what an auction came to.
func award(a market.Auction) (w trade.Award) {
	w.Position = a.View.Seq
	w.Unmatched = a.View.Bidders
	o := a.View.Outcome
	if o == nil {
		return w
	}
	w.Proof = o.Hash
	for i, x := range o.Awards {
		if i == 0 {
			w.Winner = x.Bidder
		}
		w.Price += int64(x.Amount)
		w.Units += x.Units
		w.Unmatched--
	}
	w.Left, w.Unmatched = max(a.Spec.Units-w.Units, 0), max(w.Unmatched, 0)
	return w
}

// cancel calls an auction off, and says what it had come to if that was first.
func (t trader) cancel(ctx context.Context, o trade.Order) ([]byte, error) {
	var late *auction.StateError
	if _, err := t.x.Cancel(ctx, o.Key, auction.Cancel{Operator: true, Reason: o.Cancel}); err != nil && !errors.As(err, &late) {
		return nil, err
	}
	a, err := t.x.Get(ctx, o.Key)
	if err != nil {
		return nil, err
	}
	return json.Marshal(award(a))
}
