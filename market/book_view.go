// SPDX-License-Identifier: Apache-2.0

package market

import (
	"fmt"
	"sync"
	"time"

	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
)

// Trade is one line of the tape of a book.
type Trade struct {
	// ID numbers the trades of the book, from 1.
	ID orderbook.ID `json:"id"`
	// At is when, in nanoseconds since 1970.
	At int64 `json:"at"`
	// Price is what a piece cost, without fees.
	Price    money.Amount `json:"price"`
	Quantity int64        `json:"quantity"`
	Buyer    string       `json:"buyer"`
	Seller   string       `json:"seller"`
	// Buy and Sell are the orders.
	Buy  orderbook.ID `json:"buy"`
	Sell orderbook.ID `json:"sell"`
	// Taker is the side that came; in a call it means nothing.
	Taker orderbook.Side `json:"taker"`
}

// BookView is what everybody may know of a book at one moment. Its slices belong to nobody: read them only.
type BookView struct {
	Name        string
	Base, Quote money.Asset
	Phase       orderbook.Phase
	// Buy and Sell are the best levels, the best first.
	Buy, Sell []orderbook.Level
	// Last is the price of the last trade, and Mid the middle between the best prices; 0 where there is none.
	Last, Mid money.Amount
	// Trades is how many there were.
	Trades orderbook.ID
	// At is the latest moment of a command.
	At time.Time
}

// bookSeen is what readers see of a book, always as it is after whole batches that are durable. The process replaces it; readers hold the lock for
// nothing but reading.
type bookSeen struct {
	mu struct {
		sync.RWMutex
		ready bool
		now   BookView
		tape  orderbook.Tape
		names []Trade // by their numbers, modulo the length
	}
}

// replace publishes a book as a whole.
func (s *bookSeen) replace(v BookView, size int, all []Trade) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.ready, s.mu.tape, s.mu.names = true, orderbook.NewTape(size), make([]Trade, size)
	s.addLocked(v, all)
}

// change publishes what a batch has changed.
func (s *bookSeen) change(v BookView, more []Trade) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addLocked(v, more)
}

func (s *bookSeen) addLocked(v BookView, more []Trade) {
	s.mu.now = v
	for _, t := range more {
		s.mu.tape.Add(orderbook.Print{Trade: t.ID, At: t.At, Price: t.Price, Quantity: t.Quantity})
		s.mu.names[int(uint64(t.ID)%uint64(len(s.mu.names)))] = t
	}
}

// errNoBook is ErrUnavailable of a book that nobody has started yet.
var errNoBook = fmt.Errorf("market: book: not started: %w", ErrUnavailable)

func (s *bookSeen) view() (BookView, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.mu.ready {
		return BookView{}, errNoBook
	}
	return s.mu.now, nil
}

func (s *bookSeen) since(after orderbook.ID) (all []Trade, missed bool, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.mu.ready {
		return nil, false, errNoBook
	}
	last := s.mu.now.Trades
	first := last - orderbook.ID(s.mu.tape.Len()) + 1
	for id := max(after+1, first); id <= last; id++ {
		all = append(all, s.mu.names[int(uint64(id)%uint64(len(s.mu.names)))])
	}
	return all, after+1 < first, nil
}

func (s *bookSeen) vwap(since time.Time) (money.Amount, int64, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.mu.ready {
		return 0, 0, errNoBook
	}
	return s.mu.tape.VWAP(since.UnixNano())
}

func (s *bookSeen) twap(since, until time.Time) (money.Amount, time.Duration, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.mu.ready {
		return 0, 0, errNoBook
	}
	p, covered, err := s.mu.tape.TWAP(since.UnixNano(), until.UnixNano())
	return p, time.Duration(covered), err
}
