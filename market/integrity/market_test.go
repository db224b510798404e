// SPDX-License-Identifier: Apache-2.0

package integrity_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"mabeam.dev/market/integrity"
	"mabeam.dev/market/money"
)

var start = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// bazaar is a simulated market of ascending auctions. Every bidder has a value of its own for each lot (log-normal); 40 % bid in the last moments, 30 %
// answer at once up to their value, 30 % go up step by step when they look. Attackers bid for their seller.
type bazaar struct {
	*rand.Rand

	bidders, sellers, auctions int
	// loyal is how many bidders buy from one seller only.
	loyal int
	// spread is how much values differ, 0 for a quarter; fast is a market of bots that answer at once; popular is the share of sales of the last
	// seller beside its own.
	spread  float64
	fast    bool
	popular float64
	// styles are those of the first sellers, one each; the others are honest.
	styles []style
}

// style is how a seller's helpers bid.
type style struct {
	name string
	// helpers are how many accounts take turns, and pool how many sellers share them.
	helpers, pool int
	// until is the share of the sale after which they stop, and reach the share of the typical price that they bid up to.
	until, reach float64
	// join is the share of the seller's sales they join, and elsewhere how many sales of others they join for each, to blend in.
	join, elsewhere float64
	// slow answers like people do, and buys lets them win now and then.
	slow, buys bool
}

// The styles: the first three are what the limits were chosen with, the others are judged only.
var (
	aggressive  = style{name: "aggressive", helpers: 1, pool: 1, until: .95, reach: 1.0, join: .9}
	reserving   = style{name: "reserve price", helpers: 1, pool: 1, until: .6, reach: .85, join: .9}
	lateStop    = style{name: "late stop", helpers: 1, pool: 1, until: .99, reach: .95, join: .8}
	alternating = style{name: "alternating pair", helpers: 2, pool: 1, until: .95, reach: 1.0, join: .95}
	pooled      = style{name: "multi-seller pool", helpers: 2, pool: 4, until: .95, reach: .95, join: .9}
)

// adaptive are ways around the detector for somebody who knows it: to do little, to blend in, to buy now and then, to look slow, to spread the work over
// many accounts, and all of these.
func adaptive() []style {
	return []style{
		{name: "adaptive: blends in", helpers: 1, pool: 1, until: .7, reach: .8, join: .35, elsewhere: 1.5, slow: true, buys: true},
		{name: "adaptive: rarely", helpers: 1, pool: 1, until: .95, reach: 1, join: .1},
		{name: "adaptive: buys", helpers: 1, pool: 1, until: .95, reach: 1, join: .5, buys: true},
		{name: "adaptive: many accounts", helpers: 10, pool: 1, until: .95, reach: 1, join: .9},
		{name: "adaptive: many that blend in", helpers: 10, pool: 1, until: .95, reach: 1, join: .9, elsewhere: 1},
		{name: "adaptive: low and slow", helpers: 2, pool: 1, until: .5, reach: .7, join: .9, slow: true},
	}
}

// outcome is what a run leaves behind.
type outcome struct {
	sales []integrity.Sale
	// shills are the helpers' accounts with the name of their style, and gain what each seller got above the same sale without them, less what
	// was lost by buying from oneself.
	shills map[string]string
	gain   map[string]float64
}

const ticks = 60

// run plays all auctions.
func (b bazaar) run() outcome {
	o := outcome{shills: map[string]string{}, gain: map[string]float64{}}
	helpers := make([][]string, b.sellers)
	for s, st := range b.styles {
		for h := range st.helpers {
			id := fmt.Sprintf("shill-%d-%d", s/st.pool*st.pool, h)
			helpers[s] = append(helpers[s], id)
			o.shills[id] = st.name
		}
	}
	for a := range b.auctions {
		seller := a % b.sellers
		if b.popular > 0 && b.Float64() < b.popular {
			seller = b.sellers - 1
		}
		honest := b.crowd(seller)
		var extra []string
		var st style
		if seller < len(b.styles) {
			if st = b.styles[seller]; b.Float64() < st.join {
				extra = helpers[seller][a/b.sellers%st.helpers:][:1]
			}
		}
		// Blending in: helpers of adaptive sellers bid low on others' lots.
		var guests []string
		for s, other := range b.styles {
			if s != seller && b.Float64() < other.elsewhere*other.join/float64(b.sellers-1) {
				guests = append(guests, helpers[s][b.IntN(len(helpers[s]))])
			}
		}
		seed := b.Uint64()
		sale := b.play(a, seller, honest, guests, extra, st, seed)
		if extra != nil {
			fair := b.play(a, seller, honest, guests, nil, st, seed)
			gain := price(sale) - price(fair)
			if slices.Contains(extra, sale.Winner) {
				gain = -price(fair) - .05*price(sale) // nothing is sold, and the fee is due
				gain += .8 * price(fair)              // it can be sold again, for less
			}
			o.gain[name(seller)] += gain
		}
		o.sales = append(o.sales, sale)
	}
	return o
}

