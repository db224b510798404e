// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
)

// AuctionOrder is the body of what an operator has done with an auction. All of it may be left out, but for the reason of a suspension and of a
// cancellation.
type AuctionOrder struct {
	Reason string `json:"reason,omitempty"` // why
	Down   string `json:"down,omitempty"`   // how long a resumed auction stood still, as a duration: that long it closes later
}

// BidOrder is the body of a bid. Amounts are decimal numbers in quotes, such as "12.50".
type BidOrder struct {
	Key        string        `json:"key,omitempty"` // names the bid, for repetitions
	Bidder     string        `json:"bidder"`
	Currency   string        `json:"currency,omitempty"` // that of the auction, if it is left out
	Amount     string        `json:"amount,omitempty"`   // the price or, with proxies, the limit
	BuyNow     bool          `json:"buy_now,omitempty"`  // takes the offer to end the auction at its price
	Values     []string      `json:"values,omitempty"`   // of the first, the second... piece, in a uniform price auction
	Bundles    []BundleOrder `json:"bundles,omitempty"`  // in a combinatorial auction
	Commitment []byte        `json:"commitment,omitempty"`
	Accept     int64         `json:"accept,omitempty"`   // takes so many pieces at the price of a clock; amount is then the worst price
	Reveal     []byte        `json:"reveal,omitempty"`   // the nonce of a commitment, to amount
	Withdraw   bool          `json:"withdraw,omitempty"` // takes the bid back
}

// BundleOrder is an offer for several goods, all or nothing.
type BundleOrder struct {
	Goods []string `json:"goods"` // by name
	Price string   `json:"price"`
	Group *int     `json:"group,omitempty"` // of those with one number at most one wins; without it there is no such bound
}

// BidAnswer is what an auction says to a bid that it took.
type BidAnswer struct {
	Version   int    `json:"version"` // of this format: 1
	Seq       uint64 `json:"seq"`     // place in the log
	Duplicate bool   `json:"duplicate,omitempty"`
	Standing  bool   `json:"standing,omitempty"` // it is the best one now
	Price     string `json:"price,omitempty"`    // that stands, or of the clock
	Quantity  int64  `json:"quantity,omitempty"` // pieces that were taken
}

func (v *marketViews) create(w http.ResponseWriter, r *http.Request) error {
	var spec auction.Spec
	if err := v.strictly(w, r, &spec); err != nil {
		return err
	}
	a, err := v.o.Exchange.Create(r.Context(), spec)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("open") == "1" {
		if _, err := v.o.Exchange.Open(r.Context(), a.Spec.ID); err != nil {
			return err
		}
	}
	return v.answer(w, r, a.Spec.ID)
}

// order reads an order, has it carried out, and answers with the auction.
func (v *marketViews) order(w http.ResponseWriter, r *http.Request, do func(id string, o AuctionOrder, down time.Duration) error) error {
	var o AuctionOrder
	if r.ContentLength != 0 {
		if err := v.strictly(w, r, &o); err != nil {
			return err
		}
	}
	down := time.Duration(0)
	if o.Down != "" {
		d, err := time.ParseDuration(o.Down)
		if err != nil || d < 0 {
			return refuse(http.StatusBadRequest, CodeBody, "down %.60q: want a duration such as 10m", o.Down)
		}
		down = d
	}
	id := r.PathValue("id")
	if err := do(id, o, down); err != nil {
		return err
	}
	return v.answer(w, r, id)
}

func (v *marketViews) open(w http.ResponseWriter, r *http.Request) error {
	return v.order(w, r, func(id string, _ AuctionOrder, _ time.Duration) error {
		_, err := v.o.Exchange.Open(r.Context(), id)
		return err
	})
}

func (v *marketViews) suspend(w http.ResponseWriter, r *http.Request) error {
	return v.order(w, r, func(id string, o AuctionOrder, _ time.Duration) error {
		if o.Reason == "" {
			return refuse(http.StatusBadRequest, CodeBody, "suspend: give a reason")
		}
		_, err := v.o.Exchange.Suspend(r.Context(), id, o.Reason)
		return err
	})
}

func (v *marketViews) resume(w http.ResponseWriter, r *http.Request) error {
	return v.order(w, r, func(id string, _ AuctionOrder, down time.Duration) error {
		_, err := v.o.Exchange.Resume(r.Context(), id, down)
		return err
	})
}

