// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// Tender asks the program for a bid, as the owner gives it to the session.
type Tender struct {
	// Call names the call for bids; it is not empty.
	Call string
	// Tasks are those that are bid for together. One whose ID is empty is over, and the program is not told of it.
	Tasks []BidTask
	// Slots is how many of them the program may win, above 0.
	Slots int
	// Currency is what prices are in.
	Currency string
	// Ceiling is the most that is paid for a task.
	Ceiling money.Amount
	// Within is how long an answer counts, above 0.
	Within time.Duration
}

// Proposal is a bid that counts: a price for each task, or bundles of which at most one wins.
type Proposal struct {
	// Each is asked for every task that is won; 0 with bundles.
	Each money.Amount
	// Bundles are the sets of tasks that the program asks a price for.
	Bundles []Bundle
}

// Bundle is a price for several tasks together.
type Bundle struct {
	// Tasks are rising places in Tender.Tasks.
	Tasks []int
	// Price is asked for all of them; above 0.
	Price money.Amount
}

// maxBundles bounds a bid.
const maxBundles = 256

// together reports whether bundles of more than one task may be bid for.
func (t Tender) together() bool {
	return t.Slots > 1 && t.open() > 1
}

// open counts the tasks that can be won.
func (t Tender) open() int {
	n := 0
	for _, task := range t.Tasks {
		if task.ID != "" {
			n++
		}
	}
	return n
}

// request is the line of a tender.
func (t Tender) request(id string) BidRequest {
	r := BidRequest{
		ID: id, Slots: t.Slots, Bundles: t.together(), DeadlineMS: max(1, t.Within.Milliseconds()), Currency: t.Currency, Ceiling: t.Ceiling,
	}
	for _, task := range t.Tasks {
		if task.ID != "" {
			r.Tasks = append(r.Tasks, task)
		}
	}
	return r
}

// Judge reads a bid as an answer to the tender. The error is ErrBidMalformed, ErrBidPrice, ErrBidOverflow, ErrBidPrecision or ErrBidTask with
// what is wrong.
func (t Tender) Judge(b Bid) (Proposal, error) {
	priced, bundled := given(b.Price), given(b.Bundles)
	switch {
	case priced == bundled:
		return Proposal{}, fmt.Errorf("%w: want either price or bundles", ErrBidMalformed)
	case priced:
		each, err := price(b.Price)
		if err != nil {
			return Proposal{}, err
		}
		if _, err := each.Mul(int64(max(1, min(t.Slots, t.open())))); err != nil {
			return Proposal{}, fmt.Errorf("%w: price times tasks", ErrBidOverflow)
		}
		return Proposal{Each: each}, nil
	}
	var wire []struct {
		Tasks []string        `json:"tasks"`
		Price json.RawMessage `json:"price"`
	}
	if err := json.Unmarshal(b.Bundles, &wire); err != nil {
		return Proposal{}, fmt.Errorf("%w: bundles: %s", ErrBidMalformed, err)
	}
	if n := len(wire); n == 0 || n > maxBundles {
		return Proposal{}, fmt.Errorf("%w: %d bundles, want 1 to %d", ErrBidMalformed, n, maxBundles)
	}
	var p Proposal
	for i, w := range wire {
		tasks, err := t.places(w.Tasks)
		if err != nil {
			return Proposal{}, fmt.Errorf("%w: bundle %d", err, i)
		}
		asked, err := price(w.Price)
		if err != nil {
			return Proposal{}, fmt.Errorf("%w: bundle %d", err, i)
		}
		p.Bundles = append(p.Bundles, Bundle{Tasks: tasks, Price: asked})
	}
	return p, nil
}

// places finds the tasks of a bundle.
func (t Tender) places(ids []string) ([]int, error) {
	if len(ids) == 0 {
		return nil, fmt.Errorf("%w: no task", ErrBidTask)
	}
	if len(ids) > t.Slots {
		return nil, fmt.Errorf("%w: %d tasks, and %d slots are free", ErrBidTask, len(ids), t.Slots)
	}
	var at []int
	for _, id := range ids {
		i := slices.IndexFunc(t.Tasks, func(task BidTask) bool { return task.ID == id })
		if id == "" || i < 0 {
			return nil, fmt.Errorf("%w: %s is not asked for", ErrBidTask, quoteHead([]byte(id)))
		}
		if slices.Contains(at, i) {
			return nil, fmt.Errorf("%w: %s is there twice", ErrBidTask, quoteHead([]byte(id)))
		}
		at = append(at, i)
	}
	slices.Sort(at)
	return at, nil
}

// given reports whether a field is there and not null.
func given(raw json.RawMessage) bool {
	return len(raw) > 0 && !bytes.Equal(raw, []byte("null"))
}

// price reads a decimal number, as a JSON string or a number, without ever rounding it.
func price(raw json.RawMessage) (money.Amount, error) {
	word := string(raw)
	if len(raw) > 0 && raw[0] == '"' {
		if err := json.Unmarshal(raw, &word); err != nil {
			return 0, fmt.Errorf("%w: price: %s", ErrBidMalformed, err)
		}
	}
	p, err := money.Parse(word)
	switch {
	case errors.Is(err, money.ErrOverflow):
		return 0, fmt.Errorf("%w: price %s", ErrBidOverflow, quoteHead(raw))
	case errors.Is(err, money.ErrPrecision):
		return 0, fmt.Errorf("%w: price %s", ErrBidPrecision, quoteHead(raw))
	case err != nil:
		return 0, fmt.Errorf("%w: price %s is no decimal number", ErrBidMalformed, quoteHead(raw))
	case p <= 0:
		return 0, fmt.Errorf("%w: price %s", ErrBidPrice, quoteHead(raw))
	}
	return p, nil
}
