// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"mabeam.dev/market/integrity"
	"mabeam.dev/market/stake"
)

// monitorSnapshot is the state of a monitor.
type monitorSnapshot struct {
	At      time.Time         `json:"at"`
	Cursors map[string]uint64 `json:"cursors,omitempty"` // written in order
	Window  observedSnapshot  `json:"window"`
	Raised  []Raised          `json:"raised,omitempty"`
}

// observedSnapshot is a window of what was settled.
type observedSnapshot struct {
	Sales    []integrity.Sale              `json:"sales,omitempty"`
	Tenders  []integrity.Tender            `json:"tenders,omitempty"`
	Trades   []integrity.Trade             `json:"trades,omitempty"`
	Rated    []integrity.Rated             `json:"rated,omitempty"`
	Accounts map[string]*integrity.Account `json:"accounts,omitempty"` // written in order, as the other
	Watchers map[string]*integrity.Watcher `json:"watchers,omitempty"`
	Declined []integrity.Finding           `json:"declined,omitempty"`
}

// count notes that items are in the journal.
func (k *monitorKeeper) count(items []monitorItem) {
	for _, i := range items {
		if k.taken++; i.Seen != nil {
			k.taken += len(i.Seen.All)
		}
	}
}

func (k *monitorKeeper) encode() []byte {
	w := &k.window
	k.taken = 0
	return written(monitorSnapshot{
		k.at, k.cursors, observedSnapshot{w.sales, w.tenders, w.trades, w.rated, w.accounts, w.watchers, w.declined}, k.raised,
	})
}

func (k *monitorKeeper) decode(state []byte) error {
	var s monitorSnapshot
	if err := json.Unmarshal(state, &s); err != nil {
		return fmt.Errorf("market: decode monitor: %w", err)
	}
	k.reset()
	w := &k.window // with rules of today it may keep less
	w.sales, w.tenders, w.trades = recent(s.Window.Sales, w.most), recent(s.Window.Tenders, w.most), recent(s.Window.Trades, w.most)
	w.rated, w.declined = recent(s.Window.Rated, w.most), recent(s.Window.Declined, w.most)
	maps.Copy(w.accounts, s.Window.Accounts)
	maps.Copy(w.watchers, s.Window.Watchers)
	k.at, k.raised, k.dirty = s.At, s.Raised, true // as after a whole stream, it looks once
	maps.Copy(k.cursors, s.Cursors)
	for i := range k.raised {
		k.known[matter(&k.raised[i].Finding)] = i
	}
	return nil
}

func (k *monitorKeeper) since() int { return k.taken }

// securitySnapshot is the state of the brake of a market.
type securitySnapshot struct {
	Stress json.RawMessage `json:"stress"`
	Raised [4]bool         `json:"raised"`
	Last   securityCommand `json:"last"`
}

func (k *securityKeeper) encode() []byte {
	k.taken = 0
	return written(securitySnapshot{k.stress.Encode(), k.alarm.Raised(), k.last})
}

func (k *securityKeeper) decode(state []byte) error {
	var s securitySnapshot
	if err := json.Unmarshal(state, &s); err != nil {
		return fmt.Errorf("market: decode security: %w", err)
	}
	stress, err := stake.DecodeStress(k.s.o.Levels, s.Stress)
	if err != nil {
		return err
	}
	k.reset()
	k.stress, k.last = stress, s.Last
	k.alarm.Raise(s.Raised)
	return nil
}

func (k *securityKeeper) since() int { return k.taken }
