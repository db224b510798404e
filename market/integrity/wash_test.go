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

// floor is an honest trading floor: fifty traders and a maker that trades with all of them both ways.
func floor(r *rand.Rand) (all []integrity.Trade) {
	for i := range 3000 {
		a, b := fmt.Sprintf("trader-%d", r.IntN(50)), "maker"
		if r.IntN(3) == 0 {
			b = fmt.Sprintf("trader-%d", 50+r.IntN(50))
		}
		if r.IntN(2) == 0 {
			a, b = b, a
		}
		all = append(all, integrity.Trade{ID: fmt.Sprintf("t%04d", i), From: a, To: b, Asset: "ore", Pieces: 1 + r.Int64N(20), At: start.Add(time.Duration(i) * 10 * time.Minute)})
	}
	return all
}

func TestGoodsThatGoInCirclesAreFoundAndMarketMakersAreNot(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	all := floor(r)
	assert.Empty(t, integrity.Washes(all, nil, integrity.WashRules{}))
	add := func(id, from, to string, n int) {
		all = append(all, integrity.Trade{ID: id, From: from, To: to, Asset: "ore", Pieces: 100, At: start.Add(time.Duration(n) * time.Hour)})
	}
	for n := range 10 {
		add(fmt.Sprint("pair-a", n), "p1", "p2", n)
		add(fmt.Sprint("pair-b", n), "p2", "p1", n+1)
		add(fmt.Sprint("ring-a", n), "r1", "r2", 3*n)
		add(fmt.Sprint("ring-b", n), "r2", "r3", 3*n+1)
		add(fmt.Sprint("ring-c", n), "r3", "r1", 3*n+2)
		add(fmt.Sprint("self", n), "s1", "s2", n) // one owner
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	found := integrity.Washes(all, map[string]string{"s1": "sam", "s2": "sam"}, integrity.WashRules{})
	var who [][]string
	for _, f := range found {
		who = append(who, f.Subjects)
	}
	slices.SortFunc(who, slices.Compare[[]string])
	assert.Equal(t, [][]string{{"p1", "p2"}, {"r1", "r2", "r3"}, {"sam"}}, who)
}

// armies are owners with 2, 10 and 100 identities among honest accounts from one bank and bots that answer to the same news.
func armies(r *rand.Rand) (all []integrity.Account, guilty map[string]string) {
	acts := func(of []time.Time, spread time.Duration) (moved []time.Time) {
		for _, at := range of {
			moved = append(moved, at.Add(time.Duration(r.Int64N(int64(spread)))))
		}
		slices.SortFunc(moved, time.Time.Compare)
		return moved
	}
	random := func() (at []time.Time) {
		for range 40 {
			at = append(at, start.Add(time.Duration(r.Int64N(int64(72*time.Hour)))))
		}
		slices.SortFunc(at, time.Time.Compare)
		return at
	}
	for i := range 150 { // independent, from one bank
		all = append(all, integrity.Account{ID: fmt.Sprintf("honest-%03d", i), Funder: "bank", Acts: random()})
	}
	news := random()
	for i := range 50 { // fast bots that answer to the same news, with money of their own
		all = append(all, integrity.Account{ID: fmt.Sprintf("bot-%02d", i), Acts: acts(news, time.Second)})
	}
	guilty = map[string]string{}
	for _, n := range []int{2, 10, 100} {
		script := random()
		for i := range n {
			id := fmt.Sprintf("army-%03d-%02d", n, i)
			guilty[id] = "sybil"
			all = append(all, integrity.Account{ID: id, Funder: fmt.Sprintf("source-%d", n), Acts: acts(script, time.Second)})
		}
	}
	return all, guilty
}

func TestIdentitiesOfOneOwnerAreFoundInAnyNumber(t *testing.T) {
	all, guilty := armies(rand.New(rand.NewPCG(1, 1)))
	all = append(all, integrity.Account{ID: "open-1", Owner: "olga"}, integrity.Account{ID: "open-2", Owner: "olga"}, integrity.Account{ID: "single", Owner: "sue"})
	found := integrity.Sybils(all, integrity.SybilRules{})
	assert.Len(t, found, 4)
	last := found[3]
	assert.Equal(t, []string{"open-1", "open-2"}, last.Subjects)
	assert.Equal(t, integrity.Warn, last.Severity, "nothing is hidden")
	flagged := flaggedBy(found[:3])
	p, rec, wrong := measure(flagged, guilty, 200)
	t.Logf("armies of 2, 10, 100: precision %.3f recall %.3f honest flagged %.3f", p, rec, wrong)
	assert.Equal(t, []float64{1, 1, 0}, []float64{p, rec, wrong})
}
