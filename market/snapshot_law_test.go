// SPDX-License-Identifier: Apache-2.0

package market

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/integrity"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/predict"
	"mabeam.dev/market/stake"
	"mabeam.dev/telemetry"
)

// lived is a state with the events that it has written.
type lived[C, R any] struct {
	state  keeper[C, R]
	now    time.Time
	events []Event
}

// act carries a command out, as a process does, and returns what was answered.
func (l *lived[C, R]) act(c C, tick bool) (R, string) {
	if tick {
		l.state.tick(l.now)
	}
	r, err := l.state.do(l.now, c)
	for ev, ok := l.state.batch(l.now); ok; ev, ok = l.state.batch(l.now) {
		l.events = append(l.events, ev)
	}
	l.state.publish(telemetry.NewBus())
	return r, fmt.Sprint(err)
}

// restarted holds the law of snapshots against a kind of state: whoever begins with a snapshot, taken anywhere, and reads what was written since, is
// where one is who reads everything, and answers everything from then on as that one does. Next draws a command that makes sense to a state.
func restarted[C, R any](t *testing.T, fresh func() keeper[C, R], next func(t *rapid.T, n int, k keeper[C, R]) C) {
	rapid.Check(t, func(t *rapid.T) {
		l := lived[C, R]{state: fresh(), now: time.Unix(1_000_000, 0).UTC()}
		l.state.reset()
		n := 0
		do := func(steps int) {
			for range steps {
				l.now = l.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "later")) * time.Second)
				l.act(next(t, n, l.state), rapid.Bool().Draw(t, "tick"))
				n++
			}
		}
		do(rapid.IntRange(0, 60).Draw(t, "before"))
		image, at := append([]byte(nil), l.state.encode()...), len(l.events)
		require.Zero(t, l.state.since())
		for do(rapid.IntRange(1, 20).Draw(t, "behind")); len(l.events) == at && n < 200; { // a state without news may be earlier than its snapshot
			do(1)
		}
		whole, part := fresh(), fresh()
		whole.reset()
		require.NoError(t, part.decode(image))
		for i, ev := range l.events {
			require.NoError(t, whole.replay(ev))
			if i >= at {
				require.NoError(t, part.replay(ev))
			}
		}
		require.LessOrEqual(t, part.since(), whole.since())
		if len(l.events) > at {
			require.Equal(t, string(whole.encode()), string(part.encode()))
		}
		a, b := lived[C, R]{state: whole, now: l.now}, lived[C, R]{state: part, now: l.now}
		a.state.publish(telemetry.NewBus())
		b.state.publish(telemetry.NewBus())
		for range rapid.IntRange(1, 20).Draw(t, "then") {
			a.now = a.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "later")) * time.Second)
			b.now = a.now
			tick, c := rapid.Bool().Draw(t, "tick"), next(t, n, a.state)
			want, why := a.act(c, tick)
			have, whyNot := b.act(c, tick)
			require.Equal(t, want, have)
			require.Equal(t, why, whyNot)
			require.Equal(t, a.events, b.events)
			n++
		}
		if len(l.events)+len(a.events) > at {
			require.Equal(t, string(whole.encode()), string(part.encode()))
		}
	})
}

// ended draws the end of a bill that is open, if there is one.
func ended[C, A any](t *rapid.T, k *tillKeeper[C, A]) (tillCommand[C, A], bool) {
	open := k.bills(time.Unix(1<<40, 0))
	if len(open) == 0 || !rapid.Bool().Draw(t, "end") {
		return tillCommand[C, A]{}, false
	}
	b := open[rapid.IntRange(0, len(open)-1).Draw(t, "bill")]
	return tillCommand[C, A]{of: &b, done: tillDone{Refused: b.Draws && rapid.IntRange(0, 3).Draw(t, "refused") == 0}}, true
}

func tilled[C, A any](core func() till[C, A]) func() keeper[tillCommand[C, A], tillAnswer[A]] {
	return func() keeper[tillCommand[C, A], tillAnswer[A]] {
		return &tillKeeper[C, A]{family: "market.test", prefix: "test", core: core()}
	}
}

