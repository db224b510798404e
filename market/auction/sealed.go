// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"mabeam.dev/market/money"
)

const commitmentSize = sha256.Size

// Commit makes the commitment to an amount. It binds auction and bidder, so that nobody can use another's. The nonce is 16 random
// bytes or more, and secret until it is revealed.
func Commit(auction, bidder string, a money.Amount, nonce []byte) []byte {
	var data []byte
	for _, part := range [][]byte{[]byte(auction), []byte(bidder), nonce} {
		data = binary.BigEndian.AppendUint64(data, uint64(len(part)))
		data = append(data, part...)
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(data, uint64(a)))
	return sum[:]
}

// reveal judges what a commitment is said to stand for.
func (m *Machine) reveal(in Reveal) (plan, error) {
	e := m.bids[in.Bidder]
	switch {
	case !m.stamp(in).Before(m.closeAt):
		return plan{}, fmt.Errorf("auction: reveal the bid of %.100q in %q: %w", in.Bidder, m.spec.ID, ErrClosed)
	case e == nil:
		return plan{}, fmt.Errorf("auction: reveal the bid of %.100q in %q: %w", in.Bidder, m.spec.ID, ErrNoBid)
	case len(in.Nonce) < 16:
		return plan{}, &BidError{"nonce", "want 16 bytes or more"}
	case !bytes.Equal(e.bid.Commitment, Commit(m.spec.ID, in.Bidder, in.Amount, in.Nonce)):
		return plan{}, fmt.Errorf("auction: reveal the bid of %.100q in %q: %w", in.Bidder, m.spec.ID, ErrCommitMismatch)
	}
	if err := m.amount("amount", in.Amount); err != nil {
		return plan{}, err
	}
	open := e.bid
	open.Commitment, open.Amount = nil, in.Amount
	hold, err := m.cost(open)
	if err != nil {
		return plan{}, err
	}
	return plan{hold: max(hold, m.spec.Deposit), do: func() {
		e.revealed = true
		e.bid.Amount = in.Amount
	}}, nil
}

// weight is how much a bidder's bids count.
func (m *Machine) weight(bidder string) int64 {
	if !m.spec.Weighted {
		return 1
	}
	if w, ok := m.weights[bidder]; ok {
		return w
	}
	return million / 2
}

// ranked returns the bids that meet the reserve, best first.
func (m *Machine) ranked() []*entry {
	list := slices.DeleteFunc(m.live(), func(e *entry) bool { return !m.meets(e.bid.Amount) })
	slices.SortStableFunc(list, func(a, b *entry) int {
		if c := m.compare(a, b); c != 0 {
			return c
		}
		return m.tie(a, b)
	})
	return list
}

// compare is negative if a ranks before b: by amount times weight, in a procurement by amount over weight.
func (m *Machine) compare(a, b *entry) int {
	wa, wb := m.weight(a.bid.Bidder), m.weight(b.bid.Bidder)
	if m.spec.Reverse {
		wa, wb = wb, wa
	}
	ahi, alo := bits.Mul64(uint64(a.bid.Amount), uint64(wa))
	bhi, blo := bits.Mul64(uint64(b.bid.Amount), uint64(wb))
	c := cmp.Or(cmp.Compare(ahi, bhi), cmp.Compare(alo, blo))
	if m.spec.Reverse {
		return c
	}
	return -c
}

// tie orders equal bids: the earlier first, or by lot.
func (m *Machine) tie(a, b *entry) int {
	if m.spec.Lottery {
		la, lb := m.lot(a), m.lot(b)
		return bytes.Compare(la[:], lb[:])
	}
	return cmp.Compare(a.seq, b.seq)
}

// lot is what a bidder draws: nobody knows it before the log is closed.
func (m *Machine) lot(e *entry) [sha256.Size]byte {
	return sha256.Sum256(append(m.log[:], e.bid.Bidder...))
}

// keeps is the amount with which a bidder just keeps its rank before another; rounded in favour of the owner, and so never past its bid.
func (m *Machine) keeps(e, next *entry) (money.Amount, error) {
	we, wn := m.weight(e.bid.Bidder), m.weight(next.bid.Bidder)
	if m.spec.Reverse {
		return money.MulDiv(next.bid.Amount, we, wn, money.Down)
	}
	return money.MulDiv(next.bid.Amount, wn, we, money.Up)
}

// decideSealed sells to the best bids: each pays its own, or what the best losing bid asks of it.
func (m *Machine) decideSealed(second bool) ([]Award, error) {
	list := m.ranked()
	k := min(int(m.spec.Units), len(list))
	awards := make([]Award, k)
	for i, e := range list[:k] {
		price := e.bid.Amount
		if second {
			price = m.spec.Reserve
			if k < len(list) {
				keeps, err := m.keeps(e, list[k])
				if err != nil {
					return nil, err
				}
				price = m.bounded(keeps)
			}
		}
		awards[i] = Award{Bidder: e.bid.Bidder, Seq: e.seq, Units: 1, Amount: price}
	}
	return awards, nil
}

// forfeit lists who committed itself and did not reveal.
func (m *Machine) forfeit() []Forfeit {
	list := slices.Clone(m.forfeits)
	if m.spec.RevealFor == 0 {
		return list
	}
	var silent []*entry
	for _, e := range m.bids {
		if !e.revealed {
			silent = append(silent, e)
		}
	}
	slices.SortFunc(silent, func(a, b *entry) int { return cmp.Compare(a.seq, b.seq) })
	for _, e := range silent {
		list = append(list, Forfeit{e.bid.Bidder, m.spec.Deposit})
	}
	return list
}
