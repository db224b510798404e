// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
)

// Deals are about services that are bought, what is at stake, and cases.
const Deals Group = "Deals"

func dealVerbs() []Verb {
	step := func(name, usage, example, doc string, do func(ctx context.Context, d *market.Deals, a []Arg) error) Verb {
		return Verb{
			Name: name, Group: Deals, Usage: usage, Min: 2, Max: 2, Example: example, Doc: doc,
			run: func(e *engine, c *Command) (string, error) {
				return "", e.deal(func(ctx context.Context, d *market.Deals) error { return do(ctx, d, c.Args) })
			},
		}
	}
	return []Verb{
		{
			Name: "list", Group: Deals, Usage: "list LISTING PROVIDER KIND PRICE", Min: 4, Max: 4, Example: "list l-1 ann review 2.50",
			Doc:   "Offers a service in the marketplace of the node, for as many deals at a time as there are, and pays the fee.",
			check: checkAmount(3),
			run: func(e *engine, c *Command) (string, error) {
				price, _ := money.Parse(c.Args[3].Text)
				return "", e.deal(func(ctx context.Context, d *market.Deals) error {
					_, err := d.List(ctx, listing.Listing{ID: c.Args[0].Text, Provider: c.Args[1].Text, Kind: c.Args[2].Text, Price: price, Capacity: 1 << 20})
					return err
				})
			},
		},
		{
			Name: "buy", Group: Deals, Usage: "buy DEAL BUYER KIND", Min: 3, Max: 3, Example: "buy d-1 bob review",
			Doc: "Buys the best service of a kind: the price is set aside until the end of the deal.",
			run: func(e *engine, c *Command) (string, error) {
				chosen := ""
				return "", e.deal(func(ctx context.Context, d *market.Deals) error {
					if chosen == "" { // once: what was bought is asked for again when an answer is lost
						all, err := d.Find(ctx, listing.Request{Kind: c.Args[2].Text})
						if err != nil {
							return err
						}
						if len(all) == 0 {
							return fmt.Errorf("nobody offers %s", c.Args[2].Text)
						}
						chosen = all[0].ID
					}
					_, err := d.Buy(ctx, c.Args[0].Text, chosen, c.Args[1].Text, 0)
					return err
				})
			},
		},
		step("deliver", "deliver DEAL PROVIDER", "deliver d-1 ann", "Says that the work of a deal is done.", func(ctx context.Context, d *market.Deals, a []Arg) error {
			_, err := d.Deliver(ctx, a[0].Text, a[1].Text, listing.Delivery{})
			return err
		}),
		step("accept", "accept DEAL BUYER", "accept d-1 bob", "Says that the work is good: the provider is paid.", func(ctx context.Context, d *market.Deals, a []Arg) error {
			_, err := d.Accept(ctx, a[0].Text, a[1].Text, nil)
			return err
		}),
		step("dispute", "dispute DEAL BUYER", "dispute d-1 bob", "Says that the work is not good.", func(ctx context.Context, d *market.Deals, a []Arg) error {
			_, err := d.Dispute(ctx, a[0].Text, a[1].Text, "")
			return err
		}),
		step("abandon", "abandon DEAL PROVIDER", "abandon d-1 ann", "Says that nothing will be delivered: the buyer gets everything back.", func(ctx context.Context, d *market.Deals, a []Arg) error {
			_, err := d.Abandon(ctx, a[0].Text, a[1].Text, "")
			return err
		}),
		{
			Name: "resolve", Group: Deals, Usage: "resolve DEAL BY PERCENT", Min: 3, Max: 3, Example: "resolve d-1 judge 25",
			Doc:   "Ends a dispute: the provider gets so much of the price.",
			check: checkCount(2),
			run: func(e *engine, c *Command) (string, error) {
				percent, _ := strconv.ParseInt(c.Args[2].Text, 10, 64)
				return "", e.deal(func(ctx context.Context, d *market.Deals) error {
					_, err := d.Resolve(ctx, c.Args[0].Text, c.Args[1].Text, percent*10_000)
					return err
				})
			},
		},
		{
			Name: "stake", Group: Deals, Usage: "stake OWNER AMOUNT", Min: 2, Max: 2, Example: "stake ann 10",
			Doc:   "Puts money of an owner at stake.",
			check: checkAmount(1),
			run: func(e *engine, c *Command) (string, error) {
				amount, _ := money.Parse(c.Args[1].Text)
				key := "line-" + strconv.Itoa(c.Line)
				return "", e.judge(func(ctx context.Context, s *market.Stakes) error {
					_, err := s.Lock(ctx, key, c.Args[0].Text, amount)
					return err
				})
			},
		},
		{
			Name: "accuse", Group: Deals, Usage: "accuse CASE SUBJECT KIND [ACCUSER]", Min: 3, Max: 4, Example: "accuse c-1 eve collusion bob",
			Doc: "Opens a case about what somebody did: collusion, performance, abandonment and others. A report is no verdict.",
			run: func(e *engine, c *Command) (string, error) {
				a := market.Accusation{
					Case: c.Args[0].Text, Kind: c.Args[2].Text,
					Finding: integrity.Finding{Kind: integrity.Kind(c.Args[2].Text), Subjects: []string{c.Args[1].Text}, Records: []string{c.Args[0].Text}},
				}
				if len(c.Args) > 3 {
					a.Accuser = c.Args[3].Text
				}
				return "", e.judge(func(ctx context.Context, s *market.Stakes) error {
					_, err := s.Accuse(ctx, a)
					return err
				})
			},
		},
		{
			Name: "review", Group: Deals, Usage: "review CASE BY", Min: 2, Max: 2, Example: "review c-1 judge",
			Doc: "Begins the review of a case, by somebody who is no party.",
			run: func(e *engine, c *Command) (string, error) {
				return "", e.judge(func(ctx context.Context, s *market.Stakes) error {
					_, err := s.Review(ctx, c.Args[0].Text, c.Args[1].Text)
					return err
				})
			},
		},
		{
			Name: "decide", Group: Deals, Usage: "decide CASE BY guilty|innocent", Min: 3, Max: 3, Example: "decide c-1 judge guilty",
			Doc:   "Gives the verdict of a review, or of an appeal. What a verdict takes waits until no appeal can change it.",
			check: checkVerdict,
			run: func(e *engine, c *Command) (string, error) {
				return "", e.judge(func(ctx context.Context, s *market.Stakes) error {
					_, err := s.Decide(ctx, c.Args[0].Text, c.Args[1].Text, c.Args[2].Text == "guilty", "")
					return err
				})
			},
		},
		{
			Name: "appeal", Group: Deals, Usage: "appeal CASE BY", Min: 2, Max: 2, Example: "appeal c-1 eve",
			Doc: "Asks for another decision, for whom a verdict goes against.",
			run: func(e *engine, c *Command) (string, error) {
				return "", e.judge(func(ctx context.Context, s *market.Stakes) error {
					_, err := s.Appeal(ctx, c.Args[0].Text, c.Args[1].Text, "")
					return err
				})
			},
		},
	}
}