func TestDealsFromASnapshotAreThoseOfTheWholeStream(t *testing.T) {
	rules := listing.DefaultSpec()
	rules.Delivery, rules.Acceptance, rules.Review, rules.Discount = int64(time.Minute), int64(time.Minute), int64(time.Minute), 100_000
	live := func(provider string, _ time.Time) listing.Judgement {
		return listing.Judgement{Reputation: float64(len(provider)) / 10, Quality: .5}
	}
	fresh := tilled(func() till[dealCommand, dealAnswer] {
		return &dealCore{name: "deals", rules: rules, asset: "credit", live: live, verify: true, rate: true}
	})
	type command = tillCommand[dealCommand, dealAnswer]
	restarted(t, fresh, func(t *rapid.T, n int, k keeper[command, tillAnswer[dealAnswer]]) command {
		if c, ok := ended(t, k.(*tillKeeper[dealCommand, dealAnswer])); ok {
			return c
		}
		id := fmt.Sprint("d", rapid.IntRange(0, n/3).Draw(t, "deal"))
		offered := fmt.Sprint("l", rapid.IntRange(0, 3).Draw(t, "listing"))
		who := rapid.SampledFrom([]string{"ann", "bobby"}).Draw(t, "who")
		rating := rapid.Float64Range(0, 1).Draw(t, "rating")
		on := rapid.Bool().Draw(t, "on")
		step := dealStep{Deal: id, By: who, Share: 400_000, Reason: "so", Good: on}
		var c dealCommand
		switch what := rapid.SampledFrom([]string{
			"agree", "agree", "agree", "buy", "list", "withdraw", "review", "halt", "begin", "deliver", "deliver", "accept", "accept", "dispute", "resolve", "cancel", "abandon", "verify",
		}).Draw(t, "what"); what {
		case "agree":
			c.Agree = &listing.Terms{ID: id, Buyer: who, Provider: "cid", Asset: "credit", Price: money.Unit, Deposit: 5, Verified: on}
		case "buy":
			c.Buy = &dealBuy{ID: id, Listing: offered, Buyer: who}
		case "list":
			c.List = &listing.Listing{ID: offered, Provider: who, Kind: "k", Price: 70, Asset: "credit", Capacity: 2, Expires: int64(1<<60) * int64(n%2)}
		case "withdraw":
			c.Withdraw = &dealWithdraw{offered, who}
		case "review":
			c.Review = &dealReview{"cid", on}
		case "halt":
			halt := on && n%10 == 0
			c.Halt = &halt
		case "begin", "deliver", "abandon":
			step.Do, step.By = what, "cid"
			c.Step = &step
		case "accept":
			step.Do, step.Rating = what, &rating
			c.Step = &step
		default:
			step.Do = what
			c.Step = &step
		}
		return command{do: &c}
	})
}

func TestStakesFromASnapshotAreThoseOfTheWholeStream(t *testing.T) {
	fresh := tilled(func() till[stakeCommand, stakeAnswer] {
		return &stakeCore{name: "stakes", rules: stake.Spec{Minimum: 5, Unbonding: int64(time.Minute), Appeals: int64(time.Minute)}, asset: "credit", rate: true}
	})
	type command = tillCommand[stakeCommand, stakeAnswer]
	restarted(t, fresh, func(t *rapid.T, n int, k keeper[command, tillAnswer[stakeAnswer]]) command {
		if c, ok := ended(t, k.(*tillKeeper[stakeCommand, stakeAnswer])); ok {
			return c
		}
		who := rapid.SampledFrom([]string{"ann", "bob", "cid"}).Draw(t, "who")
		id := fmt.Sprint("c", rapid.IntRange(0, 4).Draw(t, "case"))
		some := stakeAmount{who, money.Amount(rapid.Int64Range(0, 30).Draw(t, "amount"))}
		c := stakeCommand{Key: fmt.Sprint(rapid.IntRange(0, n).Draw(t, "key"))}
		switch what := rapid.SampledFrom([]string{"lock", "lock", "unbond", "free", "expose", "done", "accuse", "accuse", "review", "decide", "appeal"}).Draw(t, "what"); what {
		case "lock":
			c.Lock = &some
		case "unbond":
			c.Unbond = &some
		case "free":
			c.Free = &some
		case "expose":
			c.Expose = &stakeExposure{id, some}
		case "done":
			c.Done = id
		case "accuse":
			c.Accuse = &Accusation{Case: id, Kind: "collusion", Finding: integrity.Finding{Subjects: []string{who}, Score: .3}, Accuser: "sue", Victim: "vic", Loss: some.Amount}
			if n%3 == 0 {
				c.Accuse.Proof = "signed twice"
			} else {
				c.Accuse.Finding.Records = []string{"a"}
			}
		default:
			by := rapid.SampledFrom([]string{"judge", "other", who}).Draw(t, "by")
			c.Step = &caseStep{Case: id, Do: what, By: by, Guilty: n%2 == 0, Reason: "so"}
		}
		return command{do: &c}
	})
}

