// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/config"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

// MarketRefused is the event: something that the config says of a market is not so, and stays as it was.
type MarketRefused struct {
	What string // an account or an auction
	Err  error  // why
}

// EventName returns "node.market_refused".
func (MarketRefused) EventName() string { return "node.market_refused" }

// LogLevel is Warn.
func (MarketRefused) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs says what and why.
func (e MarketRefused) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("what", e.What), slog.Any(telemetry.KeyError, e.Err)}
}

// opening is what is known of what the config brings into the market.
type opening struct {
	n  *Node
	mu struct {
		sync.Mutex
		refused []string
	}
}

// problem says what was refused; empty if nothing was.
func (o *opening) problem() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.mu.refused, "; ")
}

func (o *opening) refuse(what string, err error) {
	telemetry.Emit(o.n.o.Bus, MarketRefused{what, err})
	o.mu.Lock()
	defer o.mu.Unlock()
	if line := what + ": " + err.Error(); !slices.Contains(o.mu.refused, line) {
		o.mu.refused = append(o.mu.refused, line)
	}
}

// openingStep says with which entry the process goes on.
type openingStep struct{ next int }

// openingPause is the wait before something is tried again that was not there.
const openingPause = 100 * time.Millisecond

// opener is the process that brings it in: one entry after the other, each as often as it takes. Every one is done once, whatever ends, as its key
// is that of the entry. Then it does nothing more.
type opener struct {
	o       *opening
	entries []entry
}

// entry is one thing that the config declares.
type entry struct {
	what string
	do   func(ctx context.Context) error
}

// Init begins in the next turn.
func (p *opener) Init(ctx *actors.Context[openingStep]) error {
	p.entries = p.o.n.entries()
	ctx.Continue(openingStep{})
	return nil
}

// Receive does one entry.
func (p *opener) Receive(ctx *actors.Context[openingStep], m openingStep) error {
	if m.next >= len(p.entries) {
		return nil
	}
	t := p.entries[m.next]
	err := t.do(ctx)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return err
	case errors.Is(err, market.ErrUnavailable) || errors.Is(err, actors.ErrMailboxFull):
		ctx.After(openingPause, m)
		return nil
	default:
		p.o.refuse(t.what, err)
	}
	ctx.Self().Tell(openingStep{m.next + 1})
	return nil
}

// entries are those of the config, in its order.
func (n *Node) entries() []entry {
	c := n.o.Config.Market
	var all []entry
	post := func(what string, t ledger.Transaction) {
		all = append(all, entry{what, func(ctx context.Context) error {
			_, err := n.market.ledger.Post(ctx, t)
			return err
		}})
	}
	for _, a := range c.Accounts {
		what := fmt.Sprintf("account %q", a.Owner)
		post(what, ledger.Open("opening/"+a.Owner, a.Owner))
		for _, of := range slices.Sorted(maps.Keys(a.Money)) {
			post(what, ledger.Deposit("opening/"+a.Owner+"/"+of, a.Owner, money.Of(a.Money[of], money.Asset(of))))
		}
		for _, of := range slices.Sorted(maps.Keys(a.Goods)) {
			post(what, ledger.Deposit("opening/"+a.Owner+"/"+of, a.Owner, money.Of(money.Amount(a.Goods[of]), money.Asset(of))))
		}
	}
	for _, a := range c.Auctions {
		all = append(all, entry{fmt.Sprintf("auction %q", a.Auction), func(ctx context.Context) error { return n.declare(ctx, a, a.Spec(*c)) }})
	}
	return append(all, n.fundings()...)
}

// declare creates an auction and opens it. One that is further already stays as it is.
func (n *Node) declare(ctx context.Context, a config.Auction, spec auction.Spec) error {
	x := n.market.exchange
	have, err := x.Create(ctx, spec)
	if err != nil || !a.Open || have.View.State != auction.Draft {
		return err
	}
	if spec.StartAt.After(n.sys.Now()) {
		_, err = x.Announce(ctx, spec.ID)
	} else {
		_, err = x.Open(ctx, spec.ID)
	}
	var state *auction.StateError
	if errors.As(err, &state) {
		return nil // somebody else was quicker
	}
	return err
}
