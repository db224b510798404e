// SPDX-License-Identifier: Apache-2.0

package cert_test

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
	"mabeam.dev/market/wdp/instances"
)

func TestTheCheckerImportsNothingOfOurs(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, im := range parsed.Imports {
			assert.NotContains(t, im.Path.Value, "mabeam.dev/market", "%s", file)
		}
	}
}

// ring has three bids of which any two exclude each other, and one that is dominated.
func ring() (*cert.Problem, *cert.Proof) {
	p := &cert.Problem{Goods: 3, Bidders: 4, Bids: []cert.Bid{
		{Bidder: 0, Group: cert.NoGroup, Price: 10, Goods: []int{0, 1}},
		{Bidder: 1, Group: cert.NoGroup, Price: 9, Goods: []int{1, 2}},
		{Bidder: 2, Group: cert.NoGroup, Price: 8, Goods: []int{0, 2}},
		{Bidder: 3, Group: 3, Price: 10, Goods: []int{0, 1}},
	}}
	// The row of the only group is 3, that of the clique 4.
	return p, &cert.Proof{
		Revenue: 10, Winners: []int{0}, Denominator: 1, Dominated: [][2]int{{3, 0}}, Cliques: [][]int{{0, 1, 2}},
		Parts: []cert.Part{{Bids: []int{0, 1, 2}, Bound: 10, Prices: [][]int64{{4, 10}, {0, 5, 1, 5, 2, 4}}, Tree: []int64{0, 0}}},
	}
}

func TestEachStepOfAProofIsChecked(t *testing.T) {
	problem, proof := ring()
	require.NoError(t, cert.Check(problem, proof))
	for name, change := range map[string]func(*cert.Problem, *cert.Proof){
		"a lower revenue":                     func(_ *cert.Problem, q *cert.Proof) { q.Revenue-- },
		"a higher revenue":                    func(_ *cert.Problem, q *cert.Proof) { q.Revenue++ },
		"a worse choice":                      func(_ *cert.Problem, q *cert.Proof) { q.Winners, q.Revenue = []int{1}, 9 },
		"winners that share a good":           func(_ *cert.Problem, q *cert.Proof) { q.Winners, q.Revenue = []int{0, 1}, 19 },
		"a winner twice":                      func(_ *cert.Problem, q *cert.Proof) { q.Winners, q.Revenue = []int{0, 0}, 20 },
		"an unknown winner":                   func(_ *cert.Problem, q *cert.Proof) { q.Winners = []int{7} },
		"a dominated bid that pays more":      func(p *cert.Problem, _ *cert.Proof) { p.Bids[3].Price = 11 },
		"a dominated bid that wants less":     func(p *cert.Problem, _ *cert.Proof) { p.Bids[3].Goods = []int{0} },
		"a dominator with a group of its own": func(p *cert.Problem, _ *cert.Proof) { p.Bids[0].Group = 5 },
		"bids that dominate each other":       func(_ *cert.Problem, q *cert.Proof) { q.Dominated = append(q.Dominated, [2]int{0, 3}) },
		"a bid that dominates itself":         func(_ *cert.Problem, q *cert.Proof) { q.Dominated[0] = [2]int{3, 3} },
		"a dominated bid that is not there":   func(_ *cert.Problem, q *cert.Proof) { q.Dominated[0] = [2]int{4, 0} },
		"a clique of strangers": func(p *cert.Problem, _ *cert.Proof) {
			p.Bids[1].Goods, p.Bids[0].Goods = []int{2}, []int{0}
		},
		"a clique with a bid twice":     func(_ *cert.Problem, q *cert.Proof) { q.Cliques[0] = []int{0, 1, 1} },
		"a bid in no part":              func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Bids = []int{0, 1} },
		"a bid in a part twice":         func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Bids = []int{0, 1, 2, 2} },
		"a dominated bid in a part":     func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Bids = []int{0, 1, 2, 3} },
		"parts that touch":              func(_ *cert.Problem, q *cert.Proof) { split(q) },
		"a lower bound":                 func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Bound = 9 },
		"a higher bound":                func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Bound = 11 },
		"no tree":                       func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Tree = nil },
		"a tree and more":               func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Tree = []int64{0, 0, 0, 0} },
		"a tree without its other side": func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Tree = []int64{2, 0, 0, 0} },
		"prices that do not exist":      func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Tree = []int64{0, 2} },
		"prices that prove too little":  func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Tree = []int64{0, 1} },
		"negative prices":               func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Prices[0] = []int64{4, 11, 0, -1} },
		"a price of no row":             func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Prices[0] = []int64{5, 10} },
		"half a price":                  func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Prices[0] = []int64{4} },
		"an unknown node":               func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Tree = []int64{3, 0} },
		"a branch on no bid":            func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Tree = []int64{2, 9, 0, 0, 0, 0} },
		"a branch on a bid again":       func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Tree = []int64{2, 0, 2, 0, 0, 0, 0, 0, 0, 0} },
		"a drop that proves too little": func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Tree = []int64{1, 1, 1, 0, 0, 0} },
		"a drop of more than there is":  func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Tree = []int64{1, 0, 99, 0} },
		"a drop of less than nothing":   func(_ *cert.Problem, q *cert.Proof) { q.Parts[0].Tree = []int64{1, 0, -1, 0, 0} },
		"no denominator":                func(_ *cert.Problem, q *cert.Proof) { q.Denominator = 0 },
		"a denominator beyond counting": func(_ *cert.Problem, q *cert.Proof) { q.Denominator = 1 << 62 },
		"no parts":                      func(_ *cert.Problem, q *cert.Proof) { q.Parts = nil },
	} {
		problem, proof := ring()
		change(problem, proof)
		err := cert.Check(problem, proof)
		require.ErrorIs(t, err, cert.ErrRefuted, name)
		var refutation *cert.Refutation
		require.ErrorAs(t, err, &refutation, name)
	}
	problem, proof = ring()
	proof.Parts[0].Tree = []int64{2, 0, 0, 0, 2, 1, 0, 0, 1, 0, 1, 2, 0, 0} // longer than needed, and right
	require.NoError(t, cert.Check(problem, proof))
}

