// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// Attacks are crowds that trade, with cheats among them: what monitors of integrity are there for.
const Attacks Group = "Attacks"

func attackVerbs() []Verb {
	return []Verb{
		{
			Name: "sales", Group: Attacks, Usage: "sales COUNT [SELLER SHILL [careful]]", Min: 1, Max: 4, Example: "sales 80 sam eve",
			Doc: "Holds so many ascending sales, one after the other, of five sellers in turn, in which four of twelve buyers bid up to what the lot is worth to them. " +
				"With a SELLER and a SHILL the seller is one more, and in each of its sales the shill answers every bid at once and stops where it might win. One that is " +
				"careful stops when it hears that it is suspected. Everybody is given what it needs. They are auctions sale-1, sale-2 and so on, counted over the " +
				"scenario and with tenders. It prints how much the seller has got.",
			check: checkSales, run: sales,
		},
		{
			Name: "tenders", Group: Attacks, Usage: "tenders COUNT [MEMBER MEMBER MEMBER...]", Min: 1, Max: -1, Example: "tenders 120 ann bob cid",
			Doc: "Holds so many sealed procurements of office, in which providers ask what the work costs them, and more. With members of a ring all of them ask in every " +
				"second one: they take turns, and those whose turn it is not ask safely more. They are auctions tender-1 " +
				"and so on. It prints what office has paid for one on average.",
			check: checkTenders, run: tenders,
		},
	}
}

