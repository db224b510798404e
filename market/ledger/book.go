// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"cmp"
	"maps"
	"slices"

	"mabeam.dev/market/money"
)

// Slot is one asset in one account.
type Slot struct {
	Account Account
	Asset   money.Asset
}

// Book is the state of a ledger: what the transactions so far have made of nothing. It belongs to one goroutine.
type Book struct {
	seq      uint64
	balances map[Slot]money.Amount // none is 0
	open     map[Account]bool      // of owners, pools and subsidies
	holds    map[string]opened     // that are open, by id
	byRef    map[string]map[string]bool
	closed   map[string]bool   // ids of holds that were closed; true if captured
	fences   map[string]uint64 // the highest epoch seen, by ref
	keys     map[string]done
	net      []change // of the transaction in hand; kept for its memory
	netAt    map[Slot]int
}

// opened is a hold and the transaction that opened it.
type opened struct {
	Hold
	seq uint64
}

// done is what is remembered of a transaction.
type done struct {
	seq    uint64
	digest digest
}

// New makes an empty book.
func New() *Book {
	return &Book{
		balances: map[Slot]money.Amount{}, open: map[Account]bool{}, holds: map[string]opened{}, byRef: map[string]map[string]bool{},
		closed: map[string]bool{}, fences: map[string]uint64{}, keys: map[string]done{},
	}
}

// Seq is the number of transactions so far.
func (b *Book) Seq() uint64 { return b.seq }

// Balance returns what is in an account of an asset; 0 where nothing ever was.
func (b *Book) Balance(a Account, of money.Asset) money.Amount { return b.balances[Slot{a, of}] }

// Balances returns everything that is not 0. The caller owns the map.
func (b *Book) Balances() map[Slot]money.Amount { return maps.Clone(b.balances) }

// Circulating returns how much of an asset is in the book: what came from World and has not gone back. money.ErrOverflow says that it is one micro-unit
// more than an Amount holds.
func (b *Book) Circulating(of money.Asset) (money.Amount, error) { return b.Balance(World, of).Neg() }

// IsOpen reports whether an available account, a pool or a subsidy was opened.
func (b *Book) IsOpen(a Account) bool { return b.open[a] }

// Accounts returns the accounts that were opened, in order.
func (b *Book) Accounts() []Account { return slices.Sorted(maps.Keys(b.open)) }

// Hold returns an open hold.
func (b *Book) Hold(id string) (Hold, bool) {
	h, ok := b.holds[id]
	return h.Hold, ok
}

// Epoch returns the highest epoch that was seen for a ref, 0 if none was.
func (b *Book) Epoch(ref string) uint64 { return b.fences[ref] }

// Applied returns the place of the transaction with a key, 0 if there is none.
func (b *Book) Applied(key string) uint64 { return b.keys[key].seq }

// Reconcile returns the open holds of a ref in the order in which they were opened, so that a new owner of the ref can give back those that
// it knows nothing of.
func (b *Book) Reconcile(ref string) []Hold {
	var found []opened
	for id := range b.byRef[ref] {
		found = append(found, b.holds[id])
	}
	slices.SortFunc(found, func(x, y opened) int {
		return cmp.Or(cmp.Compare(x.seq, y.seq), cmp.Compare(x.ID, y.ID))
	})
	holds := make([]Hold, len(found))
	for i, h := range found {
		holds[i] = h.Hold
	}
	return holds
}

// Holds returns how many holds are open, and of how many refs.
func (b *Book) Holds() (holds, refs int) { return len(b.holds), len(b.byRef) }