func TestAPoolFromASnapshotIsThatOfTheWholeStream(t *testing.T) {
	fresh := tilled(func() till[poolCommand, poolAnswer] {
		return &poolCore{rules: stake.PoolSpec{ID: "pool", Load: 100_000, Solvency: 500_000, PerProvider: 500_000}, asset: "credit"}
	})
	type command = tillCommand[poolCommand, poolAnswer]
	restarted(t, fresh, func(t *rapid.T, n int, k keeper[command, tillAnswer[poolAnswer]]) command {
		if c, ok := ended(t, k.(*tillKeeper[poolCommand, poolAnswer])); ok {
			return c
		}
		amount := money.Amount(rapid.Int64Range(0, 1000).Draw(t, "amount"))
		policy := fmt.Sprint("p", rapid.IntRange(0, n/3).Draw(t, "policy"))
		var c poolCommand
		switch rapid.IntRange(0, 2).Draw(t, "what") {
		case 0:
			c.Fund = &poolFund{fmt.Sprint(n), "ann", 10 * amount}
		case 1:
			c.Buy = &stake.Cover{Policy: policy, Holder: "bob", Provider: "cid", Deal: "d", Limit: amount / 10, Failures: 1, Deals: 20}
		default:
			c.Claim = &poolClaim{policy, stake.Outcome{Deal: "d", Failed: n%2 == 0, Loss: amount}}
		}
		return command{do: &c}
	})
}

func TestAPredictionMarketFromASnapshotIsThatOfTheWholeStream(t *testing.T) {
	fresh := func() keeper[predictionCommand, predictionAnswer] {
		return &predictionKeeper{name: "p", ref: "prediction/p", seen: new(atomic.Pointer[PredictionView]), begun: predictionRules{
			Spec:     predict.Spec{Outcomes: []string{"yes", "no"}, Liquidity: 5000, Close: time.Unix(1_001_000, 0).UnixNano(), Disputes: int64(time.Minute)},
			Currency: "credit", Maker: "ann", Oracle: "bob", Judge: "cid", Keys: 8,
		}}
	}
	restarted(t, fresh, func(t *rapid.T, n int, k keeper[predictionCommand, predictionAnswer]) predictionCommand {
		c := predictionCommand{Key: fmt.Sprint(rapid.IntRange(max(0, n-4), n).Draw(t, "key")), Outcome: rapid.IntRange(0, 1).Draw(t, "outcome")}
		c.Act = rapid.SampledFrom([]predictionAct{actFund, actTrade, actTrade, actTrade, actTrade, actTrade, actShut, actPropose, actDispute, actResolve, actVoid, actPause}).Draw(t, "act")
		c.Owner = rapid.SampledFrom([]string{"ann", "bob", "cid"}).Draw(t, "who")
		if c.Act == actPause {
			c.Key, c.Shares = "", money.Amount(n%2)
		}
		if c.Act == actTrade {
			c.Shares, c.Limit = money.Amount(rapid.Int64Range(-500, 900).Draw(t, "shares")), 1000
		}
		p := k.(*predictionKeeper)
		h, err := p.need(c)
		if err != nil || h.Amount == 0 {
			return c
		}
		h.ID = fmt.Sprint("hold/", n)
		return p.with(c, h)
	})
}

func TestAMonitorFromASnapshotIsThatOfTheWholeStream(t *testing.T) {
	for _, g := range detectors {
		t.Run(string(g), func(t *testing.T) {
			var rules IntegrityRules
			rules.defaults()
			rules.Window = 20 // some are forgotten
			fresh := func() keeper[monitorCommand, monitorAnswer] {
				return &monitorKeeper{name: "i/" + string(g), group: g, rules: rules, show: func([]Raised) {}}
			}
			restarted(t, fresh, func(t *rapid.T, n int, k keeper[monitorCommand, monitorAnswer]) monitorCommand {
				m := k.(*monitorKeeper)
				switch rapid.IntRange(0, 5).Draw(t, "what") {
				case 0:
					return monitorCommand{check: true}
				case 1:
					if len(m.raised) > 0 {
						return monitorCommand{mark: &monitorMark{ID: m.raised[0].ID, Case: true, Closed: n%2 == 0, Guilty: n%3 == 0}}
					}
				}
				s := &monitorSeen{Stream: "s", From: m.cursors["s"]}
				s.To = s.From + uint64(rapid.IntRange(1, 5).Draw(t, "versions"))
				for range rapid.IntRange(0, 4).Draw(t, "observations") {
					s.All = append(s.All, observation(t, m.at))
				}
				return monitorCommand{seen: s}
			})
		})
	}
}

