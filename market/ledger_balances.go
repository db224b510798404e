// SPDX-License-Identifier: Apache-2.0

package market

import (
	"fmt"
	"maps"
	"sync"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// balances are what readers see of a ledger: always the state after whole transactions that are durable. The process replaces them between its
// turns; readers never wait for it, and hold the lock for nothing but reading.
type balances struct {
	mu struct {
		sync.RWMutex
		ready bool
		seq   uint64
		all   map[ledger.Slot]money.Amount
	}
}

// replace publishes a state as a whole.
func (b *balances) replace(seq uint64, all map[ledger.Slot]money.Amount) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mu.ready, b.mu.seq, b.mu.all = true, seq, all
}

// change publishes what a batch has changed.
func (b *balances) change(seq uint64, changed map[ledger.Slot]money.Amount) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mu.seq = seq
	for s, v := range changed {
		if v == 0 {
			delete(b.mu.all, s)
		} else {
			b.mu.all[s] = v
		}
	}
}

// errNeverStarted is ErrUnavailable of a ledger that nobody has started yet.
var errNeverStarted = fmt.Errorf("market: ledger: not started: %w", ErrUnavailable)

func (b *balances) read(slots []ledger.Slot) (uint64, []money.Amount, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if !b.mu.ready {
		return 0, nil, errNeverStarted
	}
	out := make([]money.Amount, len(slots))
	for i, s := range slots {
		out[i] = b.mu.all[s]
	}
	return b.mu.seq, out, nil
}

func (b *balances) all() (uint64, map[ledger.Slot]money.Amount, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if !b.mu.ready {
		return 0, nil, errNeverStarted
	}
	return b.mu.seq, maps.Clone(b.mu.all), nil
}
