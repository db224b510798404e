// SPDX-License-Identifier: Apache-2.0

package market

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
)

// bookBatch is the type of the events of a book of orders.
const bookBatch = "market.book.batch"

// bookAct is what a command asks for.
type bookAct uint8

const (
	actPlace bookAct = iota + 1
	actCancel
	actReplace
	actHalt
	actCall
	actUncross
	actDouble
	actBrake // Quantity 1 pulls it, 0 releases it
)

// bookCommand is what a book is told; the journal keeps those that it took.
type bookCommand struct {
	Act       bookAct             `json:"act"`
	Key       string              `json:"key"`
	Owner     string              `json:"owner,omitempty"`
	Order     orderbook.ID        `json:"order,omitempty"`
	Side      orderbook.Side      `json:"side,omitempty"`
	Kind      orderbook.Kind      `json:"kind,omitempty"`
	SelfTrade orderbook.SelfTrade `json:"self,omitempty"`
	Price     money.Amount        `json:"price,omitempty"`
	Quantity  int64               `json:"quantity,omitempty"`
	Funds     money.Amount        `json:"funds,omitempty"`
	Stop      money.Amount        `json:"stop,omitempty"`
	// Hold and Held are what was set aside for it.
	Hold string       `json:"hold,omitempty"`
	Held money.Amount `json:"held,omitempty"`

	asks func(*bookKeeper) []Standing // a question instead; pure
}

// order is what the book of numbers is told.
func (c *bookCommand) order(owner orderbook.Owner) orderbook.Order {
	return orderbook.Order{
		Owner: owner, Side: c.Side, Kind: c.Kind, SelfTrade: c.SelfTrade, Price: c.Price, Quantity: c.Quantity, Funds: c.Funds, Stop: c.Stop,
	}
}

// digest tells contents of a key apart. What was held is no part of it.
func (c *bookCommand) digest() (d [16]byte) {
	b := make([]byte, 0, 96)
	for _, v := range [...]uint64{
		uint64(c.Act), uint64(c.Order), uint64(c.Side), uint64(c.Kind), uint64(c.SelfTrade),
		uint64(c.Price), uint64(c.Quantity), uint64(c.Funds), uint64(c.Stop),
	} {
		b = binary.AppendUvarint(b, v)
	}
	sum := sha256.Sum256(append(b, c.Owner...))
	copy(d[:], sum[:])
	return d
}

// bookAnswer is what a command or a question brings.
type bookAnswer struct {
	placed    Placed
	standings []Standing
}

// bookRules are what a book is begun with.
type bookRules struct {
	Spec orderbook.Spec `json:"spec"`
	Fees orderbook.Fees `json:"fees"`
	Keys int            `json:"keys"`
}

// bookEvent is what one append holds: commands that were taken at one moment, in order.
type bookEvent struct {
	At       int64         `json:"at"`
	Begin    *bookRules    `json:"begin,omitempty"` // of the first one
	Commands []bookCommand `json:"commands"`
}

// bookSnapshot is a book as it is written down.
type bookSnapshot struct {
	Rules   bookRules       `json:"rules"`
	Braked  bool            `json:"braked,omitempty"`
	Book    json.RawMessage `json:"book"`
	Now     int64           `json:"now"`
	Batches uint64          `json:"batches"`
	Owners  []string        `json:"owners"`
	Orders  []bookPurse     `json:"orders"`
	Keys    []kept[Placed]  `json:"keys"`
	Tape    []Trade         `json:"tape"`
}

// bookPurse is what is set aside for an order.
type bookPurse struct {
	ID    orderbook.ID `json:"id"`
	Owner string       `json:"owner"`
	Hold  ledger.Hold  `json:"hold"`
}
