// SPDX-License-Identifier: Apache-2.0

package ledger_test

import (
	"iter"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// naive is a ledger as one would write it first: it copies everything, changes the copy leg by leg, and throws it away if something is wrong.
type naive struct {
	balances map[ledger.Slot]*big.Int
	open     map[ledger.Account]bool
	holds    map[string]ledger.Hold
	ended    map[string]bool
	fences   map[string]uint64
	done     map[string]ledger.Transaction
}

func newNaive() naive {
	return naive{map[ledger.Slot]*big.Int{}, map[ledger.Account]bool{}, map[string]ledger.Hold{}, map[string]bool{}, map[string]uint64{}, map[string]ledger.Transaction{}}
}

func (n naive) copy() naive {
	c := naive{map[ledger.Slot]*big.Int{}, maps.Clone(n.open), maps.Clone(n.holds), maps.Clone(n.ended), maps.Clone(n.fences), maps.Clone(n.done)}
	for s, v := range n.balances {
		c.balances[s] = new(big.Int).Set(v)
	}
	return c
}

func (n naive) add(a ledger.Account, of money.Asset, v money.Amount) {
	s := ledger.Slot{Account: a, Asset: of}
	if n.balances[s] == nil {
		n.balances[s] = new(big.Int)
	}
	n.balances[s].Add(n.balances[s], big.NewInt(int64(v)))
}

// apply returns the state after the transaction, whether it was there before, and whether it is refused.
func (n naive) apply(t ledger.Transaction) (after naive, again, refused bool) {
	if was, ok := n.done[t.Key]; ok {
		a, b := was, t
		if !reflect.DeepEqual(a, ledger.Transaction{Key: a.Key, Fences: a.Fences}) {
			a.Fences, b.Fences = nil, nil
		}
		same := reflect.DeepEqual(a, b)
		return n, same, !same
	}
	c := n.copy()
	carried := map[string]uint64{}
	for _, f := range t.Fences {
		if f.Epoch < n.fences[f.Ref] {
			return n, false, true
		}
		carried[f.Ref] = f.Epoch
		c.fences[f.Ref] = f.Epoch
	}
	for _, a := range t.Accounts {
		c.open[a] = true
	}
	for _, x := range t.Close {
		h, ok := c.holds[x.ID]
		if !ok || carried[h.Ref] < n.fences[h.Ref] {
			return n, false, true
		}
		delete(c.holds, x.ID)
		c.ended[x.ID] = true
		c.add(ledger.Held(h.Owner, h.Ref), h.Asset, -h.Amount)
		rest := big.NewInt(int64(h.Amount))
		for _, p := range x.Pay {
			if p.Asset != h.Asset {
				return n, false, true
			}
			rest.Sub(rest, big.NewInt(int64(p.Amount)))
			c.add(p.Account, p.Asset, p.Amount)
		}
		if rest.Sign() < 0 {
			return n, false, true
		}
		c.add(ledger.Available(h.Owner), h.Asset, money.Amount(rest.Int64()))
	}
	for _, h := range t.Hold {
		if _, twice := c.holds[h.ID]; twice || c.ended[h.ID] || carried[h.Ref] < n.fences[h.Ref] {
			return n, false, true
		}
		c.holds[h.ID] = h
		c.add(ledger.Available(h.Owner), h.Asset, -h.Amount)
		c.add(ledger.Held(h.Owner, h.Ref), h.Asset, h.Amount)
	}
	sums := map[money.Asset]*big.Int{}
	for _, p := range t.Postings {
		c.add(p.Account, p.Asset, p.Amount)
		if sums[p.Asset] == nil {
			sums[p.Asset] = new(big.Int)
		}
		sums[p.Asset].Add(sums[p.Asset], big.NewInt(int64(p.Amount)))
	}
	for _, s := range sums {
		if s.Sign() != 0 {
			return n, false, true
		}
	}
	for s, v := range c.balances {
		if !v.IsInt64() || v.Sign() < 0 && s.Account != ledger.World {
			return n, false, true
		}
	}
	c.done[t.Key] = t
	return c, false, false
}

var (
	owners = []string{"ann", "bob"}
	refs   = []string{"auction/1", "deal/2"}
	assets = []money.Asset{"credit", "lot/1"}
)

func amounts() *rapid.Generator[money.Amount] {
	return rapid.Custom(func(t *rapid.T) money.Amount {
		return money.Amount(rapid.OneOf(rapid.Int64Range(1, 9), rapid.Int64Range(1, 9), rapid.Int64Range(1, 9), rapid.SampledFrom([]int64{int64(money.Max), 1 << 62})).Draw(t, "amount"))
	})
}

func accounts() *rapid.Generator[ledger.Account] {
	return rapid.SampledFrom([]ledger.Account{ledger.World, ledger.World, ledger.Fees, ledger.Penalty, ledger.Available("ann"), ledger.Available("bob"), ledger.Stake("ann")})
}

// transactions draws transactions that are well formed; some of them the book must refuse.
func transactions(n *naive) *rapid.Generator[ledger.Transaction] {
	return rapid.Custom(func(t *rapid.T) ledger.Transaction {
		x := ledger.Transaction{Key: rapid.StringMatching(`k/[0-9]{1,2}`).Draw(t, "key")}
		if was, ok := n.done[x.Key]; ok && rapid.Bool().Draw(t, "again") {
			if len(was.Postings)+len(was.Hold)+len(was.Close) > 0 {
				was.Fences = nil
			}
			return was
		}
		for range rapid.IntRange(0, 2).Draw(t, "moves") {
			of, v := rapid.SampledFrom(assets).Draw(t, "asset"), amounts().Draw(t, "v")
			x.Postings = append(x.Postings, ledger.Posting{Account: accounts().Draw(t, "from"), Asset: of, Amount: -v}, ledger.Posting{Account: accounts().Draw(t, "to"), Asset: of, Amount: v})
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "holds") {
			id := rapid.StringMatching(`h[0-9]`).Draw(t, "id") + "ab"[i:i+1]
			x.Hold = append(x.Hold, ledger.Hold{ID: id, Owner: rapid.SampledFrom(owners).Draw(t, "owner"), Ref: rapid.SampledFrom(refs).Draw(t, "ref"), Asset: rapid.SampledFrom(assets).Draw(t, "asset"), Amount: amounts().Draw(t, "v")})
		}
		ids := slices.Sorted(maps.Keys(n.holds))
		for i := range rapid.IntRange(0, min(2, len(ids))).Draw(t, "closes") {
			c := ledger.Close{ID: ids[(i+rapid.IntRange(0, len(ids)-1).Draw(t, "which"))%len(ids)]}
			if i == 1 && c.ID == x.Close[0].ID {
				continue
			}
			for range rapid.IntRange(0, 2).Draw(t, "payments") {
				c.Pay = append(c.Pay, ledger.Posting{Account: accounts().Draw(t, "payee"), Asset: n.holds[c.ID].Asset, Amount: amounts().Draw(t, "v")})
			}
			x.Close = append(x.Close, c)
		}
		for _, ref := range refs {
			if rapid.IntRange(0, 3).Draw(t, "fenced") == 0 {
				x.Fences = append(x.Fences, ledger.Fence{Ref: ref, Epoch: uint64(rapid.IntRange(0, 3).Draw(t, "epoch"))})
			}
		}
		if len(x.Postings)+len(x.Hold)+len(x.Close)+len(x.Fences) == 0 {
			x.Fences = []ledger.Fence{{Ref: refs[0], Epoch: 1}}
		}
		return x
	})
}

// start is the first transaction: what the owners begin with.
func start() ledger.Transaction {
	t := ledger.Transaction{Key: "start", Accounts: []ledger.Account{ledger.Available("ann"), ledger.Available("bob")}}
	for _, o := range owners {
		for _, a := range assets {
			t.Postings = append(t.Postings, ledger.Posting{Account: ledger.World, Asset: a, Amount: -40}, ledger.Posting{Account: ledger.Available(o), Asset: a, Amount: 40})
		}
	}
	return t
}

func TestTheBookIsWhatANaiveOneIsAndHoldsTheLawsAfterEveryStep(t *testing.T) {
	applied, refusals := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		b, n := ledger.New(), newNaive()
		var history []ledger.Batch
		step := func(x ledger.Transaction) {
			after, again, refused := n.apply(x)
			before := b.Encode()
			r, err := b.Apply(x)
			if refused {
				refusals++
				require.Error(t, err, "%+v", x)
			} else {
				require.NoError(t, err)
			}
			if refused || again {
				require.Equal(t, again, r.Already)
				require.Equal(t, string(before), string(b.Encode()), "what is refused, or done already, changes nothing")
			} else {
				applied++
				back, err := ledger.Decode(r.Content)
				require.NoError(t, err)
				require.Equal(t, x, back)
				at := time.Unix(int64(len(history)), 0).UTC()
				batch, err := ledger.DecodeBatch(ledger.EncodeBatch(at, []ledger.Receipt{r}))
				require.NoError(t, err)
				require.Equal(t, ledger.Batch{First: b.Seq(), At: at, Transactions: []ledger.Transaction{x}}, batch)
				history = append(history, batch)
			}
			n = after
			for s, v := range n.balances {
				require.Equal(t, v.Int64(), int64(b.Balance(s.Account, s.Asset)), s)
			}
			require.NoError(t, b.Check())
			held := 0
			for _, ref := range refs {
				require.Equal(t, n.fences[ref], b.Epoch(ref))
				for _, h := range b.Reconcile(ref) {
					require.Equal(t, n.holds[h.ID], h)
					held++
				}
			}
			require.Len(t, n.holds, held)
		}
		step(start())
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			step(transactions(&n).Draw(t, "transaction"))
		}
		// The history makes the same book again, and so does a snapshot; and an audit agrees.
		folded, err := ledger.Fold(of(history))
		require.NoError(t, err)
		require.Equal(t, string(b.Encode()), string(folded.Encode()))
		decoded, err := ledger.DecodeBook(b.Encode())
		require.NoError(t, err)
		require.Equal(t, string(b.Encode()), string(decoded.Encode()))
		report, err := ledger.Audit(of(history))
		require.NoError(t, err)
		require.NoError(t, b.Agrees(report))
		for _, o := range owners {
			s, err := ledger.NewStatement(of(history), ledger.Available(o), "credit", time.Unix(3, 0), time.Time{})
			require.NoError(t, err)
			sum := s.Opening
			for _, l := range s.Lines {
				sum += l.Amount
				require.Equal(t, sum, l.Balance)
			}
			require.Equal(t, b.Balance(ledger.Available(o), "credit"), s.Closing)
			require.Equal(t, s.Closing, sum)
		}
	})
	require.Positive(t, applied)
	require.Positive(t, refusals)
}

// of is a history in memory.
func of(batches []ledger.Batch) iter.Seq2[ledger.Batch, error] {
	return func(yield func(ledger.Batch, error) bool) {
		for _, b := range batches {
			if !yield(b, nil) {
				return
			}
		}
	}
}
