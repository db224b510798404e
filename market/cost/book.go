// SPDX-License-Identifier: Apache-2.0

package cost

import (
	"time"

	"mabeam.dev/market/money"
)

// Book is all that is known of usages, prices and budgets: the fold of its commands. It belongs to one goroutine.
type Book struct {
	now          time.Time // of the latest command
	floor        time.Time // before it all usages are forgotten
	prices       table
	usages       map[string]kept
	places       map[leaf]*place
	lines        map[string]*line
	rollups      map[member]*Rollup
	total        money.Amount
	ever         money.Amount // all that was ever added to what nodes have spent
	nodes        map[string]*node
	reservations map[string]*reservation
	due          agenda
}

// New makes an empty book.
func New() *Book {
	return &Book{prices: table{}, usages: map[string]kept{}, places: map[leaf]*place{}, lines: map[string]*line{}, rollups: map[member]*Rollup{}, nodes: map[string]*node{}, reservations: map[string]*reservation{}}
}

// Command is one thing to do. Exactly one of its parts is set, or none: then only time passes.
type Command struct {
	// At is the time of the command. One before an earlier command's is taken for that.
	At time.Time `json:"at"`

	Usage   *Usage    `json:"usage,omitempty"`
	Price   *Price    `json:"price,omitempty"`
	Limit   *Limit    `json:"limit,omitempty"`
	Reserve *Reserve  `json:"reserve,omitempty"`
	Commit  *Commit   `json:"commit,omitempty"`
	Release string    `json:"release,omitempty"`
	Forget  time.Time `json:"forget,omitzero"`
}

// Result is what came of a command.
type Result struct {
	// Already says that it was done before, and nothing was done now.
	Already bool
	// Cost is what a usage cost, or a commit spent.
	Cost money.Amount
	// Thrift says that a reservation was granted beyond a soft limit: do with less.
	Thrift bool
	// Overrun are the nodes that facts, or a lower limit, have pushed over their limits just now.
	Overrun []string
	// Adjustments are what a price has changed, by the ids of the usages.
	Adjustments []Adjustment
}

// Apply carries out a command, or returns an error and changes nothing but the time: reservations that are over by then end first.
func (b *Book) Apply(c Command) (Result, error) {
	if err := c.Validate(); err != nil {
		return Result{}, err
	}
	if c.At.After(b.now) {
		b.now = c.At
	}
	b.expire()
	switch {
	case c.Usage != nil:
		u := *c.Usage
		if u.At.IsZero() {
			u.At = b.now
			if was, ok := b.usages[u.ID]; ok {
				u.At = time.UnixMicro(was.at) // repeated later
			}
		}
		u.At = u.At.UTC().Truncate(time.Microsecond)
		return b.record(&u)
	case c.Price != nil:
		p := *c.Price
		p.From = p.From.UTC().Truncate(time.Microsecond)
		return b.reprice(p)
	case c.Limit != nil:
		return b.limit(*c.Limit), nil
	case c.Reserve != nil:
		r := *c.Reserve
		r.Until = r.Until.UTC().Truncate(time.Microsecond)
		return b.reserve(r)
	case c.Commit != nil:
		return b.commit(*c.Commit)
	case c.Release != "":
		return b.release(c.Release)
	case !c.Forget.IsZero():
		b.forget(c.Forget)
	}
	return Result{}, nil
}

// Now is the time of the latest command.
func (b *Book) Now() time.Time { return b.now }

// NextExpiry returns when the next reservation ends by itself, if one does.
func (b *Book) NextExpiry() (time.Time, bool) {
	for {
		d, ok := b.due.first()
		if !ok {
			return time.Time{}, false
		}
		if r := b.reservations[d.id]; r != nil && !r.ended && r.Until.Equal(d.at) {
			return d.at, true
		}
		b.due.pop()
	}
}
