// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"fmt"
	"math"
	"slices"

	"mabeam.dev/market/money"
)

// Problem is what a solver is asked: which offers win, so that no good and no group wins twice and the values sum to the most. In a
// procurement a value is the ceilings of the tasks less the cost, and what is worth nothing is left out.
type Problem struct {
	// Goods and Bidders are how many there are. The owner is the last bidder, with the reserves as offers.
	Goods, Bidders int
	Offers         []Offer
	// Payment is what the winners shall pay.
	Payment Payment
	// Doubled is how often the budget of the solver is to be doubled; who asks raises it when an answer is not proven.
	Doubled int
	// Stop, if it is set, is asked now and then: when it says true, nobody waits for the answer any more.
	Stop func() bool
}

// Offer is a bundle of a bidder. Groups are numbered over all bidders; NoGroup excludes nothing.
type Offer struct {
	Bidder, Group int
	Value         int64
	Goods         []int
}

// Answer is what a solver says to a problem. The auction checks what it can; that nothing better exists it takes from Proven.
type Answer struct {
	// Winners are offers, rising.
	Winners []int
	// Revenue is the sum of their values, Bound what no choice passes. Proven says that they are equal, and proven to be.
	Revenue, Bound int64
	Proven         bool
	// Payments are what each bidder pays, by its number; not needed where winners pay their bids, or nothing is proven.
	Payments []int64 `json:",omitempty"`
}

// Solver answers problems: a solver proper with its payments, in package market.
type Solver func(Problem) (Answer, error)

// wanted judges the bundles of a bid.
func (m *Machine) wanted(list []Bundle) error {
	c := &m.spec.Combinatorial
	switch {
	case len(list) == 0:
		return &BidError{"bundles", "none"}
	case len(list) > c.MaxBundles:
		return &SizeError{"bundles", int64(c.MaxBundles)}
	}
	for i, b := range list {
		field := fmt.Sprintf("bundles[%d].", i)
		switch {
		case len(b.Goods) == 0:
			return &BidError{field + "goods", "none"}
		case len(b.Goods) > c.MaxGoods:
			return &SizeError{"goods of a bundle", int64(c.MaxGoods)}
		case b.Group < NoGroup || b.Group >= c.MaxBundles:
			return &BidError{field + "group", "unknown"}
		}
		seen := map[int]bool{}
		for _, g := range b.Goods {
			if g < 0 || g >= len(m.spec.Goods) || seen[g] {
				return &BidError{field + "goods", "unknown or repeated"}
			}
			seen[g] = true
		}
		if b.Price <= 0 {
			return &BidError{field + "price", "want more than 0"}
		}
		if b.Price > MaxPrice {
			return fmt.Errorf("auction: bid %q: %w", field+"price", money.ErrOverflow)
		}
		if !m.spec.Hidden && len(m.spec.Reserves) > 0 && !m.spec.Combinatorial.AwardAll {
			if r := m.reserves(b.Goods); m.spec.better(r, b.Price) {
				return &ReserveError{r}
			}
		}
	}
	return nil
}

// reserves is the sum of the reserves of goods: at most 2^62.
func (m *Machine) reserves(goods []int) money.Amount {
	sum := money.Amount(0)
	if len(m.spec.Reserves) > 0 {
		for _, g := range goods {
			sum += m.spec.Reserves[g]
		}
	}
	return sum
}

// bundle judges a bid for bundles: whatever wins must fit into the sums of a solver.
func (m *Machine) bundle(in Bid) (plan, error) {
	hold, err := m.cost(in)
	if err != nil {
		return plan{}, err
	}
	offered, bundles := m.offered, m.bundles
	if was := m.bids[in.Bidder]; was != nil {
		for _, b := range was.bid.Bundles {
			offered.Sub(b.Price)
		}
		bundles -= len(was.bid.Bundles)
	}
	for _, b := range in.Bundles {
		offered.Add(b.Price)
	}
	bundles += len(in.Bundles)
	if err := m.summable(offered, bundles); err != nil {
		return plan{}, err
	}
	return plan{hold: hold, do: func() {
		m.put(in)
		m.offered, m.bundles = offered, bundles
	}}, nil
}

