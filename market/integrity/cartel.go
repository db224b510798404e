// SPDX-License-Identifier: Apache-2.0

package integrity

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Offer is a sealed bid to do something for a price.
type Offer struct {
	// Bidder is who, Price what it asks.
	Bidder string
	Price  float64
}

// Tender is a sealed procurement that is over: the lowest offer wins.
type Tender struct {
	// ID names it, and At is when it was decided.
	ID string
	At time.Time
	// Offers are one for each bidder.
	Offers []Offer
}

// CartelRules are the limits of the cartel detector; zero fields are the defaults.
type CartelRules struct {
	// MinShared is how many tenders a group has in common before it is judged: 12.
	MinShared int
	// MinOthers is how many tenders without it there must be to compare with: 30. With fewer the detector says nothing.
	MinOthers int
	// P is the most likely that chance explains the group, after correction for all groups examined: 0.001.
	P float64
	// Dominance is the largest share of the group's wins that one member may have: 0.8. One that always wins may simply be cheaper.
	Dominance float64
}

// maxOffers is the largest tender whose groups are enumerated: groups of three grow with the cube.
const maxOffers = 24

// Cartels screens groups of three and more that often meet. Those who lose on purpose bid safely above the one who is to win and do not care by how
// much; those who compete do not know who wins. So the statistic is the relative gap
//
//	(second lowest - lowest) / standard deviation of the losing offers
//
// among the group's own offers, in the tenders that all of the group are in. Its ranks are compared (Mann and Whitney) with the gaps of as many offers
// of each tender in which at most one of the group takes part: the market is its own measure. A finding needs ranks so high that chance
// explains them in less than P of the markets, for all groups examined, and members who take turns in winning. That prices are near each
// other plays no part: equals who compete have small gaps as well as small deviations.
func Cartels(tenders []Tender, rules CartelRules) []Finding {
	set(&rules.MinShared, 12)
	set(&rules.MinOthers, 30)
	set(&rules.P, 1e-3)
	set(&rules.Dominance, .8)
	c := newCartels(tenders, rules)
	triples := c.triples()
	type candidate struct {
		group []string
		z     float64
	}
	var seeds []candidate
	for _, g := range triples {
		if v, ok := c.judge(g); ok {
			seeds = append(seeds, candidate{g, v.z})
		}
	}
	slices.SortFunc(seeds, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.z, a.z), slices.Compare(a.group, b.group)) })
	taken := map[string]bool{}
	var found []Finding
	for _, s := range seeds {
		if float64(len(triples))*above(s.z) > seedling {
			break
		}
		explained := slices.ContainsFunc(s.group, func(m string) bool { return taken[m] })
		if explained {
			continue
		}
		group, v := c.grow(s.group)
		p := min(1, float64(len(triples))*float64(len(c.in))*above(v.z)) // each seed had all firms to grow by
		if p > rules.P {
			continue
		}
		for _, m := range group {
			taken[m] = true
		}
		score := within(2*v.rank - 1)
		found = append(found, Finding{
			Kind: Cartel, Version: 1, Subjects: group, Score: score, P: p, Severity: severity(score, p), At: c.end,
			Evidence: []Exhibit{
				{"mean rank of the gap", v.rank, .5},
				{"z", v.z, 0},
				{"coefficient of variation", v.cv, 0},
				{"tenders in common", float64(len(v.ids)), float64(rules.MinShared)},
				{"largest share of wins", v.dominance, rules.Dominance},
			},
			Records: clip(v.ids),
		})
	}
	return ordered(found)
}

// seedling is how likely chance may explain three of a group, if the whole of it passes the limit then.
const seedling = .1

// cartels is one run over a list of tenders.
type cartels struct {
	rules   CartelRules
	tenders []Tender         // offers sorted by bidder
	in      map[string][]int // the tenders of a bidder
	usual   map[int][]sample // by size of the group
	end     time.Time
}

// sample is the gap among so many offers of a tender that a hash picks.
type sample struct {
	tender int
	gap    float64
}

// samples are those of all tenders that have so many offers, by the size of their gaps.
func (c *cartels) samples(size int) []sample {
	if all, ok := c.usual[size]; ok {
		return all
	}
	var all []sample
	for i, t := range c.tenders {
		if len(t.Offers) < size {
			continue
		}
		// Names are no order of their own: neighbours in it can be a cartel.
		offers := slices.Clone(t.Offers)
		slices.SortFunc(offers, func(a, b Offer) int {
			return cmp.Or(cmp.Compare(pick(t.ID, a.Bidder), pick(t.ID, b.Bidder)), cmp.Compare(a.Bidder, b.Bidder))
		})
		if gap, _, _, ok := screen(offers[:size]); ok {
			all = append(all, sample{i, gap})
		}
	}
	slices.SortFunc(all, func(a, b sample) int { return cmp.Or(cmp.Compare(a.gap, b.gap), cmp.Compare(a.tender, b.tender)) })
	c.usual[size] = all
	return all
}

// pick is a hash (FNV-1a) that orders the bidders of a tender.
func pick(tender, who string) uint64 {
	h := uint64(14695981039346656037)
	for _, text := range [...]string{tender, "/", who} {
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * 1099511628211
		}
	}
	return h
}

