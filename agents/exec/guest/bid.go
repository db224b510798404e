// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// BidRequest asks what the program wants for tasks.
type BidRequest struct {
	// ID names the request.
	ID string `json:"id"`
	// Tasks are those that are bid for together; at least one.
	Tasks []BidTask `json:"tasks"`
	// Slots is how many of them the program may win.
	Slots int `json:"slots"`
	// Bundles reports whether bundles of several tasks can win.
	Bundles bool `json:"bundles"`
	// Deadline is how many milliseconds an answer counts from when the request was sent.
	Deadline int64 `json:"deadline_ms"`
	// Currency is what prices are in.
	Currency string `json:"currency"`
	// Ceiling is the most that is paid for a task.
	Ceiling money.Amount `json:"ceiling"`
}

// BidTask is what is told of a task that is bid for; not its input.
type BidTask struct {
	// ID is that of the task.
	ID string `json:"id"`
	// Kind says what to do.
	Kind string `json:"kind"`
	// Capability is what the task needs; empty if nothing.
	Capability string `json:"capability"`
	// Bytes is the length of its input.
	Bytes int `json:"bytes"`
	// Attempt is the attempt that it would be, from 1.
	Attempt int `json:"attempt"`
}

// Bid is what the program asks: a price for each task, or bundles. The zero Bid passes.
type Bid struct {
	// Price is asked for each task that is won; 0 without.
	Price money.Amount
	// Bundles are asked for instead; at most one of them wins.
	Bundles []Bundle
	// Why is the reason of a pass, for people.
	Why string
}

// Bundle is a price for tasks that are won together.
type Bundle struct {
	// Tasks are ids of tasks of the request, each once.
	Tasks []string `json:"tasks"`
	// Price is asked for all of them.
	Price money.Amount `json:"price"`
}

// Bidder answers a request. It is called on a goroutine of its own, several at once if several queues ask; ctx ends with the request's time. An error
// is a pass with its text as the reason.
type Bidder func(ctx context.Context, r BidRequest) (Bid, error)

// bid has a request answered on a goroutine of its own, so that tasks and pings are read meanwhile.
func (s *server) bid(ctx context.Context, text []byte, on Bidder) error {
	if on == nil {
		return nil // the node asks nobody that does not say so
	}
	var r BidRequest
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("guest: read %q: %w", text, err)
	}
	s.tasks.Go(func() { // awaited by Serve
		ctx, cancel := context.WithTimeout(ctx, time.Duration(r.Deadline)*time.Millisecond)
		defer cancel()
		b, err := on(ctx, r)
		_ = s.send(b.answer(r.ID, err)) // a node that has gone is noticed by the reader
	})
	return nil
}

// answer is the line of a bid.
func (b Bid) answer(id string, err error) map[string]any {
	switch {
	case err != nil:
		return map[string]any{"type": "pass", "id": id, "why": err.Error()}
	case len(b.Bundles) > 0:
		return map[string]any{"type": "bid", "id": id, "bundles": slices.Clone(b.Bundles)}
	case b.Price != 0:
		return map[string]any{"type": "bid", "id": id, "price": b.Price}
	}
	return map[string]any{"type": "pass", "id": id, "why": b.Why}
}
