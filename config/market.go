// SPDX-License-Identifier: Apache-2.0

package config

import (
	"time"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/money"
)

// Market is what the node runs of markets: a ledger, an exchange of auctions, and what stands on them.
type Market struct {
	Currency string        `yaml:"currency" default:"credit" doc:"Asset that is paid with where nothing else is said."`
	Restarts int           `yaml:"restarts" default:"5" min:"1" max:"1000" doc:"How often the process of one auction may crash within restart_period before its auction is halted, with what is held."`
	Period   time.Duration `yaml:"restart_period" default:"10s" min:"1s" max:"1h" doc:"Time in which restarts of one auction are counted."`
	Keep     int           `yaml:"keep" default:"10000" min:"1" max:"10000000" doc:"How many auctions that are over are kept in memory; older ones are read from the journal."`
	Fee      int64         `yaml:"fee_per_million" default:"0" min:"0" max:"1000000" doc:"Share of each payment, in millionths, that the market keeps of auctions that do not say it themselves."`
	BidLimit *BidLimit     `yaml:"bid_limit" doc:"How fast a bidder may bid, in all auctions together; without it as fast as it likes."`
	Accounts []Account     `yaml:"accounts" key:"owner" doc:"Owners whose accounts are open from the beginning, and what they begin with."`
	Parties  []Party       `yaml:"parties" key:"party" doc:"Owners that belong together: none of them may bid in an auction of another."`
	Auctions []Auction     `yaml:"auctions" key:"auction" doc:"Auctions that are there when the node is up."`
	Books    []OrderBook   `yaml:"books" key:"book" doc:"Books of orders that are there when the node is up."`

	Predictions []Forecast `yaml:"predictions" key:"prediction" doc:"Prediction markets that are there when the node is up."`

	Deals     *MarketDeals     `yaml:"deals" doc:"A marketplace of services, with deals that are paid when the work is done; without it there is none."`
	Stakes    *MarketStakes    `yaml:"stakes" doc:"What agents put at risk, and cases about it; without it nothing is at stake."`
	Insurance *MarketInsurance `yaml:"insurance" doc:"A pool that covers what buyers of deals lose; without it nothing is insured."`
	Integrity *MarketIntegrity `yaml:"integrity" doc:"Monitors that look for shills, cartels and other abuse, and a brake; without it nobody looks."`
}

// BidLimit is how fast bids may come. Repetitions of a bid are free.
type BidLimit struct {
	PerMinute int `yaml:"per_minute" default:"10" min:"1" max:"1000000" doc:"Bids that a bidder may make in a minute, on average."`
	Burst     int `yaml:"burst" default:"10" min:"1" max:"1000000" doc:"Bids that it may make at once."`
	Party     int `yaml:"party" default:"1" min:"1" max:"1000" doc:"How many times as much all owners of one party may bid together."`
}

// Rate is the limit as package integrity takes it.
func (l BidLimit) Rate() integrity.Rate {
	return integrity.Rate{PerMinute: float64(l.PerMinute), Burst: float64(l.Burst), Owners: float64(l.Party)}
}

// Account is an owner in the ledger.
type Account struct {
	Owner string                  `yaml:"owner" required:"true" check:"name" doc:"Owner of the account, such as an agent; unique in the list."`
	Money map[string]money.Amount `yaml:"money" doc:"Amounts of currencies that it begins with, brought in once: a change has no effect on a ledger that has them."`
	Goods map[string]int64        `yaml:"goods" doc:"Pieces of goods that it begins with, brought in once as money is."`
}

// Party is a group of owners that belong together.
type Party struct {
	Party  string   `yaml:"party" required:"true" check:"name" doc:"Name of the group, unique in the list."`
	Owners []string `yaml:"owners" required:"true" doc:"Owners that belong to it."`
}

// AuctionKind is the type of an auction.
type AuctionKind string

// Values lists the words a file may use.
func (AuctionKind) Values() []string {
	return []string{"english", "dutch", "firstprice", "vickrey", "uniform", "gsp", "combinatorial"}
}

// Outage says what an outage does to the closing time.
type Outage string

// Values lists the words a file may use.
func (Outage) Values() []string { return []string{"extend", "close"} }

// Payment is what winners of bundles pay.
type Payment string

// Values lists the words a file may use.
func (Payment) Values() []string { return []string{"bid", "vcg", "core"} }