// summable judges whether the values of all offers can be added.
func (m *Machine) summable(offered money.Sum, bundles int) error {
	all, err := offered.Amount()
	if err != nil {
		return err
	}
	if m.spec.Reverse {
		all, err = m.ceiling(all).Mul(int64(len(m.spec.Goods)))
		if err != nil {
			return err
		}
		all, err = all.Mul(int64(bundles))
	} else {
		all, err = all.Add(m.reserves(every(len(m.spec.Goods))))
	}
	if err == nil && all > math.MaxInt64/2 {
		err = fmt.Errorf("auction: values of %d bundles in %q: %w", bundles, m.spec.ID, money.ErrOverflow)
	}
	return err
}

// ceiling bounds the ceiling of a task: where all are to be awarded, it is above the sum of all costs.
func (m *Machine) ceiling(costs money.Amount) money.Amount {
	if m.spec.Combinatorial.AwardAll {
		return costs + 1
	}
	return slices.Max(m.spec.Reserves)
}

func every(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// forget takes a bid's bundles out of the sums.
func (m *Machine) forget(e *entry) {
	for _, b := range e.bid.Bundles {
		m.offered.Sub(b.Price)
	}
	m.bundles -= len(e.bid.Bundles)
}

// groupMaxima is the most that bundles can cost together.
func groupMaxima(list []Bundle) (money.Amount, error) {
	best := map[int]money.Amount{}
	var sum money.Sum
	for _, b := range list {
		if b.Group == NoGroup {
			sum.Add(b.Price)
			continue
		}
		if rise := b.Price - best[b.Group]; rise > 0 {
			sum.Add(rise)
			best[b.Group] = b.Price
		}
	}
	return sum.Amount()
}

// offered is an offer of the problem and where it comes from.
type offered struct {
	*entry
	bundle int
	value  money.Amount // of the goods at their ceilings, in a procurement
}

// Problem returns what a solver has to be asked, while the auction is closing; of an auction that is not combinatorial it is empty.
func (m *Machine) Problem() Problem {
	p, _ := m.problem()
	return p
}

func (m *Machine) problem() (Problem, []offered) {
	p := Problem{Goods: len(m.spec.Goods), Payment: m.spec.Combinatorial.Payment}
	if m.spec.Kind != Combinatorial {
		return Problem{}, nil
	}
	costs, _ := m.offered.Amount() // was judged when the bids came
	var from []offered
	groups := 0
	bidders := m.live()
	for i, e := range bidders {
		number := map[int]int{}
		for j, b := range e.bid.Bundles {
			o := offered{e, j, 0}
			value := b.Price
			if m.spec.Reverse {
				if o.value = m.reserves(b.Goods); m.spec.Combinatorial.AwardAll {
					o.value = (costs + 1) * money.Amount(len(b.Goods))
				}
				value = o.value - b.Price
			}
			if value <= 0 {
				continue
			}
			group := NoGroup
			if b.Group != NoGroup {
				if _, ok := number[b.Group]; !ok {
					number[b.Group] = groups
					groups++
				}
				group = number[b.Group]
			}
			p.Offers = append(p.Offers, Offer{i, group, int64(value), slices.Clone(b.Goods)})
			from = append(from, o)
		}
	}
	if !m.spec.Reverse {
		for g, r := range m.spec.Reserves {
			if r > 0 {
				p.Offers = append(p.Offers, Offer{len(bidders), NoGroup, int64(r), []int{g}})
			}
		}
	}
	p.Bidders = len(bidders) + 1
	return p, from
}

// decideCombinatorial checks a solver's answer and makes awards of it.
func (m *Machine) decideCombinatorial(a *Answer) ([]Award, error) {
	p, from := m.problem()
	if len(from) == 0 {
		return nil, nil
	}
	if a == nil {
		return nil, fmt.Errorf("auction: decide %q without an answer: %w", m.spec.ID, ErrNotProven)
	}
	if err := p.check(*a); err != nil {
		return nil, err
	}
	c := &m.spec.Combinatorial
	if !a.Proven && (c.AcceptGap == 0 || money.Amount(a.Bound-a.Revenue) > c.AcceptGap) {
		return nil, fmt.Errorf("auction: decide %q: the best is between %d and %d: %w", m.spec.ID, a.Revenue, a.Bound, ErrNotProven)
	}
	won := map[int]*Award{} // by bidder
	spent := map[int]money.Amount{}
	var order []int
	covered := 0
	for _, w := range a.Winners {
		if covered += len(p.Offers[w].Goods); w >= len(from) {
			continue // kept by the owner
		}
		o, bidder := from[w], p.Offers[w].Bidder
		if won[bidder] == nil {
			won[bidder] = &Award{Bidder: o.bid.Bidder, Seq: o.seq}
			order = append(order, bidder)
		}
		award := won[bidder]
		award.Goods = append(award.Goods, p.Offers[w].Goods...)
		award.Units = int64(len(award.Goods))
		award.Amount += o.bid.Bundles[o.bundle].Price
		spent[bidder] += money.Amount(p.Offers[w].Value)
	}
	if c.AwardAll && covered < p.Goods {
		return nil, fmt.Errorf("auction: decide %q: %d of %d tasks: %w", m.spec.ID, covered, p.Goods, ErrInfeasible)
	}
	slices.Sort(order)
	awards := make([]Award, 0, len(order))
	for _, bidder := range order {
		award := won[bidder]
		slices.Sort(award.Goods)
		if c.Payment != PayAsBid {
			if err := m.charge(award, spent[bidder], a.Payments[bidder], won); err != nil {
				return nil, err
			}
		}
		awards = append(awards, *award)
	}
	return awards, m.affordable(awards)
}

// charge makes the amount of an award what the payments say.
func (m *Machine) charge(award *Award, value money.Amount, payment int64, won map[int]*Award) error {
	pays := money.Amount(payment)
	if pays < 0 || pays > value {
		return fmt.Errorf("auction: %q pays %v of %v: %w", award.Bidder, pays, value, ErrAnswer)
	}
	if !m.spec.Reverse {
		if pays < m.reserves(award.Goods) {
			return fmt.Errorf("auction: %q pays %v, less than the reserves: %w", award.Bidder, pays, ErrAnswer)
		}
		award.Amount = pays
		return nil
	}
	gain := value - pays // beyond its cost
	if m.spec.Combinatorial.AwardAll {
		costs, _ := m.offered.Amount()
		if gain > costs { // no other choice of bids could cost that much more: without this bidder a task stays open
			if len(m.spec.Reserves) == 0 {
				return &MonopolistError{award.Bidder}
			}
			gain = max(0, m.reserves(award.Goods)-award.Amount)
		}
	}
	award.Amount += gain
	return nil
}

// affordable checks the budget of a procurement.
func (m *Machine) affordable(awards []Award) error {
	if !m.spec.Combinatorial.AwardAll {
		return nil
	}
	var sum money.Sum
	for _, a := range awards {
		sum.Add(a.Amount)
	}
	if total, err := sum.Amount(); err != nil || total > m.spec.Combinatorial.Budget {
		return fmt.Errorf("auction: decide %q: %w", m.spec.ID, ErrBudget)
	}
	return nil
}

// check says whether an answer can be one to the problem.
func (p Problem) check(a Answer) error {
	bad := func(why string, args ...any) error {
		return fmt.Errorf("auction: answer: "+why+": %w", append(args, ErrAnswer)...)
	}
	sum := int64(0)
	goods, groups := map[int]bool{}, map[int]bool{}
	for i, w := range a.Winners {
		if w < 0 || w >= len(p.Offers) || i > 0 && w <= a.Winners[i-1] {
			return bad("winner %d is offer %d", i, w)
		}
		o := p.Offers[w]
		if o.Group != NoGroup && groups[o.Group] {
			return bad("group %d wins twice", o.Group)
		}
		groups[o.Group] = true
		for _, g := range o.Goods {
			if goods[g] {
				return bad("good %d is sold twice", g)
			}
			goods[g] = true
		}
		sum += o.Value
	}
	switch {
	case sum != a.Revenue || a.Bound < a.Revenue || a.Proven && a.Bound != a.Revenue:
		return bad("winners are worth %d, not %d of at most %d", sum, a.Revenue, a.Bound)
	case a.Proven && p.Payment != PayAsBid && len(a.Payments) < p.Bidders-1:
		return bad("%d payments of %d bidders", len(a.Payments), p.Bidders-1)
	}
	return nil
}