func split(q *cert.Proof) {
	q.Parts = append(q.Parts, cert.Part{Bids: []int{2}, Bound: 0, Prices: [][]int64{nil}, Tree: []int64{0, 0}})
	q.Parts[0].Bids = []int{0, 1}
}

// copied returns a deep copy.
func copied(t *testing.T, p *cert.Proof) *cert.Proof {
	t.Helper()
	data, err := json.Marshal(p)
	require.NoError(t, err)
	q := &cert.Proof{}
	require.NoError(t, json.Unmarshal(data, q))
	return q
}

// mutate changes one number of a proof.
func mutate(r *rand.Rand, q *cert.Proof) {
	delta := []int64{-2, -1, 1, 2, 1 << 40}[r.IntN(5)]
	nudge := func(v *int) { *v += int(delta) }
	part := &q.Parts[r.IntN(len(q.Parts))]
	switch r.IntN(10) {
	case 0:
		q.Revenue += delta
	case 1:
		part.Bound += delta
	case 2:
		q.Denominator += delta
	case 3:
		if len(q.Winners) > 0 {
			nudge(&q.Winners[r.IntN(len(q.Winners))])
		}
	case 4:
		if len(q.Dominated) > 0 {
			nudge(&q.Dominated[r.IntN(len(q.Dominated))][r.IntN(2)])
		}
	case 5:
		if len(q.Cliques) > 0 {
			clique := q.Cliques[r.IntN(len(q.Cliques))]
			nudge(&clique[r.IntN(len(clique))])
		}
	case 6:
		nudge(&part.Bids[r.IntN(len(part.Bids))])
	case 7:
		if v := part.Prices[r.IntN(len(part.Prices))]; len(v) > 0 {
			v[r.IntN(len(v))] += delta
		}
	case 8:
		part.Tree[r.IntN(len(part.Tree))] += delta
	case 9:
		k := r.IntN(len(part.Tree))
		part.Tree = append(part.Tree[:k], part.Tree[k+1:]...)
	}
}

// A mutant may still be a proof, of the same thing: an optimum that it then has to be.
func TestMutatedProofsAreRefusedOrStillProveTheOptimum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	refused := 0
	const proofs, each = 130, 100
	for i := range proofs {
		p := instances.Generate(instances.Kinds[i%len(instances.Kinds)], 12, 40, uint64(i))
		result, err := wdp.Solve(p, wdp.Options{Proof: true})
		require.NoError(t, err)
		require.NoError(t, cert.Check(p, result.Proof))
		for range each {
			q := copied(t, result.Proof)
			mutate(r, q)
			if err := cert.Check(p, q); err != nil {
				require.ErrorIs(t, err, cert.ErrRefuted)
				refused++
				continue
			}
			require.Equal(t, result.Revenue, q.Revenue, p.Name)
		}
	}
	require.Greater(t, refused, proofs*each/2)
}

func TestAProofOfAnotherAuctionIsRefused(t *testing.T) {
	for i := range 130 {
		p := instances.Generate(instances.Kinds[i%len(instances.Kinds)], 12, 40, uint64(i))
		result, err := wdp.Solve(p, wdp.Options{Proof: true})
		require.NoError(t, err)
		p.Bids[result.Winners[0]].Price++ // the winners pay more now than the proof says
		require.ErrorIs(t, cert.Check(p, result.Proof), cert.ErrRefuted)
		p.Bids[result.Winners[0]].Price--
		for k := range p.Bids { // and another bid would win
			if k != result.Winners[0] {
				p.Bids[k].Price += result.Revenue
				require.ErrorIs(t, cert.Check(p, result.Proof), cert.ErrRefuted)
				break
			}
		}
	}
}

// The claim is that the first bid wins; with the price 5 for each good, no two of the others pay more.
func ExampleCheck() {
	problem := &cert.Problem{Goods: 2, Bidders: 3, Bids: []cert.Bid{
		{Bidder: 0, Group: cert.NoGroup, Price: 10, Goods: []int{0, 1}},
		{Bidder: 1, Group: cert.NoGroup, Price: 5, Goods: []int{0}},
		{Bidder: 2, Group: cert.NoGroup, Price: 4, Goods: []int{1}},
	}}
	proof := &cert.Proof{
		Revenue: 10, Winners: []int{0}, Denominator: 1,
		Parts: []cert.Part{{Bids: []int{0, 1, 2}, Bound: 10, Prices: [][]int64{{0, 5, 1, 5}}, Tree: []int64{cert.Leaf, 0}}},
	}
	fmt.Println(cert.Check(problem, proof))
	problem.Bids[2].Price = 7
	fmt.Println(cert.Check(problem, proof))
	// Output:
	// <nil>
	// cert: the proof does not hold: part 0: a leaf is worth more than the bound
}