func name(seller int) string { return fmt.Sprintf("seller-%02d", seller) }

func price(s integrity.Sale) float64 {
	if len(s.Bids) == 0 {
		return 0
	}
	return float64(s.Bids[len(s.Bids)-1].Amount)
}

type visitor struct {
	id    string
	kind  int // 0 sniper, 1 proxy, 2 incremental, 3 bot
	value float64
}

// crowd draws who comes: four to nine bidders, and half of the seller's faithful.
func (b bazaar) crowd(seller int) []visitor {
	n, all := 4+b.IntN(6), []visitor(nil)
	for len(all) < n {
		i := b.IntN(b.bidders)
		if i < b.loyal && i%b.sellers != seller || slices.ContainsFunc(all, func(v visitor) bool { return v.id == bidder(i) }) {
			continue
		}
		all = append(all, b.visit(i))
	}
	for i := seller; i < b.loyal; i += b.sellers {
		if b.IntN(2) == 0 && !slices.ContainsFunc(all, func(v visitor) bool { return v.id == bidder(i) }) {
			all = append(all, b.visit(i))
		}
	}
	return all
}

func bidder(i int) string { return fmt.Sprintf("bidder-%03d", i) }

func (b bazaar) visit(i int) visitor {
	kind := 0
	switch i % 10 {
	case 4, 5, 6:
		kind = 1
	case 7, 8, 9:
		kind = 2
	}
	spread := .25
	if b.spread > 0 {
		spread = b.spread
	}
	if b.fast {
		kind = 3
	}
	return visitor{bidder(i), kind, 1000 * math.Exp(spread*b.NormFloat64())}
}

// play runs one auction: a minute is a tick. The seed makes the honest do the same with and without helpers.
func (b bazaar) play(a, seller int, crowd []visitor, guests, helpers []string, st style, seed uint64) integrity.Sale {
	r := rand.New(rand.NewPCG(seed, 1))
	from := start.Add(time.Duration(a) * time.Hour / 4)
	s := integrity.Sale{ID: fmt.Sprintf("sale-%04d", a), Seller: name(seller), Start: from, End: from.Add(ticks * time.Minute), Step: 10}
	last := 500 + 100*r.Float64()
	leader, asleep := "", 0.
	bid := func(who string, amount float64, at float64) {
		s.Bids = append(s.Bids, integrity.Bid{Bidder: who, Amount: money.Amount(amount), At: from.Add(time.Duration(at * float64(time.Minute)))})
		last, leader = math.Floor(amount), who
	}
	for t := range ticks {
		at := float64(t)
		for _, i := range r.Perm(len(crowd)) {
			v, look, more := crowd[i], r.Float64(), r.Float64()
			awake := v.kind == 0 && t >= ticks-3 || v.kind == 1 && look < .5 || v.kind == 2 && look < .12 || v.kind == 3
			at += .9 / float64(len(crowd))
			if !awake || v.id == leader {
				continue
			}
			raise := 10. // a proxy answers with the step
			if v.kind == 0 {
				raise = 10 + 40*more
			}
			if v.kind == 2 {
				raise = 10 + 20*math.Floor(more*4)
			}
			if last+raise <= v.value {
				bid(v.id, last+raise, at)
			}
		}
		for _, h := range helpers {
			quiet := st.slow && t%4 != 0 || t == 0
			if leader == h || quiet || float64(t) > st.until*ticks || last+10 > st.reach*1000 && (!st.buys || asleep > .1) {
				continue
			}
			if last+10 > st.reach*1000 {
				asleep = 1 // one bid beyond the reach, to win now and then
			}
			raise := 10.
			if st.slow {
				raise += 20
			}
			bid(h, last+raise, float64(t)+.95)
		}
		if t == 5 {
			for _, g := range guests {
				if leader != g && last < 700 {
					bid(g, last+10, float64(t)+.97)
				}
			}
		}
	}
	s.Winner = leader
	return s
}

// measure compares who was flagged with who should have been.
func measure(flagged map[string]bool, guilty map[string]string, population int) (precision, recall, honest float64) {
	hit, wrong := 0, 0
	for who := range flagged {
		if _, ok := guilty[who]; ok {
			hit++
		} else {
			wrong++
		}
	}
	precision = 1
	if hit+wrong > 0 {
		precision = float64(hit) / float64(hit+wrong)
	}
	if len(guilty) > 0 {
		recall = float64(hit) / float64(len(guilty))
	}
	return precision, recall, float64(wrong) / float64(population)
}

func flaggedBy(found []integrity.Finding) map[string]bool {
	all := map[string]bool{}
	for _, f := range found {
		for _, s := range f.Subjects {
			all[s] = true
		}
	}
	return all
}
