// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/predict"
	"mabeam.dev/supervision"
)

// Errors of prediction markets that callers branch on.
var (
	// ErrNotFunded is returned for whatever is asked of a prediction market whose subsidy is not set aside yet.
	ErrNotFunded = fault.New(4631, "market: the prediction market has no subsidy yet")
	// ErrNotAllowed is returned for a step of a prediction market that somebody else has to take.
	ErrNotAllowed = fault.New(4632, "market: somebody else has to do that")
)

// PredictionError is a mistake in the options of a prediction market, or in a command to one.
type PredictionError struct {
	// Market is the name of the market.
	Market string
	// Field is what is wrong, and Why what is wrong with it.
	Field, Why string
}

// Error names the market, the field and the reason.
func (e *PredictionError) Error() string {
	return fmt.Sprintf("market: prediction %q: %s: %s", e.Market, e.Field, e.Why)
}

// FaultCode is E1894.
func (*PredictionError) FaultCode() fault.Code { return 1894 }

// PredictionOptions set up a prediction market. All but Keys and Snapshots must be set.
type PredictionOptions struct {
	// Name is the process's name, and "prediction/" and the name is the ref of its holds, and the id of its pool and its subsidy in the ledger.
	Name string
	// Stream is where its steps are. What it has been begun with counts, whatever Spec and the names say.
	Stream  string
	Journal Journal
	// Ledger holds and pays. All who trade have an account there, and so has the maker.
	Ledger *Ledger
	// Spec says what is foretold; Currency is what is paid, one unit for a share that comes true.
	Spec     predict.Spec
	Currency money.Asset
	// Maker gives the subsidy, and gets what is left of it. Oracle proposes the outcome; Judge decides disputes and may cancel the market.
	Maker, Oracle, Judge string
	// Keys is how many keys of commands are remembered, the latest ones; 0 means 65,536.
	Keys int
	// Snapshots, if it is set, shortens recoveries; SnapshotEvery is how many commands lie between two, 0 means 10,000.
	Snapshots     Snapshots
	SnapshotEvery int
}

// Prediction is the handle of the process that runs one prediction market. It outlives restarts of the process and may be used from any goroutine.
//
// The subsidy is in the ledger before the first trade, and what a trade costs before it counts. Each charge is computed once, and is in the journal
// with its trade: a restart computes none again. The payout is one of the things that the journal has before the ledger.
type Prediction struct {
	*escrowDesk[predictionCommand, predictionAnswer]
	seen atomic.Pointer[PredictionView]
}

// PredictionView is what everybody may know of a prediction market at one moment.
type PredictionView struct {
	Name  string
	State predict.State
	// Funded says that the subsidy is set aside, and Halted that nothing is traded for now.
	Funded   bool
	Halted   bool
	Outcomes []string
	// Prices are what a share of each outcome costs at the margin, the probabilities that the market gives; Sold is how many shares are out.
	Prices, Sold []money.Amount
	// Taken is what traders have paid, less what they got back; Trades is how many there were.
	Taken  money.Amount
	Trades uint64
	// Outcome is what was proposed or resolved, -1 before. Until is when a proposal stands.
	Outcome int
	Until   time.Time
}

// Predicted says what became of a command.
type Predicted struct {
	// State is where the market was then.
	State predict.State
	// Shares and Paid are of a trade; what was paid is negative where it brought something.
	Shares, Paid money.Amount
	// Duplicate says that it was done before, and nothing was done now.
	Duplicate bool
}

// NewPrediction makes the handle, or returns everything that is wrong. The process is started with Start, or by a supervisor from Child; until
// then everything is ErrUnavailable.
func NewPrediction(o PredictionOptions) (*Prediction, error) {
	if o.Keys == 0 {
		o.Keys = 1 << 16
	}
	var problems []error
	bad := func(wrong bool, field, why string) {
		if wrong {
			problems = append(problems, &PredictionError{o.Name, field, why})
		}
	}
	bad(o.Ledger == nil, "Ledger", "is missing")
	ref := "prediction/" + o.Name
	bad(len(o.Name) > 64 || o.Name != "" && !ledger.Held("owner", ref).Valid(), "Name", "is no name of the ledger of at most 64 bytes")
	bad(o.Keys < 0, "Keys", "is negative")
	for _, role := range []struct{ field, who string }{{"Maker", o.Maker}, {"Oracle", o.Oracle}, {"Judge", o.Judge}} {
		bad(!ledger.Available(role.who).Valid(), role.field, "is no owner of the ledger")
	}
	bad(o.Currency.Validate() != nil, "Currency", "is no asset")
	d := deskOptions{name: o.Name, stream: o.Stream, family: "market.prediction", journal: o.Journal, ticks: time.Second, snapshots: o.Snapshots, every: snapshotEvery(o.SnapshotEvery)}
	if err := errors.Join(append(problems, d.validate(), o.Spec.Validate())...); err != nil {
		return nil, err
	}
	p := &Prediction{}
	rules := predictionRules{Spec: o.Spec, Currency: o.Currency, Maker: o.Maker, Oracle: o.Oracle, Judge: o.Judge, Keys: o.Keys}
	p.escrowDesk = newEscrowDesk(d, o.Ledger, ref, func() escrowKeeper[predictionCommand, predictionAnswer] {
		return &predictionKeeper{name: o.Name, ref: ref, begun: rules, seen: &p.seen}
	})
	return p, nil
}

