// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/market/integrity"
)

// Books is the Source of a book of orders: its trades. The journal has commands only, so it is folded again, once for each incarnation of the
// monitor that looks at trades.
func Books(b *Book) Source { return &bookSource{b: b} }

// bookSource folds the stream of a book for itself. It belongs to one process.
type bookSource struct {
	b       *Book
	k       *bookKeeper
	version uint64       // up to which it is folded
	base    uint64       // kept is everything behind it
	kept    []tradedThen // what was folded and may be asked for again
}

// tradedThen is the trades of one version, of which there are some.
type tradedThen struct {
	version uint64
	trades  []Trade
}

func (s *bookSource) Stream() string { return s.b.o.stream }

// serves says that no monitor but the one of trades has to fold the book.
func (s *bookSource) serves(g Detector) bool { return g == Trading }

func (s *bookSource) Observe(ctx context.Context, from uint64, yield func(uint64, *Observation) error) error {
	if s.k == nil || from < s.base {
		s.k, _ = s.b.new().(*bookKeeper)
		s.k.reset()
		s.version, s.base, s.kept = 0, from, nil
	}
	s.kept = slices.DeleteFunc(s.kept, func(t tradedThen) bool { return t.version <= from })
	s.base = from
	for _, t := range s.kept {
		if err := s.yield(t, yield); err != nil {
			return err
		}
	}
	if n := len(s.kept); s.version > from && (n == 0 || s.kept[n-1].version < s.version) {
		if err := yield(s.version, nil); err != nil {
			return err
		}
	}
	return s.b.o.journal.Read(ctx, s.Stream(), s.version, func(version uint64, ev Event) error {
		if ev.Type == bookBatch { // others say nothing of trades
			if err := s.k.replay(ev); err != nil {
				s.k = nil // half of it may have happened
				return err
			}
		}
		s.version = version
		t := tradedThen{version, s.k.news}
		s.k.news, s.k.moved = nil, nil
		switch {
		case version <= from:
			return nil
		case len(t.trades) == 0:
			return yield(version, nil)
		}
		s.kept = append(s.kept, t)
		return s.yield(t, yield)
	})
}

func (s *bookSource) yield(t tradedThen, yield func(uint64, *Observation) error) error {
	for _, one := range t.trades {
		o := &Observation{Trade: &integrity.Trade{
			ID: fmt.Sprintf("%s/%d", s.b.Name(), one.ID), From: one.Seller, To: one.Buyer, Asset: string(s.k.rules.Spec.Base), Pieces: one.Quantity,
			At: time.Unix(0, one.At).UTC(),
		}}
		if err := yield(t.version, o); err != nil {
			return err
		}
	}
	return nil
}