func checkSales(s *Script, c *Command) []mistake {
	bad := checkCount(0)(s, c)
	switch n := len(c.Args); {
	case n == 2:
		a := c.Args[1]
		bad = append(bad, mistake{col: a.Col, width: len([]rune(a.Text)), reason: "a seller cheats with a shill", hint: "usage: " + c.Verb.Usage})
	case n == 4 && c.Args[3].Text != "careful":
		a := c.Args[3]
		bad = append(bad, mistake{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no way to cheat", a.Text), hint: "careful"})
	}
	return bad
}

func checkTenders(s *Script, c *Command) []mistake {
	bad := checkCount(0)(s, c)
	if n := len(c.Args); n > 1 && n < 4 {
		a := c.Args[n-1]
		bad = append(bad, mistake{col: a.Col, width: len([]rune(a.Text)), reason: "a ring has three members or more", hint: "usage: " + c.Verb.Usage})
	}
	return bad
}

// bazaar trades in the auctions of a node.
type bazaar struct {
	e   *engine
	x   *market.Exchange
	r   *rand.Rand
	run string // names what belongs to one verb of a script
}

func (e *engine) bazaar(c *Command) (*bazaar, error) {
	if e.node == nil {
		return nil, errNotStarted
	}
	if e.node.Exchange() == nil {
		return nil, errNoMarket
	}
	run := "line-" + strconv.Itoa(c.Line)
	return &bazaar{e, e.node.Exchange(), e.sim.Rand(run), run}, nil
}

// equip gives an owner money and lots, once for each verb.
func (c *bazaar) equip(owner string, units, lots money.Amount) error {
	t := ledger.Deposit(c.run+"/"+owner, owner, money.Of(units*money.Unit, "credit"))
	t.Accounts = []ledger.Account{ledger.Available(owner)}
	all := []ledger.Transaction{t}
	if lots > 0 {
		all = append(all, ledger.Deposit(c.run+"/lots/"+owner, owner, money.Of(lots, "lot")))
	}
	for _, t := range all {
		if err := c.e.insist(func() error { _, err := c.x.Ledger().Post(c.e.ctx, t); return err }); err != nil {
			return err
		}
	}
	return nil
}

// name numbers the auctions of a scenario, from 1.
func (c *bazaar) name(kind string) string {
	c.e.auctions++
	return fmt.Sprintf("%s-%d", kind, c.e.auctions)
}

// hold creates and opens an auction.
func (c *bazaar) hold(s auction.Spec) error {
	if err := c.e.insist(func() error { _, err := c.x.Create(c.e.ctx, s); return err }); err != nil {
		return err
	}
	return c.e.insist(func() error { _, err := c.x.Open(c.e.ctx, s.ID); return err })
}

// bid places a bid; one that is refused because somebody was quicker or because it comes too fast is none.
func (c *bazaar) bid(id, who string, amount money.Amount) error {
	key := who + "/" + strconv.FormatInt(int64(amount), 10)
	err := c.e.insist(func() error {
		_, err := c.x.Bid(c.e.ctx, id, auction.Bid{Key: key, Bidder: who, Asset: "credit", Amount: amount})
		return err
	})
	if errors.Is(err, auction.ErrBidTooLow) || errors.Is(err, integrity.ErrRateLimited) {
		return nil
	}
	return err
}

// settled waits until an auction is over, or does not pay because somebody is under review.
func (c *bazaar) settled(id, owner string) error {
	if !c.e.sim.Until(time.Hour, func() bool {
		a, ok := c.x.Peek(id)
		return ok && (a.View.State.Terminal() || a.View.State == auction.Decided && c.x.UnderReview(owner))
	}) {
		return fmt.Errorf("auction %s is not over after an hour", id)
	}
	return nil
}

const (
	saleTime = time.Minute
	saleStep = money.Unit / 10
)

func sales(e *engine, cmd *Command) (string, error) {
	c, err := e.bazaar(cmd)
	if err != nil {
		return "", err
	}
	count, _ := strconv.Atoi(cmd.Args[0].Text)
	sellers := traders("seller", 5)
	cheat, shill, careful := "", "", len(cmd.Args) == 4
	if len(cmd.Args) > 1 {
		cheat, shill = cmd.Args[1].Text, cmd.Args[2].Text
		sellers = append(sellers, cheat)
		if err := c.equip(shill, money.Amount(20*count), 0); err != nil {
			return "", err
		}
	}
	for _, who := range sellers {
		if err := c.equip(who, 1, money.Amount(count)); err != nil {
			return "", err
		}
	}
	for _, who := range traders("buyer", 12) {
		if err := c.equip(who, money.Amount(20*count), 0); err != nil {
			return "", err
		}
	}
	before := money.Amount(0)
	if cheat != "" {
		if before, err = e.balance(cheat, "credit"); err != nil {
			return "", err
		}
	}
	for n := range count {
		with := ""
		owner := sellers[n%len(sellers)]
		if owner == cheat && !(careful && c.suspected(shill)) {
			with = shill
		}
		if err := c.sale(c.name("sale"), owner, with); err != nil {
			return "", err
		}
	}
	if cheat == "" {
		return "", nil
	}
	after, err := e.balance(cheat, "credit")
	return fmt.Sprintf("%s has got %s\n", cheat, money.Format(after-before)), err
}

// suspected reports whether somebody is slowed down or reviewed.
func (c *bazaar) suspected(who string) bool {
	n := c.e.node.Integrity()
	if n == nil {
		return false
	}
	_, slow := n.Throttled(who, c.e.sim.Now())
	return slow || c.x.UnderReview(who)
}

// sale is one ascending sale. Buyers come at times of their own, and raise by a little as long as the lot is worth it to them.
func (c *bazaar) sale(id, owner, shill string) error {
	spec := auction.Spec{
		ID: id, Kind: auction.English, Owner: owner, Currency: "credit", Goods: []money.Asset{"lot"}, Duration: saleTime, MaxBidders: -1,
		English: auction.EnglishRules{Start: money.Unit, Increment: auction.Increment{Absolute: saleStep}},
	}
	if err := c.hold(spec); err != nil {
		return err
	}
	opened := c.e.sim.Now()
	buyers := traders("buyer", 12)
	c.r.Shuffle(len(buyers), func(i, j int) { buyers[i], buyers[j] = buyers[j], buyers[i] })
	worth := map[string]money.Amount{}
	most := money.Amount(0)
	for _, who := range buyers[:4] {
		worth[who] = money.Unit*3 + money.Amount(c.r.Int64N(int64(7*money.Unit)))
		most = max(most, worth[who])
	}
	for {
		c.e.sim.Advance(300*time.Millisecond + time.Duration(c.r.Int64N(int64(5*time.Second))))
		if c.e.sim.Now().Sub(opened) > saleTime-time.Second {
			break
		}
		a, ok := c.x.Peek(id)
		who := buyers[c.r.IntN(4)]
		offer := a.View.Minimum + money.Amount(c.r.Int64N(int64(money.Unit)))
		if !ok || a.View.Standing == who || offer > worth[who] {
			continue
		}
		if err := c.bid(id, who, offer); err != nil {
			return err
		}
		if next := offer + saleStep; shill != "" && next < most*6/10 && c.e.sim.Now().Sub(opened) < saleTime*2/3 {
			c.e.sim.Advance(200 * time.Millisecond)
			if err := c.bid(id, shill, next); err != nil {
				return err
			}
		}
	}
	return c.settled(id, owner)
}

func tenders(e *engine, cmd *Command) (string, error) {
	c, err := e.bazaar(cmd)
	if err != nil {
		return "", err
	}
	count, _ := strconv.Atoi(cmd.Args[0].Text)
	var ring []string
	for _, a := range cmd.Args[1:] {
		ring = append(ring, a.Text)
	}
	if err := c.equip("office", money.Amount(30*count), 0); err != nil {
		return "", err
	}
	for _, who := range slices.Concat(traders("provider", 8), ring) {
		if err := c.equip(who, 1, 0); err != nil {
			return "", err
		}
	}
	before, err := e.balance("office", "credit")
	if err != nil {
		return "", err
	}
	for n := range count {
		var members []string
		if n%2 == 0 {
			members = ring
		}
		if err := c.tender(c.name("tender"), members, n/2); err != nil {
			return "", err
		}
	}
	after, err := e.balance("office", "credit")
	if err != nil || count == 0 {
		return "", err
	}
	return fmt.Sprintf("office has paid %s each\n", money.Format((before-after)/money.Amount(count)/10_000*10_000)), nil
}

// tender is one sealed procurement, by first prices: of four honest providers, or of two and a ring in which a turn decides who is to win.
func (c *bazaar) tender(id string, ring []string, turn int) error {
	spec := auction.Spec{
		ID: id, Kind: auction.FirstPrice, Owner: "office", Reverse: true, Service: true, Currency: "credit", Goods: []money.Asset{"work"}, Reserve: 30 * money.Unit,
		Duration: 20 * time.Second, MaxBidders: -1,
	}
	if err := c.hold(spec); err != nil {
		return err
	}
	honest := traders("provider", 8)
	c.r.Shuffle(len(honest), func(i, j int) { honest[i], honest[j] = honest[j], honest[i] })
	asks := map[string]money.Amount{}
	for _, who := range honest[:4] {
		asks[who] = 10*money.Unit + money.Amount(c.r.Int64N(int64(4*money.Unit)))
	}
	if len(ring) > 0 {
		asks = map[string]money.Amount{honest[0]: asks[honest[0]] + 4*money.Unit}
		low := 11*money.Unit + money.Amount(c.r.Int64N(int64(money.Unit)))
		for i, who := range ring {
			asks[who] = low
			if i != turn%len(ring) {
				asks[who] = low + 3*money.Unit + money.Amount(c.r.Int64N(int64(money.Unit/4)))
			}
		}
	}
	for _, who := range slices.Sorted(maps.Keys(asks)) {
		c.e.sim.Advance(time.Duration(c.r.Int64N(int64(3 * time.Second))))
		if err := c.bid(id, who, asks[who]); err != nil {
			return err
		}
	}
	return c.settled(id, "office")
}

// traders are those of a kind of trader.
func traders(kind string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("%s-%d", kind, i+1))
	}
	return all
}

