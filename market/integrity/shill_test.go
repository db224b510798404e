// SPDX-License-Identifier: Apache-2.0

package integrity_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/market/integrity"
)

func market(seed uint64, loyal int, styles ...style) outcome {
	return bazaar{Rand: rand.New(rand.NewPCG(seed, 2)), bidders: 500, sellers: 40, auctions: 2000, loyal: loyal, styles: styles}.run()
}

func repeat(s style, n int) []style { return slices.Repeat([]style{s}, n) }

func TestShillsOfEveryStyleAreFoundAndHonestBiddersAreNot(t *testing.T) {
	const seeds = 3
	for i, s := range []style{aggressive, reserving, lateStop, alternating, pooled} {
		var precision, recall, wrong float64
		for seed := range uint64(seeds) {
			o := market(seed*10+uint64(i), 0, repeat(s, 4)...)
			p, r, w := measure(flaggedBy(integrity.Shills(o.sales, integrity.ShillRules{})), o.shills, 500)
			precision, recall, wrong = precision+p/seeds, recall+r/seeds, max(wrong, w)
		}
		t.Logf("%-18s precision %.3f recall %.3f honest flagged %.4f", s.name, precision, recall, wrong)
		assert.GreaterOrEqual(t, recall, .9, s.name)
		assert.GreaterOrEqual(t, precision, .95, s.name)
		assert.LessOrEqual(t, wrong, .01, s.name)
	}
}

func TestAMarketOfHonestSellersAndFaithfulBuyersHasNoShills(t *testing.T) {
	for seed := range uint64(3) {
		o := market(100+seed, 200)
		found := integrity.Shills(o.sales, integrity.ShillRules{})
		t.Logf("seed %d: %d of 500 honest bidders flagged", seed, len(flaggedBy(found)))
		assert.LessOrEqual(t, len(flaggedBy(found)), 5)
	}
}

// forfeit is the stake of a seller, in the price of a lot: it is lost with what the helpers gained when a case against it is upheld.
const forfeit = 1000.

func TestAttackersLoseMoneyAndOneThatKnowsTheDetectorEarnsAtMostAQuarter(t *testing.T) {
	type account struct{ undefended, defended, n float64 }
	accounts := map[string]*account{}
	styles := append([]style{aggressive, reserving, lateStop, alternating}, adaptive()...)
	for seed := range uint64(4) {
		o := market(200+seed, 0, styles...)
		caught := map[string]bool{}
		for _, f := range integrity.Shills(o.sales, integrity.ShillRules{}) {
			caught[f.Beneficiary] = true
		}
		for i, s := range styles {
			a := accounts[s.name]
			if a == nil {
				a = &account{}
				accounts[s.name] = a
			}
			a.n++
			a.undefended += o.gain[name(i)]
			if caught[name(i)] {
				a.defended -= forfeit // and the gain is paid back
			} else {
				a.defended += o.gain[name(i)]
			}
		}
	}
	best, evading := 0., 0.
	for i, s := range styles {
		a := accounts[s.name]
		t.Logf("%-26s gain per seller in typical prices: undefended %+.2f, defended %+.2f", s.name, a.undefended/a.n/1000, a.defended/a.n/1000)
		best = max(best, a.undefended)
		if i < 4 {
			assert.Negative(t, a.defended, s.name)
			continue
		}
		evading = max(evading, a.defended) // it knows the limits, and takes the best way around them
	}
	t.Logf("the best way around the detector earns %.2f of what the best attack earns without it", evading/best)
	assert.LessOrEqual(t, evading, .25*best)
}

func TestTheOrderOfSalesDoesNotMatter(t *testing.T) {
	o := market(7, 80, repeat(aggressive, 2)...)
	first := integrity.Shills(o.sales, integrity.ShillRules{})
	slices.Reverse(o.sales)
	second := integrity.Shills(o.sales, integrity.ShillRules{})
	assert.Len(t, second, len(first))
	for i := range first {
		assert.Equal(t, first[i].Subjects, second[i].Subjects)
		assert.InDelta(t, first[i].Score, second[i].Score, 1e-12)
		assert.Equal(t, first[i].Records, second[i].Records)
	}
}
