// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"slices"
	"strings"
	"time"

	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/market/predict"
)

// OrderBook is one book of orders that a file declares. The journal remembers it by its name: a book that was once begun keeps the rules it has.
type OrderBook struct {
	Book       string        `yaml:"book" required:"true" check:"name" doc:"Name of the book, unique in the list."`
	Base       string        `yaml:"base" required:"true" doc:"Asset that is bought and sold, in whole pieces."`
	Quote      string        `yaml:"quote" doc:"Asset that is paid with; without it the currency of the market."`
	Tick       money.Amount  `yaml:"tick" default:"0.000001" min:"0.000001" doc:"Step of prices."`
	Lot        int64         `yaml:"lot" default:"1" min:"1" doc:"Step of quantities, in pieces."`
	MakerFee   int64         `yaml:"maker_fee_per_million" default:"0" min:"0" max:"1000000" doc:"Share of what a trade costs, in millionths, that is charged of who rested."`
	TakerFee   int64         `yaml:"taker_fee_per_million" default:"0" min:"0" max:"1000000" doc:"Share of what a trade costs, in millionths, that is charged of who came."`
	HaltMove   int64         `yaml:"halt_move_per_million" default:"0" min:"0" max:"1000000000" doc:"Halts the book before a price that is further from those of halt_window, in millionths; 0 is never."`
	HaltWindow time.Duration `yaml:"halt_window" default:"1m" min:"1s" doc:"How far back halt_move_per_million looks."`
	Tape       int           `yaml:"tape" default:"1024" min:"1" max:"1048576" doc:"Trades that are remembered for averages and prices."`
}

// Rules are the book's rules and fees as package orderbook takes them, in this market.
func (b OrderBook) Rules(m Market) (orderbook.Spec, orderbook.Fees) {
	s := orderbook.Spec{
		Base: money.Asset(b.Base), Quote: money.Asset(b.Quote), Tick: b.Tick, Lot: b.Lot, Tape: b.Tape, HaltMove: b.HaltMove, HaltWindow: b.HaltWindow,
	}
	if s.Quote == "" {
		s.Quote = money.Asset(m.Currency)
	}
	return s, orderbook.Fees{Maker: b.MakerFee, Taker: b.TakerFee}
}

// Forecast is one prediction market that a file declares. The journal remembers it by its name.
type Forecast struct {
	Prediction string        `yaml:"prediction" required:"true" check:"name" doc:"Name of the market, unique in the list."`
	Outcomes   []string      `yaml:"outcomes" required:"true" doc:"What may come true, 2 to 256 names; one of them will."`
	Liquidity  money.Amount  `yaml:"liquidity" default:"100" min:"0.001" doc:"How much has to be bought to move prices; it decides the subsidy."`
	Currency   string        `yaml:"currency" doc:"Asset that is paid with; without it that of the market."`
	Close      time.Time     `yaml:"close" doc:"When trading ends; without it the maker ends it."`
	Disputes   time.Duration `yaml:"disputes" default:"1h" min:"0s" doc:"How long a proposed outcome may be disputed."`
	Maker      string        `yaml:"maker" required:"true" check:"name" doc:"Whose account gives the subsidy, and gets what is left of it."`
	Oracle     string        `yaml:"oracle" required:"true" check:"name" doc:"Who proposes the outcome."`
	Judge      string        `yaml:"judge" required:"true" check:"name" doc:"Who decides disputes, and may cancel the market."`
}

// Spec is the market as package predict takes it, with the asset that is paid with.
func (f Forecast) Spec(m Market) (predict.Spec, money.Asset) {
	s := predict.Spec{Outcomes: f.Outcomes, Liquidity: f.Liquidity, Disputes: int64(f.Disputes)}
	if !f.Close.IsZero() {
		s.Close = f.Close.UnixNano()
	}
	if f.Currency != "" {
		return s, money.Asset(f.Currency)
	}
	return s, money.Asset(m.Currency)
}

// books checks what takes more than one key of books and predictions to see.
func (d *decoder) books(m *Market) {
	names := map[string]string{}
	for i, b := range m.Books {
		at := item("market.books", i)
		d.shared(names, Plain(b.Book), at+".book", CodeDuplicateID, "a book named "+quote(b.Book)+" is there already")
		d.tradeable(b.Book, at+".book")
		spec, _ := b.Rules(*m)
		d.rules(spec.Validate(), at, "market.currency")
	}
	names = map[string]string{}
	for i, f := range m.Predictions {
		at := item("market.predictions", i)
		d.shared(names, Plain(f.Prediction), at+".prediction", CodeDuplicateID, "a prediction market named "+quote(f.Prediction)+" is there already")
		d.tradeable(f.Prediction, at+".prediction")
		for _, r := range []struct{ who, key string }{{f.Maker, ".maker"}, {f.Oracle, ".oracle"}, {f.Judge, ".judge"}} {
			d.owner(r.who, at+r.key)
		}
		if f.Maker != "" && !slices.ContainsFunc(m.Accounts, func(a Account) bool { return a.Owner == f.Maker }) && !d.bad(at+".maker") {
			d.fail(d.near(at+".maker"), at+".maker", fault{code: CodeConflict, reason: quote(f.Maker) + " has no account in market.accounts, and cannot give the subsidy"})
		}
		if f.Currency != "" {
			d.asset(f.Currency, at+".currency")
		}
		spec, _ := f.Spec(*m)
		d.rules(spec.Validate(), at, "market.currency")
	}
}

// tradeable refuses names that are too long to be part of a name in the ledger.
func (d *decoder) tradeable(name, path string) {
	if len(name) > 64 && !d.bad(path) {
		d.fail(d.near(path), path, fault{code: CodeBadValue, reason: "a name of a market is too long", got: name, want: "up to 64 bytes"})
	}
}

// rules gives each complaint of the rules of a book or a prediction market its place.
func (d *decoder) rules(err error, at, currency string) {
	if err == nil || d.bad(currency) {
		return
	}
	for _, e := range joined(err) {
		field, why := "", e.Error()
		var book *orderbook.SpecError
		var forecast *predict.SpecError
		switch {
		case errors.As(e, &book):
			field, why = book.Field, book.Why
		case errors.As(e, &forecast):
			field, why = forecast.Field, forecast.Why
		}
		path := at + "." + strings.TrimPrefix(specKey(field), "_")
		if !d.bad(path) {
			d.fail(d.near(path), path, fault{code: CodeConflict, reason: why})
		}
	}
}
