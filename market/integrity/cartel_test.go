// SPDX-License-Identifier: Apache-2.0

package integrity_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/market/integrity"
)

// tenders simulates procurement: 40 firms in ten groups of four neighbours. Most offers come from two groups that meet often, so honest groups meet as
// often as cartels do. In the first so many groups the members agree, in a share of the tenders, who is to win, in turns; the others then bid above.
func tenders(r *rand.Rand, n, cartels int, agree float64, costs func(*rand.Rand) float64) (all []integrity.Tender, guilty map[string]string) {
	guilty = map[string]string{}
	firm := func(g, i int) string { return fmt.Sprintf("firm-%d-%d", g, i) }
	for g := range cartels {
		for i := range 4 {
			guilty[firm(g, i)] = "cartel"
		}
	}
	for k := range n {
		t := integrity.Tender{ID: fmt.Sprintf("tender-%04d", k), At: start.Add(time.Duration(k) * time.Hour)}
		first := r.IntN(10)
		for _, g := range []int{first, (first + 1 + r.IntN(9)) % 10} {
			rigged := g < cartels && r.Float64() < agree
			best := 1e9
			var offers []integrity.Offer
			for i := range 4 {
				price := costs(r)
				best = min(best, price)
				offers = append(offers, integrity.Offer{Bidder: firm(g, i), Price: price})
			}
			if rigged {
				for i := range offers {
					if offers[i].Price = best * (1.06 + .06*r.Float64()); i == k%4 {
						offers[i].Price = best
					}
				}
			}
			t.Offers = append(t.Offers, offers...)
		}
		r.Shuffle(len(t.Offers), func(i, j int) { t.Offers[i], t.Offers[j] = t.Offers[j], t.Offers[i] })
		all = append(all, t)
	}
	return all, guilty
}

func ordinary(r *rand.Rand) float64 { return 100 * (1 + .1*r.NormFloat64()) }

func TestCartelsThatTakeTurnsAreFound(t *testing.T) {
	for _, c := range []struct {
		name  string
		agree float64
	}{{"complete", 1}, {"60 % of tenders", .6}} {
		var precision, recall, wrong float64
		const seeds = 3
		for seed := range uint64(seeds) {
			all, guilty := tenders(rand.New(rand.NewPCG(seed, 5)), 1000, 3, c.agree, ordinary)
			p, r, w := measure(flaggedBy(integrity.Cartels(all, integrity.CartelRules{})), guilty, 28)
			precision, recall, wrong = precision+p/seeds, recall+r/seeds, max(wrong, w)
		}
		t.Logf("%-18s precision %.3f recall %.3f honest flagged %.3f", c.name, precision, recall, wrong)
		assert.GreaterOrEqual(t, recall, .9, c.name)
		assert.GreaterOrEqual(t, precision, .95, c.name)
		assert.LessOrEqual(t, wrong, .01, c.name)
	}
}

func TestThoseWhoHonestlyAgreeOnPricesAreNoCartel(t *testing.T) {
	for name, costs := range map[string]func(*rand.Rand) float64{
		"competitors":                   ordinary,
		"equals":                        func(r *rand.Rand) float64 { return 100 * (1 + .001*r.NormFloat64()) },
		"accurate to the same cent":     func(r *rand.Rand) float64 { return 100 + float64(r.IntN(2)) },
		"skewed costs":                  func(r *rand.Rand) float64 { return 80 + 20*r.ExpFloat64() },
		"exactly one price for all":     func(*rand.Rand) float64 { return 100 },
		"a lucky one much cheaper, now": func(r *rand.Rand) float64 { return 100 * (1 + .02*r.NormFloat64()) * (1 - .2*float64(r.IntN(8)/7)) },
	} {
		for seed := range uint64(3) {
			all, _ := tenders(rand.New(rand.NewPCG(seed, 6)), 1000, 0, 0, costs)
			assert.Empty(t, flaggedBy(integrity.Cartels(all, integrity.CartelRules{})), "%s, seed %d", name, seed)
		}
	}
}

func TestTooLittleToCompareWithIsNoFindingAndTheOrderDoesNotMatter(t *testing.T) {
	all, _ := tenders(rand.New(rand.NewPCG(1, 5)), 600, 2, 1, ordinary)
	assert.Empty(t, integrity.Cartels(all[:40], integrity.CartelRules{}))
	first := integrity.Cartels(all, integrity.CartelRules{})
	assert.Len(t, first, 2)
	slices.Reverse(all)
	second := integrity.Cartels(all, integrity.CartelRules{})
	for i := range first {
		assert.Equal(t, first[i].Subjects, second[i].Subjects)
		assert.Equal(t, first[i].Records, second[i].Records)
	}
}