// Auction is one auction that a file declares. The journal remembers it by its name: an auction that was once begun keeps the rules it has.
type Auction struct {
	Auction       string                `yaml:"auction" required:"true" check:"name" doc:"Name of the auction, for ever: the same name is never given to another."`
	Kind          AuctionKind           `yaml:"kind" default:"english" doc:"Type of the auction."`
	Owner         string                `yaml:"owner" required:"true" check:"name" doc:"Who sells or, in a procurement, buys."`
	Reverse       bool                  `yaml:"reverse" default:"false" doc:"Makes it a procurement: the lowest bid wins."`
	Currency      string                `yaml:"currency" doc:"Asset that is paid with; without it that of the market."`
	Goods         []string              `yaml:"goods" required:"true" doc:"What is sold: one asset or, in a combinatorial auction, several of one piece each."`
	Service       bool                  `yaml:"service" default:"false" doc:"What is sold is a service, which nobody holds; procurements are of services."`
	Units         int64                 `yaml:"units" default:"1" min:"1" max:"1000000" doc:"Pieces that are sold."`
	Reserve       money.Amount          `yaml:"reserve" default:"0" min:"0" doc:"Least price of a piece, or the ceiling of a procurement; 0 is none."`
	Hidden        bool                  `yaml:"hidden" default:"false" doc:"Keeps the reserve from bidders until the decision."`
	Reserves      []money.Amount        `yaml:"reserves" doc:"Least price of each good of a combinatorial auction, or the ceiling of each task."`
	Open          bool                  `yaml:"open" default:"true" doc:"Opens the auction when the node is up, or at start_at; otherwise somebody has to."`
	StartAt       time.Time             `yaml:"start_at" doc:"When it opens at the earliest."`
	Duration      time.Duration         `yaml:"duration" default:"0s" min:"0s" doc:"How long it takes bids; 0s is 30s for English and 2m for sealed auctions. A Dutch one ends by its clock."`
	OnOutage      Outage                `yaml:"on_outage" default:"extend" doc:"What becomes of the closing time when nobody could bid for a while."`
	OutageCap     time.Duration         `yaml:"outage_cap" default:"0s" min:"0s" doc:"Most time that outages add; 0s is a day."`
	MaxBidders    int                   `yaml:"max_bidders" default:"0" min:"0" max:"1000000" doc:"How many may bid; 0 is 50."`
	Invited       []string              `yaml:"invited" doc:"Who alone may bid; empty is everybody."`
	Fee           *int64                `yaml:"fee_per_million" min:"0" max:"1000000" doc:"Share of each payment, in millionths, that the market keeps; without it that of the market."`
	DepositShare  int64                 `yaml:"deposit_per_million" default:"0" min:"0" max:"1000000" doc:"Share of a bid, in millionths, that is set aside; 0 is all of it, so that no winner can default."`
	Deposit       money.Amount          `yaml:"deposit" default:"0" min:"0" doc:"What a bidder of a procurement, or a commitment, has to set aside."`
	RevealFor     time.Duration         `yaml:"reveal_for" default:"0s" min:"0s" doc:"Makes bids commitments, and is how long revealing lasts; 0s is not."`
	Lottery       bool                  `yaml:"lottery" default:"false" doc:"Breaks ties by a draw; otherwise the earlier bid wins."`
	English       *EnglishAuction       `yaml:"english" doc:"Rules of an English auction."`
	Dutch         *DutchAuction         `yaml:"dutch" doc:"Rules of a Dutch auction, which needs them."`
	Uniform       *UniformAuction       `yaml:"uniform" doc:"Rules of a uniform price auction."`
	GSP           *GSPAuction           `yaml:"gsp" doc:"Rules of an auction of ranked slots, which needs them."`
	Combinatorial *CombinatorialAuction `yaml:"combinatorial" doc:"Rules of an auction of bundles."`
}

// EnglishAuction is the rules of an English auction.
type EnglishAuction struct {
	Start          money.Amount  `yaml:"start" default:"0" min:"0" doc:"First price; 0 is the smallest there is, and the ceiling of a procurement."`
	Increment      money.Amount  `yaml:"increment" default:"0" min:"0" doc:"By how much a bid has to be better, at least; 0 with no share is 0.1."`
	IncrementShare int64         `yaml:"increment_per_million" default:"0" min:"0" max:"1000000" doc:"What is added to increment: a share of the price, in millionths."`
	Proxy          bool          `yaml:"proxy" default:"false" doc:"Takes bids as limits up to which the auction bids for the bidder."`
	BuyNow         money.Amount  `yaml:"buy_now" default:"0" min:"0" doc:"Price at which the auction ends at once; 0 is none."`
	UntilMet       bool          `yaml:"until_met" default:"false" doc:"Offers buy_now until the reserve is met; otherwise until the first bid."`
	SoftWindow     time.Duration `yaml:"soft_window" default:"0s" min:"0s" doc:"A bid this near to the close moves the close; 0s is never."`
	SoftExtend     time.Duration `yaml:"soft_extend" default:"0s" min:"0s" doc:"How long after such a bid the auction closes then."`
	MaxExtended    int           `yaml:"max_extended" default:"0" min:"0" max:"1000" doc:"How often the close may move; 0 is 10 times."`
}