// Child describes the process for a supervisor.
func (p *Prediction) Child() supervision.Child {
	return supervision.Worker(p.o.name, p.Behavior, p.ProcessOptions()...)
}

func (p *Prediction) do(ctx context.Context, c predictionCommand) (Predicted, error) {
	a, err := p.ask(ctx, c)
	return a.done, err
}

// Fund sets the maker's subsidy aside; then the market trades.
func (p *Prediction) Fund(ctx context.Context, key string) error {
	_, err := p.do(ctx, predictionCommand{Act: actFund, Key: key})
	return err
}

// Trade buys shares of an outcome, or sells them if they are negative. The limit is the most that it may cost, and is set aside until the trade is
// done; for a sale it is the negative of the least that it must bring. Errors are those of predict.Market.Trade, of ledger.Book.Apply where the
// owner cannot pay the limit, ErrNotFunded, ErrKeyTaken, *PredictionError, and ErrUnavailable, after which the same is to be asked again.
func (p *Prediction) Trade(ctx context.Context, key, owner string, outcome int, shares, limit money.Amount) (Predicted, error) {
	return p.do(ctx, predictionCommand{Act: actTrade, Key: key, Owner: owner, Outcome: outcome, Shares: shares, Limit: limit})
}

// Shut ends trading. Only the maker may; at the Close of the spec the market does it by itself.
func (p *Prediction) Shut(ctx context.Context, key, by string) error {
	_, err := p.do(ctx, predictionCommand{Act: actShut, Key: key, Owner: by})
	return err
}

// Propose names the outcome. Only the oracle may. It stands when the time for disputes is over, and the market pays by itself.
func (p *Prediction) Propose(ctx context.Context, key, by string, outcome int) error {
	_, err := p.do(ctx, predictionCommand{Act: actPropose, Key: key, Owner: by, Outcome: outcome})
	return err
}

// Dispute says that the proposed outcome is wrong. Only who holds shares may; then the judge decides.
func (p *Prediction) Dispute(ctx context.Context, key, by string) error {
	_, err := p.do(ctx, predictionCommand{Act: actDispute, Key: key, Owner: by})
	return err
}

// Resolve decides a dispute, and pays. Only the judge may.
func (p *Prediction) Resolve(ctx context.Context, key, by string, outcome int) error {
	_, err := p.do(ctx, predictionCommand{Act: actResolve, Key: key, Owner: by, Outcome: outcome})
	return err
}

// Cancel ends the market without an outcome: every share is paid its closing price. Only the judge may.
func (p *Prediction) Cancel(ctx context.Context, key, by string) error {
	_, err := p.do(ctx, predictionCommand{Act: actVoid, Key: key, Owner: by})
	return err
}

// Brake refuses trades with ErrHalted from now on, or no more, and returns when that is durable. Everything else goes on: the market closes, an outcome
// is proposed, disputed and paid.
func (p *Prediction) Brake(ctx context.Context, on bool) error {
	c := predictionCommand{Act: actPause}
	if on {
		c.Shares = 1
	}
	_, err := p.do(ctx, c)
	return err
}

// Holding returns the shares of an owner by outcome; nil for none. They are durable.
func (p *Prediction) Holding(ctx context.Context, owner string) ([]money.Amount, error) {
	a, err := p.ask(ctx, predictionCommand{asks: func(m *predict.Market) (predictionAnswer, error) {
		return predictionAnswer{holding: m.Holding(owner)}, nil
	}})
	return a.holding, err
}

// Quote returns what shares cost now, or bring if they are negative. By the time of a trade it may be another amount.
func (p *Prediction) Quote(ctx context.Context, outcome int, shares money.Amount) (money.Amount, error) {
	a, err := p.ask(ctx, predictionCommand{asks: func(m *predict.Market) (predictionAnswer, error) {
		cost, err := m.Quote(outcome, shares)
		return predictionAnswer{quote: cost}, err
	}})
	return a.quote, err
}

// View returns what everybody may know, as far as it is durable, without asking the process; ErrUnavailable before it was first ready.
func (p *Prediction) View() (PredictionView, error) {
	if v := p.seen.Load(); v != nil {
		return *v, nil
	}
	return PredictionView{}, fmt.Errorf("market: prediction %q: not started: %w", p.o.name, ErrUnavailable)
}