// attackSubjects are what can be expected of monitors.
func attackSubjects() []subject {
	return []subject{
		{"finding", "finding KIND WHO", "what the open findings of a kind about somebody may lead to: none, warn, throttle or hold. Kinds are shill, cartel, wash, sybil, praise, slander, decline and burst", 2, 2, func(e *engine, a []Arg) (string, error) {
			worst := integrity.Severity(0)
			err := e.findings(func(r market.Raised) {
				if r.Open && string(r.Finding.Kind) == a[0].Text && (r.Finding.Beneficiary == a[1].Text || slices.Contains(r.Finding.Subjects, a[1].Text)) {
					worst = max(worst, r.Finding.Severity)
				}
			})
			if worst == 0 {
				return "none", err
			}
			return worst.String(), err
		}},
		{"findings", "findings", "how many findings there have been, of all kinds", 0, 0, func(e *engine, _ []Arg) (string, error) {
			n := 0
			err := e.findings(func(market.Raised) { n++ })
			return strconv.Itoa(n), err
		}},
	}
}

// findings looks through what the monitors of the node have found, after they have looked once more.
func (e *engine) findings(look func(market.Raised)) error {
	if e.node == nil {
		return errNotStarted
	}
	n := e.node.Integrity()
	if n == nil {
		return errors.New("nobody looks for abuse on the node: its config has no section market.integrity")
	}
	var all []market.Raised
	err := e.insist(func() (err error) { all, err = n.Check(e.ctx); return err })
	for _, r := range all {
		look(r)
	}
	return err
}