func (v *marketViews) cancel(w http.ResponseWriter, r *http.Request) error {
	return v.order(w, r, func(id string, o AuctionOrder, _ time.Duration) error {
		if o.Reason == "" {
			return refuse(http.StatusBadRequest, CodeBody, "cancel: give a reason")
		}
		_, err := v.o.Exchange.Cancel(r.Context(), id, auction.Cancel{Operator: true, Reason: o.Reason})
		return err
	})
}

// bid places what a bidder wants.
func (v *marketViews) bid(w http.ResponseWriter, r *http.Request) error {
	var o BidOrder
	if err := v.strictly(w, r, &o); err != nil {
		return err
	}
	key := r.Header.Get("Idempotency-Key")
	if key != "" && o.Key != "" && key != o.Key {
		return refuse(http.StatusBadRequest, CodeBody, "the bid's key %.60q is not the Idempotency-Key %.60q", o.Key, key)
	}
	if o.Key == "" {
		o.Key = key
	}
	id := r.PathValue("id")
	a, err := v.o.Exchange.Get(r.Context(), id)
	if err != nil {
		return err
	}
	in, err := o.input(a.Spec)
	if err != nil {
		return err
	}
	var result auction.Result
	switch in := in.(type) {
	case auction.Accept:
		result, err = v.o.Exchange.Accept(r.Context(), id, in)
	case auction.Reveal:
		result, err = v.o.Exchange.Reveal(r.Context(), id, in)
	case auction.Withdraw:
		result, err = v.o.Exchange.Withdraw(r.Context(), id, in)
	case auction.Bid:
		result, err = v.o.Exchange.Bid(r.Context(), id, in)
	}
	if err != nil {
		return err
	}
	answerWith(w, http.StatusOK, BidAnswer{1, result.Seq, result.Duplicate, result.Standing, some(result.Price), result.Quantity})
	return nil
}

// input is the order as the auction takes it.
func (o BidOrder) input(spec auction.Spec) (auction.Input, error) {
	asset := spec.Currency
	if o.Currency != "" {
		asset = money.Asset(o.Currency)
	}
	amount, err := amountOf("amount", o.Amount)
	if err != nil {
		return nil, err
	}
	switch {
	case o.Withdraw:
		return auction.Withdraw{Key: o.Key, Bidder: o.Bidder}, nil
	case o.Reveal != nil:
		return auction.Reveal{Key: o.Key, Bidder: o.Bidder, Amount: amount, Nonce: o.Reveal}, nil
	case o.Accept != 0:
		return auction.Accept{Key: o.Key, Bidder: o.Bidder, Asset: asset, Quantity: o.Accept, Limit: amount}, nil
	}
	b := auction.Bid{Key: o.Key, Bidder: o.Bidder, Asset: asset, Amount: amount, BuyNow: o.BuyNow, Commitment: o.Commitment}
	for i, text := range o.Values {
		a, err := amountOf(fmt.Sprintf("values[%d]", i), text)
		if err != nil {
			return nil, err
		}
		b.Values = append(b.Values, a)
	}
	for i, one := range o.Bundles {
		price, err := amountOf(fmt.Sprintf("bundles[%d].price", i), one.Price)
		if err != nil {
			return nil, err
		}
		bundle := auction.Bundle{Price: price, Group: auction.NoGroup}
		if one.Group != nil {
			bundle.Group = *one.Group
		}
		for _, name := range one.Goods {
			at := slices.Index(spec.Goods, money.Asset(name))
			if at < 0 {
				return nil, refuse(http.StatusBadRequest, CodeBid, "bundles[%d]: the auction has no good %.60q", i, name)
			}
			bundle.Goods = append(bundle.Goods, at)
		}
		b.Bundles = append(b.Bundles, bundle)
	}
	return b, nil
}

// amountOf reads an amount; an empty one is 0. The refusal does not repeat it: it may be a sealed bid.
func amountOf(field, text string) (money.Amount, error) {
	if text == "" {
		return 0, nil
	}
	a, err := money.Parse(text)
	if err != nil {
		p := refuse(http.StatusBadRequest, CodeBid, "%s: want an amount such as 12.50, with at most six digits behind the point", field)
		p.cause = err
		return 0, p
	}
	return a, nil
}
