// SPDX-License-Identifier: Apache-2.0

package cost_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/cost"
	"mabeam.dev/market/money"
)

var began = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// naive keeps every fact in lists, and computes each figure from all of them.
type naive struct {
	prices   []cost.Price // in the order in which they came
	usages   []cost.Usage
	limits   map[string]cost.Limit
	reserved map[string]cost.Reserve
	left     map[string]money.Amount // of the reservations that live
	spent    map[string]money.Amount // by the path that spent it
	ended    map[string]bool
}

func (n *naive) cost(u cost.Usage) *big.Int {
	var best *cost.Price
	for _, model := range []string{u.Model, ""} {
		for i, p := range n.prices {
			if p.Kind == u.Kind && p.Model == model && !p.From.After(u.At) && (best == nil || !p.From.Before(best.From)) {
				best = &n.prices[i]
			}
		}
		if best != nil {
			break
		}
	}
	if best == nil {
		return nil
	}
	q, r := new(big.Int).DivMod(new(big.Int).Mul(big.NewInt(int64(best.Amount)), big.NewInt(u.Quantity)), big.NewInt(best.Per), new(big.Int))
	if r.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

func below(path, node string) bool { return path == node || strings.HasPrefix(path, node+"/") }

// at sums what lies at a node and below it.
func (n *naive) at(node string) (spent, reserved money.Amount) {
	for path, v := range n.spent {
		if below(path, node) {
			spent += v
		}
	}
	for id, v := range n.left {
		if below(n.reserved[id].Path, node) {
			reserved += v
		}
	}
	return spent, reserved
}

func (n *naive) expire(now time.Time) {
	for id := range n.left {
		if u := n.reserved[id].Until; !u.IsZero() && !u.After(now) {
			delete(n.left, id)
			n.ended[id] = true
		}
	}
}

func TestTheBookIsWhatANaiveOneIs(t *testing.T) {
	granted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		b := cost.New()
		n := &naive{limits: map[string]cost.Limit{}, reserved: map[string]cost.Reserve{}, left: map[string]money.Amount{}, spent: map[string]money.Amount{}, ended: map[string]bool{}}
		now := began
		paths := rapid.SampledFrom([]string{"acme/red/ann", "acme/red/ann/7", "acme/red/bob", "acme/cyd", "acme/red"})
		ids := rapid.SampledFrom([]string{"r1", "r2", "r3", "r4"})
		small := rapid.Int64Range(1, 30)
		apply := func(c cost.Command) (cost.Result, error) {
			c.At = now
			return b.Apply(c)
		}
		seen := map[string]bool{}
		t.Repeat(map[string]func(*rapid.T){
			"time": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
				_, err := apply(cost.Command{})
				require.NoError(t, err)
			},
			"price": func(t *rapid.T) {
				p := cost.Price{Kind: rapid.SampledFrom([]string{"in", "out"}).Draw(t, "kind"), Model: rapid.SampledFrom([]string{"", "m"}).Draw(t, "model"), Amount: money.Amount(small.Draw(t, "amount")), Per: small.Draw(t, "per")}
				p.From = began.Add(time.Duration(rapid.IntRange(-1, 5).Draw(t, "from")) * 10 * time.Second)
				before := map[string]*big.Int{}
				for _, u := range n.usages {
					before[u.ID] = n.cost(u)
				}
				r, err := apply(cost.Command{Price: &p})
				require.NoError(t, err)
				n.prices = append(n.prices, p)
				changed := map[string]int64{}
				for _, u := range n.usages {
					if d := new(big.Int).Sub(n.cost(u), before[u.ID]); d.Sign() != 0 {
						changed[u.ID] = d.Int64()
						n.spent[u.Path()] += money.Amount(d.Int64())
					}
				}
				require.Len(t, r.Adjustments, len(changed))
				for _, a := range r.Adjustments {
					require.Equal(t, changed[a.Usage], int64(a.Cost))
				}
			},
			"limit": func(t *rapid.T) {
				l := cost.Limit{Path: rapid.SampledFrom([]string{"acme", "acme/red", "acme/red/ann"}).Draw(t, "node"), Amount: money.Amount(rapid.Int64Range(0, 200).Draw(t, "limit")), None: rapid.IntRange(0, 4).Draw(t, "none") == 0}
				_, err := apply(cost.Command{Limit: &l})
				require.NoError(t, err)
				delete(n.limits, l.Path)
				if !l.None {
					n.limits[l.Path] = l
				}
			},
			"usage": func(t *rapid.T) {
				u := cost.Usage{
					ID: rapid.StringMatching(`u[0-9]{2}`).Draw(t, "id"), At: began.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "at")) * time.Second), Tenant: "acme",
					Team: rapid.SampledFrom([]string{"", "red"}).Draw(t, "team"), Agent: rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "agent"), Task: rapid.SampledFrom([]string{"", "7"}).Draw(t, "task"),
					Kind: rapid.SampledFrom([]string{"in", "out"}).Draw(t, "kind"), Model: rapid.SampledFrom([]string{"", "m"}).Draw(t, "model"), Quantity: small.Draw(t, "quantity"),
				}
				n.expire(now)
				want := n.cost(u)
				r, err := apply(cost.Command{Usage: &u})
				switch {
				case seen[u.ID]:
					require.True(t, err != nil || r.Already)
				case want == nil:
					require.ErrorIs(t, err, cost.ErrNoPrice)
				default:
					require.NoError(t, err)
					require.Equal(t, want.Int64(), int64(r.Cost))
					seen[u.ID] = true
					n.usages = append(n.usages, u)
					n.spent[u.Path()] += r.Cost
				}
			},
			"reserve": func(t *rapid.T) {
				r := cost.Reserve{ID: ids.Draw(t, "id"), Path: paths.Draw(t, "path"), Amount: money.Amount(rapid.Int64Range(1, 60).Draw(t, "amount"))}
				if rapid.Bool().Draw(t, "expires") {
					r.Until = now.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "until")) * time.Second)
				}
				n.expire(now)
				fits := true
				for node, l := range n.limits {
					if spent, reserved := n.at(node); below(r.Path, node) && r.Amount > l.Amount-spent-reserved {
						fits = false
					}
				}
				got, err := apply(cost.Command{Reserve: &r})
				if was, ok := n.reserved[r.ID]; ok {
					require.Equal(t, was == r, err == nil)
					require.Equal(t, was == r, got.Already)
					return
				}
				if !fits {
					refused++
					require.ErrorIs(t, err, cost.ErrBudgetExceeded)
					return
				}
				granted++
				require.NoError(t, err)
				n.reserved[r.ID], n.left[r.ID] = r, r.Amount
			},
			"commit": func(t *rapid.T) {
				c := cost.Commit{ID: ids.Draw(t, "id"), Actual: money.Amount(rapid.Int64Range(0, 80).Draw(t, "actual"))}
				n.expire(now)
				r, err := apply(cost.Command{Commit: &c})
				if _, lives := n.left[c.ID]; !lives {
					require.True(t, err != nil || r.Already)
					return
				}
				require.NoError(t, err)
				delete(n.left, c.ID)
				n.ended[c.ID] = true
				n.spent[n.reserved[c.ID].Path] += c.Actual
			},
			"release": func(t *rapid.T) {
				id := ids.Draw(t, "id")
				n.expire(now)
				_, err := apply(cost.Command{Release: id})
				_, lives := n.left[id]
				require.Equal(t, lives, err == nil)
				delete(n.left, id)
				if lives {
					n.ended[id] = true
				}
			},
			"": func(t *rapid.T) {
				n.expire(b.Now())
				for _, v := range b.Budgets("") {
					spent, reserved := n.at(v.Path)
					require.Equal(t, spent, v.Spent, v.Path)
					require.Equal(t, reserved, v.Reserved, v.Path)
					if l, ok := n.limits[v.Path]; ok {
						require.Equal(t, l.Amount-spent-reserved, v.Left)
						require.Equal(t, v.Left < 0, v.Overrun, "over the limit only where it is recorded")
					}
				}
				total := new(big.Int)
				for _, u := range n.usages {
					total.Add(total, n.cost(u))
				}
				require.Equal(t, total.Int64(), int64(b.Total()))
				for by := cost.ByTenant; by <= cost.ByModel; by++ {
					var sum money.Amount
					var count uint64
					for _, r := range b.Rollups(by) {
						sum += r.Cost
						count += r.Usages
					}
					require.Equal(t, b.Total(), sum, by)
					require.Len(t, n.usages, int(count))
				}
			},
		})
	})
	require.Positive(t, granted)
	require.Positive(t, refused)
}