// checkAmount wants an amount at a place.
func checkAmount(at int) func(*Script, *Command) []mistake {
	return func(_ *Script, c *Command) []mistake {
		a := c.Args[at]
		if v, err := money.Parse(a.Text); err == nil && v > 0 {
			return nil
		}
		return []mistake{{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no amount", a.Text), hint: "such as 2.50"}}
	}
}

func checkVerdict(_ *Script, c *Command) []mistake {
	a := c.Args[2]
	if a.Text == "guilty" || a.Text == "innocent" {
		return nil
	}
	return []mistake{{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no verdict", a.Text), hint: "guilty or innocent"}}
}

// insist does something until it is answered: whatever of the market is down comes back, and every step is done once.
func (e *engine) insist(do func() error) error {
	for range 600 { // a minute
		err := do()
		if !errors.Is(err, market.ErrUnavailable) && !errors.Is(err, actors.ErrMailboxFull) {
			return err
		}
		e.sim.Advance(100 * time.Millisecond)
	}
	return errors.New("the market has not answered for a minute")
}

// deal does something with the deals of the node.
func (e *engine) deal(do func(context.Context, *market.Deals) error) error {
	if e.node == nil {
		return errNotStarted
	}
	d := e.node.Deals()
	if d == nil {
		return errors.New("the node has no marketplace: its config has no section market.deals")
	}
	return e.insist(func() error { return do(e.ctx, d) })
}

// judge does something with the stakes and cases of the node.
func (e *engine) judge(do func(context.Context, *market.Stakes) error) error {
	if e.node == nil {
		return errNotStarted
	}
	s := e.node.Stakes()
	if s == nil {
		return errors.New("nothing is at stake on the node: its config has no section market.stakes")
	}
	return e.insist(func() error { return do(e.ctx, s) })
}

// dealSubjects are what can be expected of deals and cases.
func dealSubjects() []subject {
	return []subject{
		{"deal", "deal DEAL", "where a deal is: funded, in-progress, delivered, disputed, accepted, paid, resolved, refunded or cancelled", 1, 1, func(e *engine, a []Arg) (state string, err error) {
			err = e.deal(func(ctx context.Context, d *market.Deals) error {
				is, err := d.Deal(ctx, a[0].Text)
				state = strings.ReplaceAll(string(is.State), " ", "-")
				return err
			})
			return state, err
		}},
		{"case", "case CASE", "where a case is: reported, reviewed, upheld, rejected, appealed, final or overturned", 1, 1, func(e *engine, a []Arg) (state string, err error) {
			err = e.judge(func(ctx context.Context, s *market.Stakes) error {
				is, err := s.Case(ctx, a[0].Text)
				state = is.State.String()
				return err
			})
			return state, err
		}},
		{"staked", "staked OWNER", "how much somebody has at stake", 1, 1, func(e *engine, a []Arg) (amount string, err error) {
			err = e.judge(func(ctx context.Context, s *market.Stakes) error {
				p, err := s.Of(ctx, a[0].Text)
				amount = (p.Locked + p.Unbonding).String()
				return err
			})
			return amount, err
		}},
	}
}