// DutchAuction is the rules of a price clock.
type DutchAuction struct {
	Start    money.Amount  `yaml:"start" required:"true" min:"0.000001" doc:"First price."`
	Floor    money.Amount  `yaml:"floor" required:"true" min:"0.000001" doc:"Last price."`
	Step     money.Amount  `yaml:"step" required:"true" min:"0.000001" doc:"Change of the price with each tick."`
	Interval time.Duration `yaml:"interval" required:"true" min:"1ms" doc:"Time between two ticks."`
	OnePrice bool          `yaml:"one_price" default:"false" doc:"Makes all takers pay the last price."`
}

// UniformAuction is the rules of a uniform price auction.
type UniformAuction struct {
	LowestWinning bool  `yaml:"lowest_winning" default:"false" doc:"The price is the worst winning bid; otherwise the best losing one."`
	MaxUnits      int64 `yaml:"max_units" default:"0" min:"0" max:"1000000" doc:"Pieces that a bidder may bid for; 0 is all."`
}

// GSPAuction is the rules of an auction of ranked slots.
type GSPAuction struct {
	Slots []int64 `yaml:"slots" required:"true" doc:"Uses of each slot that are sold, falling."`
	VCG   bool    `yaml:"vcg" default:"false" doc:"Winners pay what they take from those behind them, not what the next one bid."`
}

// CombinatorialAuction is the rules of an auction of bundles.
type CombinatorialAuction struct {
	Payment    Payment      `yaml:"payment" default:"bid" doc:"What winners pay."`
	MaxBundles int          `yaml:"max_bundles" default:"0" min:"0" max:"65536" doc:"Bundles of a bidder; 0 is 1024."`
	MaxGoods   int          `yaml:"max_goods" default:"0" min:"0" max:"1024" doc:"Goods of a bundle; 0 is all."`
	AcceptGap  money.Amount `yaml:"accept_gap" default:"0" min:"0" doc:"Takes winners that may be this far from the best, if they pay their bids; 0 asks for a proof."`
	AwardAll   bool         `yaml:"award_all" default:"false" doc:"Awards all tasks of a procurement or none."`
	Budget     money.Amount `yaml:"budget" default:"0" min:"0" doc:"What all tasks may cost together."`
}

// Spec is the auction as package auction takes it, in this market.
func (a Auction) Spec(m Market) auction.Spec {
	s := auction.Spec{
		ID: a.Auction, Kind: auction.Kind(a.Kind), Owner: a.Owner, Reverse: a.Reverse, Currency: money.Asset(a.Currency), Service: a.Service, Units: a.Units,
		Reserve: a.Reserve, Hidden: a.Hidden, Reserves: a.Reserves, StartAt: a.StartAt.UTC(), Duration: a.Duration, OutageCap: a.OutageCap, MaxBidders: a.MaxBidders,
		Invited: a.Invited, FeePerMillion: m.Fee, DepositPerMillion: a.DepositShare, Deposit: a.Deposit, RevealFor: a.RevealFor, Lottery: a.Lottery,
	}
	if a.StartAt.IsZero() {
		s.StartAt = time.Time{}
	}
	if s.Currency == "" {
		s.Currency = money.Asset(m.Currency)
	}
	for _, g := range a.Goods {
		s.Goods = append(s.Goods, money.Asset(g))
	}
	if a.OnOutage == "close" {
		s.OnOutage = auction.CloseAsOfDeadline
	}
	if a.Fee != nil {
		s.FeePerMillion = *a.Fee
	}
	if e := a.English; e != nil {
		s.English = auction.EnglishRules{
			Start: e.Start, Increment: auction.Increment{Absolute: e.Increment, PerMillion: e.IncrementShare}, Proxy: e.Proxy, BuyNow: e.BuyNow, UntilMet: e.UntilMet,
			SoftWindow: e.SoftWindow, SoftExtend: e.SoftExtend, MaxExtended: e.MaxExtended,
		}
	}
	if d := a.Dutch; d != nil {
		s.Dutch = auction.DutchRules(*d)
	}
	if u := a.Uniform; u != nil {
		s.Uniform = auction.UniformRules(*u)
	}
	if g := a.GSP; g != nil {
		s.GSP = auction.GSPRules(*g)
	}
	if c := a.Combinatorial; c != nil {
		s.Combinatorial = auction.CombinatorialRules{
			Payment: auction.Payment(c.Payment), MaxBundles: c.MaxBundles, MaxGoods: c.MaxGoods, AcceptGap: c.AcceptGap, AwardAll: c.AwardAll, Budget: c.Budget,
		}
	}
	return s
}