// observation draws one of any kind; cheats are among them.
func observation(t *rapid.T, at time.Time) (o Observation) {
	who := func(what string) string { return rapid.SampledFrom([]string{"ann", "bob", "eve"}).Draw(t, what) }
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		s := &integrity.Sale{ID: fmt.Sprint(at.Unix()), Seller: "sam", Start: at, End: at.Add(time.Hour), Step: 1, Winner: who("winner")}
		for i := range rapid.IntRange(1, 30).Draw(t, "bids") {
			s.Bids = append(s.Bids, integrity.Bid{Bidder: who("bidder"), Amount: money.Amount(i + 1), At: at.Add(time.Duration(i) * time.Second)})
		}
		o.Sale = s
	case 1:
		o.Tender = &integrity.Tender{ID: fmt.Sprint(at.Unix()), At: at, Offers: []integrity.Offer{{Bidder: "ann", Price: 10}, {Bidder: "bob", Price: rapid.Float64Range(10, 12).Draw(t, "price")}, {Bidder: "eve", Price: 11}}}
	case 2:
		o.Trade = &integrity.Trade{ID: fmt.Sprint(at.Unix()), From: who("from"), To: who("to"), Asset: "tea", Pieces: 5, At: at}
	case 3:
		o.Rated = &integrity.Rated{Deal: fmt.Sprint(at.Unix()), From: who("from"), To: who("to"), Rating: rapid.Float64Range(0, 1).Draw(t, "rating"), Outcome: .5, At: at}
	case 4:
		o.Served = &Served{Provider: who("provider"), Deal: fmt.Sprint(at.Unix()), Outcome: rapid.SampledFrom([]float64{0, 1}).Draw(t, "outcome"), At: at}
	default:
		o.Paid = &Paid{From: who("from"), To: who("to"), At: at}
	}
	return o
}

func TestABrakeFromASnapshotIsThatOfTheWholeStream(t *testing.T) {
	fresh := func() keeper[securityCommand, stake.Level] {
		return &securityKeeper{s: &Security{o: SecurityOptions{Name: "s", Sample: 10, Levels: stake.StressSpec{Calm: 50_000, Caution: 100_000, Halt: 300_000, Hold: int64(time.Minute)}}}}
	}
	restarted(t, fresh, func(t *rapid.T, n int, k keeper[securityCommand, stake.Level]) securityCommand {
		s := k.(*securityKeeper)
		c := securityCommand{At: time.Unix(1_000_000+int64(n)*30, 0).UTC(), Ended: s.last.Ended + rapid.IntRange(0, 30).Draw(t, "ended"), Findings: n / 2}
		c.Fails = s.last.Fails + rapid.IntRange(0, c.Ended-s.last.Ended).Draw(t, "fails")
		if rapid.Bool().Draw(t, "stuck") {
			c.Open, c.Stuck = 10, rapid.IntRange(0, 5).Draw(t, "stuck of ten")
		}
		c.Volumes = []float64{1, 2, rapid.Float64Range(0, 100).Draw(t, "volume")}
		return c
	})
}

// A book begins with what the ledger holds: of each hold that is left there is one order, so its law is TestBookSimulation.
func TestASnapshotOfAnotherKindIsRefusedAndTheStreamIsRead(t *testing.T) {
	for name, k := range map[string]interface{ decode([]byte) error }{
		"deals":      &tillKeeper[dealCommand, dealAnswer]{core: &dealCore{rules: listing.DefaultSpec()}},
		"stakes":     &tillKeeper[stakeCommand, stakeAnswer]{core: &stakeCore{}},
		"insurance":  &tillKeeper[poolCommand, poolAnswer]{core: &poolCore{rules: stake.PoolSpec{ID: "p", Solvency: 1, PerProvider: 1}}},
		"prediction": &predictionKeeper{},
		"monitor":    &monitorKeeper{},
		"security":   &securityKeeper{s: &Security{}},
	} {
		for _, text := range []string{"", "{", `[]`, `{"state": 5}`, `{"market": 7, "stress": 7, "raised": 7}`} {
			if strings.HasPrefix(text, `{"state"`) && !strings.Contains("deals stakes insurance", name) {
				continue
			}
			require.Error(t, k.decode([]byte(text)), "%s: %q", name, text)
		}
	}
}
