// SPDX-License-Identifier: Apache-2.0

package orderbook_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market/money"
	. "mabeam.dev/market/orderbook"
)

// traffic is commands like those of a busy book: most orders rest near the middle and are cancelled or amended, some trade.
type traffic struct {
	book  *Book
	r     *rand.Rand
	live  []Standing
	at    int64
	count [4]int
}

func newTraffic(tb testing.TB) *traffic {
	w := &traffic{book: open(tb, nil), r: rand.New(rand.NewPCG(1, 2))}
	for range 40_000 {
		w.step()
	}
	return w
}

func (w *traffic) step() {
	w.at++
	n := w.r.Uint32()
	switch {
	case n%100 < 40 || len(w.live) < 1000:
		side := Side(n >> 8 & 1)
		price := money.Amount(100_000 + (n>>9)%500)
		if side == Buy {
			price = money.Amount(99_999 - (n>>9)%500)
		}
		o := Order{Owner: Owner(n >> 20 & 63), Side: side, Price: price, Quantity: int64(1 + n>>26)}
		id, _, err := w.book.Place(w.at, o)
		if err != nil {
			panic(err)
		}
		w.live = append(w.live, Standing{id, o})
		w.count[0]++
	case n%100 < 85:
		i := int(n>>8) % len(w.live)
		s := w.live[i]
		if n%100 < 78 {
			w.live[i] = w.live[len(w.live)-1]
			w.live = w.live[:len(w.live)-1]
		}
		if _, err := w.book.Find(s.ID); err != nil { // traded meanwhile
			return
		}
		if n%100 < 78 {
			_, _ = w.book.Cancel(w.at, s.Owner, s.ID)
			w.count[1]++
			return
		}
		_, _ = w.book.Amend(w.at, s.Owner, s.ID, s.Price, 1+int64(n>>26))
		w.count[2]++
	default:
		side := Side(n >> 8 & 1)
		price := money.Amount(99_000)
		if side == Buy {
			price = 101_000
		}
		_, _, _ = w.book.Place(w.at, Order{Owner: 1000, Side: side, Kind: IOC, Price: price, Quantity: int64(1 + n>>27)})
		w.count[3]++
	}
}

func TestABookThatDoesNotGrowAllocatesNothing(t *testing.T) {
	w := newTraffic(t)
	w.live = append(make([]Standing, 0, 1<<16), w.live...)
	require.Less(t, testing.AllocsPerRun(20_000, w.step), 0.01)
}

func BenchmarkBook(b *testing.B) {
	w := newTraffic(b)
	b.ReportAllocs()
	for b.Loop() {
		w.step()
	}
}
