// SPDX-License-Identifier: Apache-2.0

package market

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"mabeam.dev/market/integrity"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/stake"
)

// tillSnapshot is the state of a process whose commands move money.
type tillSnapshot struct {
	Seq   uint64            `json:"seq"`
	Now   time.Time         `json:"now"`
	Open  []openBill        `json:"open,omitempty"`
	By    map[string]uint64 `json:"by,omitempty"` // the open bill of a subject; written in order
	State json.RawMessage   `json:"state"`
}

// openBill is a bill that is not done. Its transaction is what the order asks for.
type openBill struct {
	Order order     `json:"order"`
	Seq   uint64    `json:"seq"`
	At    time.Time `json:"at"`
}

func (k *tillKeeper[C, A]) encode() []byte {
	s := tillSnapshot{Seq: k.seq, Now: k.now, By: k.bySubject, State: k.core.encode()}
	for _, seq := range slices.Sorted(maps.Keys(k.open)) {
		b := k.open[seq]
		s.Open = append(s.Open, openBill{b.order, seq, b.At})
	}
	k.taken = 0
	return written(s)
}

func (k *tillKeeper[C, A]) decode(state []byte) error {
	var s tillSnapshot
	if err := json.Unmarshal(state, &s); err != nil {
		return fmt.Errorf("market: decode %s: %w", k.family, err)
	}
	k.reset()
	if err := k.core.decode(s.State); err != nil {
		return fmt.Errorf("market: decode %s: %w", k.family, err)
	}
	k.seq, k.now = s.Seq, s.Now
	for _, o := range s.Open {
		k.open[o.Seq] = k.bill(&o.Order, o.Seq, o.At)
	}
	maps.Copy(k.bySubject, s.By)
	return nil
}

func (k *tillKeeper[C, A]) since() int { return k.taken }

// written is a snapshot as text.
func written(snapshot any) []byte {
	data, err := json.Marshal(snapshot)
	if err != nil {
		panic(err) // values only, and the state has refused what is no number
	}
	return data
}

// dealsSnapshot is the state of a process of deals.
type dealsSnapshot struct {
	Market json.RawMessage   `json:"market"`
	Made   map[string]string `json:"made,omitempty"` // written in order, as the others
	Last   map[string]string `json:"last,omitempty"`
	Paid   map[string]string `json:"paid,omitempty"`
	Review []string          `json:"review,omitempty"`
	Halted bool              `json:"halted,omitempty"`
}

func (c *dealCore) encode() []byte {
	return written(dealsSnapshot{c.m.Encode(), c.made, c.last, c.paid, slices.Sorted(maps.Keys(c.review)), c.halted})
}

func (c *dealCore) decode(state []byte) error {
	var s dealsSnapshot
	if err := json.Unmarshal(state, &s); err != nil {
		return err
	}
	c.reset()
	m, err := listing.Decode(c.rules, c.judge, s.Market)
	if err != nil {
		return err
	}
	c.m, c.halted = m, s.Halted
	maps.Copy(c.made, s.Made)
	maps.Copy(c.last, s.Last)
	maps.Copy(c.paid, s.Paid)
	for _, who := range s.Review {
		c.review[who] = true
	}
	return nil
}

// stakesSnapshot is the state of a process of stakes and cases.
type stakesSnapshot struct {
	Stakes  json.RawMessage           `json:"stakes"`
	Cases   map[string]integrity.Case `json:"cases,omitempty"` // written in order, as the others
	Accused map[string][]string       `json:"accused,omitempty"`
	Made    map[string]string         `json:"made,omitempty"`
	Last    map[string]string         `json:"last,omitempty"`
	Pledges map[string]stakeAmount    `json:"pledges,omitempty"`
	Windows []string                  `json:"windows,omitempty"`
}

func (c *stakeCore) encode() []byte {
	var windows []string
	for _, id := range c.windows {
		if s := c.cases[id].State; s == integrity.Upheld || s == integrity.Rejected { // of others there is nothing to be done
			windows = append(windows, id)
		}
	}
	return written(stakesSnapshot{c.s.Encode(), c.cases, c.accused, c.made, c.last, c.pledges, windows})
}

func (c *stakeCore) decode(state []byte) error {
	var s stakesSnapshot
	if err := json.Unmarshal(state, &s); err != nil {
		return err
	}
	c.reset()
	stakes, err := stake.Decode(c.rules, s.Stakes)
	if err != nil {
		return err
	}
	c.s, c.windows = stakes, s.Windows
	maps.Copy(c.cases, s.Cases)
	maps.Copy(c.accused, s.Accused)
	maps.Copy(c.made, s.Made)
	maps.Copy(c.last, s.Last)
	maps.Copy(c.pledges, s.Pledges)
	return nil
}

// poolSnapshot is the state of an insurance pool's process.
type poolSnapshot struct {
	Pool json.RawMessage         `json:"pool"`
	Made map[string]string       `json:"made,omitempty"` // written in order, as the other
	Pays map[string]money.Amount `json:"pays,omitempty"`
}

func (c *poolCore) encode() []byte { return written(poolSnapshot{c.p.Encode(), c.made, c.pays}) }

func (c *poolCore) decode(state []byte) error {
	var s poolSnapshot
	if err := json.Unmarshal(state, &s); err != nil {
		return err
	}
	c.reset()
	p, err := stake.DecodePool(c.rules, s.Pool)
	if err != nil {
		return err
	}
	c.p = p
	maps.Copy(c.made, s.Made)
	maps.Copy(c.pays, s.Pays)
	return nil
}