func newCartels(tenders []Tender, rules CartelRules) *cartels {
	c := &cartels{rules: rules, in: map[string][]int{}, usual: map[int][]sample{}}
	for _, t := range slices.SortedFunc(slices.Values(tenders), func(a, b Tender) int { return cmp.Compare(a.ID, b.ID) }) {
		t.Offers = slices.Clone(t.Offers)
		slices.SortFunc(t.Offers, func(a, b Offer) int { return cmp.Compare(a.Bidder, b.Bidder) })
		for _, o := range t.Offers {
			c.in[o.Bidder] = append(c.in[o.Bidder], len(c.tenders))
		}
		c.tenders = append(c.tenders, t)
		if t.At.After(c.end) {
			c.end = t.At
		}
	}
	return c
}

// triples lists the groups of three that have met often enough, in order.
func (c *cartels) triples() [][]string {
	met := map[[3]string]int{}
	for _, t := range c.tenders {
		n := len(t.Offers)
		if n > maxOffers {
			continue
		}
		for i := range n {
			for j := i + 1; j < n; j++ {
				for k := j + 1; k < n; k++ {
					met[[3]string{t.Offers[i].Bidder, t.Offers[j].Bidder, t.Offers[k].Bidder}]++
				}
			}
		}
	}
	var groups [][]string
	for g, times := range met {
		if times >= c.rules.MinShared {
			groups = append(groups, []string{g[0], g[1], g[2]})
		}
	}
	slices.SortFunc(groups, slices.Compare[[]string])
	return groups
}

// verdict is what the screen measures of a group.
type verdict struct {
	rank, z, cv, dominance float64
	ids                    []string
}

// judge compares a group with the market. It is false where there is too little to compare, or one member wins nearly always.
func (c *cartels) judge(group []string) (verdict, bool) {
	var v verdict
	var gaps, others []float64
	wins := map[string]int{}
	members := c.members(group)
	for _, i := range c.in[group[0]] {
		if int(members[i]) != len(group) {
			continue
		}
		own := make([]Offer, 0, len(group))
		for _, o := range c.tenders[i].Offers {
			if slices.Contains(group, o.Bidder) {
				own = append(own, o)
			}
		}
		if gap, cv, first, ok := screen(own); ok {
			gaps = append(gaps, gap)
			v.cv += cv
			wins[first]++
			v.ids = append(v.ids, c.tenders[i].ID)
		}
	}
	if len(gaps) < c.rules.MinShared {
		return v, false
	}
	for _, s := range c.samples(len(group)) {
		if members[s.tender] <= 1 {
			others = append(others, s.gap)
		}
	}
	n, m := float64(len(gaps)), float64(len(others))
	if len(others) < c.rules.MinOthers {
		return v, false
	}
	for _, w := range wins {
		v.dominance = max(v.dominance, float64(w)/n)
	}
	v.cv /= n
	for _, g := range gaps { // those of equal gaps count half
		below, _ := slices.BinarySearch(others, g*(1-1e-9))
		upTo, _ := slices.BinarySearch(others, g*(1+1e-9))
		v.rank += float64(below+upTo) / 2 / m
	}
	v.rank /= n
	v.z = (v.rank - .5) / math.Sqrt((n+m+1)/(12*n*m))
	return v, v.dominance <= c.rules.Dominance
}

// members counts who of a group is in each tender.
func (c *cartels) members(group []string) []int8 {
	n := make([]int8, len(c.tenders))
	for _, m := range group {
		for _, i := range c.in[m] {
			n[i]++
		}
	}
	return n
}

// grow adds members as long as each makes the group stand out more.
func (c *cartels) grow(group []string) ([]string, verdict) {
	best, _ := c.judge(group)
	for len(group) < maxOffers {
		var with []string
		for _, m := range c.company(group) {
			g := append(slices.Clone(group), m)
			slices.Sort(g)
			if v, ok := c.judge(g); ok && v.z > best.z {
				best, with = v, g
			}
		}
		if with == nil {
			break
		}
		group = with
	}
	return group, best
}

// company lists who meets all of a group often enough, in order.
func (c *cartels) company(group []string) []string {
	met := map[string]int{}
	for i, n := range c.members(group) {
		if int(n) != len(group) {
			continue
		}
		for _, o := range c.tenders[i].Offers {
			if !slices.Contains(group, o.Bidder) {
				met[o.Bidder]++
			}
		}
	}
	var names []string
	for m, n := range met {
		if n >= c.rules.MinShared {
			names = append(names, m)
		}
	}
	slices.Sort(names)
	return names
}

// mostGap is the relative gap where all losing offers are equal.
const mostGap = 1000

// screen returns the relative gap, the coefficient of variation, and who is lowest. It is false for fewer than three offers, and where the two
// lowest are equal: then nobody was let win. It sorts the offers.
func screen(offers []Offer) (gap, cv float64, first string, ok bool) {
	if len(offers) < 3 {
		return 0, 0, "", false
	}
	slices.SortFunc(offers, func(a, b Offer) int { return cmp.Or(cmp.Compare(a.Price, b.Price), cmp.Compare(a.Bidder, b.Bidder)) })
	prices := make([]float64, len(offers))
	for i, o := range offers {
		prices[i] = o.Price
	}
	mean, sd := moments(prices)
	_, losing := moments(prices[1:])
	d := prices[1] - prices[0]
	if d <= 0 || mean <= 0 {
		return 0, 0, "", false
	}
	if gap = mostGap; losing > 0 {
		gap = min(mostGap, d/losing)
	}
	return gap, sd / mean, offers[0].Bidder, true
}
