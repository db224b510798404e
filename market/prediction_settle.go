// SPDX-License-Identifier: Apache-2.0

package market

import (
	"fmt"
	"log/slog"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/predict"
)

// PredictionMoved is the event: a prediction market was funded, and trades, or has come to another state.
type PredictionMoved struct {
	Market  string        // which one
	State   predict.State // it is in now
	Outcome int           // that was proposed or resolved; -1 before
}

// EventName returns "market.prediction_moved".
func (PredictionMoved) EventName() string { return "market.prediction_moved" }

// LogLevel is Info.
func (PredictionMoved) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names market, state and outcome.
func (e PredictionMoved) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("market", e.Market), slog.String("state", e.State.String()), slog.Int("outcome", e.Outcome)}
}

// settle ends a batch: the subsidy and what was bought go from the holds to the market, what was sold from the market to the seller, all in one
// transaction; payouts in as many as they need.
func (k *predictionKeeper) settle(steps []predictionStep) {
	k.batches++
	k.moved = nil
	t := ledger.Transaction{}
	for i := range steps {
		s := &steps[i]
		switch {
		case s.Command.Act == actFund:
			t.Accounts = append(t.Accounts, ledger.Pool(k.ref), ledger.Subsidy(k.ref))
			t.Close = append(t.Close, ledger.Close{ID: s.Command.Hold, Pay: []ledger.Posting{k.leg(ledger.Subsidy(k.ref), s.Command.Held)}})
		case s.Command.Act == actTrade:
			k.paid(&t, s)
		}
	}
	k.add(t)
	for i := range steps {
		if e := steps[i].Event; e != nil && (e.State == predict.Resolved || e.State == predict.Void) {
			k.payout(&steps[i])
		}
	}
}

// paid is what one trade moves. A charge of 0 moves nothing: shares so few cost less than a micro-unit.
func (k *predictionKeeper) paid(t *ledger.Transaction, s *predictionStep) {
	pool := ledger.Pool(k.ref)
	if s.Command.Hold != "" {
		c := ledger.Close{ID: s.Command.Hold}
		if s.Event.Paid > 0 {
			c.Pay = []ledger.Posting{k.leg(pool, s.Event.Paid)}
		}
		t.Close = append(t.Close, c)
	}
	if s.Event.Paid < 0 {
		t.Postings = append(t.Postings, k.leg(pool, s.Event.Paid), k.leg(ledger.Available(s.Command.Owner), -s.Event.Paid))
	}
}

func (k *predictionKeeper) leg(a ledger.Account, v money.Amount) ledger.Posting {
	return ledger.Posting{Account: a, Asset: k.rules.Currency, Amount: v}
}

// payout empties the market: everybody gets theirs, and the maker what is left. What traders paid goes first, then the subsidy.
func (k *predictionKeeper) payout(s *predictionStep) {
	all := s.Pays
	if s.Rest > 0 {
		all = append(all[:len(all):len(all)], predict.Payout{Owner: k.rules.Maker, Amount: s.Rest})
	}
	pool := k.market.Taken()
	for len(all) > 0 {
		n := min(len(all), moverPays)
		t := ledger.Transaction{}
		sum := money.Amount(0)
		for _, p := range all[:n] {
			sum += p.Amount // together they are what is there
			t.Postings = append(t.Postings, k.leg(ledger.Available(p.Owner), p.Amount))
		}
		first := min(sum, pool)
		pool -= first
		if first > 0 {
			t.Postings = append(t.Postings, k.leg(ledger.Pool(k.ref), -first))
		}
		if sum > first {
			t.Postings = append(t.Postings, k.leg(ledger.Subsidy(k.ref), first-sum))
		}
		k.add(t)
		all = all[n:]
	}
}

func (k *predictionKeeper) add(t ledger.Transaction) {
	if len(t.Close)+len(t.Postings) > 0 {
		t.Key = fmt.Sprintf("settle/%s/%d/%d", k.ref, k.batches, len(k.moved))
		k.moved = append(k.moved, t)
	}
}
