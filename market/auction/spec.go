// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"time"

	"mabeam.dev/market/money"
)

// Spec is the rules of one auction. They do not change while it lasts. Of the parts named after kinds only the auction's own is read.
type Spec struct {
	// ID names the auction for ever. Settlement keys and lotteries are made of it.
	ID string
	// Kind is the type; empty means English.
	Kind Kind
	// Owner sells, or in a procurement buys.
	Owner string
	// Reverse makes it a procurement: the lowest wins, the reserve is a ceiling, increments are decrements, and the Dutch clock rises.
	Reverse bool
	// Currency is the asset of every bid and payment.
	Currency money.Asset
	// Goods are the lots: of a combinatorial auction one piece of each, otherwise one asset of which Units pieces are sold. Services have
	// names too, but nobody holds them and settlement moves none. Procurements are of services.
	Goods   []money.Asset
	Service bool
	// Units is how many pieces are sold; 0 means 1. English sells one lot of all pieces.
	Units int64
	// Reserve is the least price of a unit at which is sold; 0 means none. In a procurement it is the ceiling and must be above 0. Hidden keeps
	// it from bidders until the decision.
	Reserve money.Amount
	Hidden  bool
	// Reserves are those of each good of a combinatorial auction, in the order of Goods; empty means none. In a procurement they are
	// the ceilings, one for each task.
	Reserves []money.Amount
	// StartAt is when the auction opens at the earliest; zero means when it is told to.
	StartAt time.Time
	// Duration is how long it takes bids; 0 means 30 s for English and 120 s for sealed auctions. The Dutch clock ends by itself.
	Duration time.Duration
	// OnOutage says what becomes of the closing time when nobody could bid; OutageCap bounds the time added, 0 meaning a day.
	OnOutage  OutageRule
	OutageCap time.Duration
	// MaxBidders is how many may bid; 0 means 50, a negative number any number. Invited are the only ones who may; empty means all. Related
	// are owners that belong to the auction's owner and may not.
	MaxBidders int
	Invited    []string
	Related    []string
	// FeePerMillion is the share of each payment that the market keeps, rounded down.
	FeePerMillion int64
	// DepositPerMillion is the share of a bid that is held; 0 means all of it, so that no winner can default. In a procurement bidders hold
	// Deposit instead. A commitment is held with Deposit as well.
	DepositPerMillion int64
	Deposit           money.Amount
	// RevealFor makes bids of a first-price or Vickrey auction commitments, and says how long revealing lasts; 0 means that bids are given
	// as they are.
	RevealFor time.Duration
	// Weighted ranks sealed bids by the weights that are given when the auction opens.
	Weighted bool
	// Lottery breaks ties by a draw that is seeded with the closed log; otherwise the earlier bid wins.
	Lottery bool

	English       EnglishRules
	Dutch         DutchRules
	Uniform       UniformRules
	GSP           GSPRules
	Combinatorial CombinatorialRules
}

// OutageRule says what an outage does to the closing time.
type OutageRule uint8

// What an outage does. The Dutch clock pauses, whatever is chosen.
const (
	Extend            OutageRule = iota // the time is added
	CloseAsOfDeadline                   // the auction closes as if somebody had been there
)

// EnglishRules are those of an English auction.
type EnglishRules struct {
	// Start is the first price; 0 means one micro-unit, and in a procurement the ceiling.
	Start money.Amount
	// Increment is by how much a bid has to be better.
	Increment Increment
	// Proxy takes bids as limits up to which the auction bids for the bidder.
	Proxy bool
	// BuyNow is the price at which the auction ends at once; 0 means none. It is offered until the first bid, or until the reserve is met.
	BuyNow      money.Amount
	UntilMet    bool
	SoftWindow  time.Duration // an accepted bid this near to the close moves it; 0 means never
	SoftExtend  time.Duration // to this long after the bid
	MaxExtended int           // this often at most; 0 means 10
}

// Increment is a step between prices: Absolute plus PerMillion of the price, rounded up; if there are Bands, the step of the last one
// that begins at or below the price. The zero Increment is 0.1 units.
type Increment struct {
	Absolute   money.Amount
	PerMillion int64
	Bands      []Band
}

// Band is the step of prices from From on.
type Band struct{ From, Step money.Amount }

// DutchRules are those of the price clock: price(n) = Start − n·Step, but not beyond Floor; rising in a procurement.
type DutchRules struct {
	Start, Floor, Step money.Amount
	// Interval is the time between ticks.
	Interval time.Duration
	// OnePrice makes all takers pay the last price.
	OnePrice bool
}

// UniformRules are those of a uniform price auction.
type UniformRules struct {
	// LowestWinning sets the price to the worst winning bid instead of the best losing one.
	LowestWinning bool
	// MaxUnits is how many units a bidder may bid for; 0 means all.
	MaxUnits int64
}

// GSPRules are those of an auction of ranked slots.
type GSPRules struct {
	// Slots are the uses of each slot that are sold, falling.
	Slots []int64
	// VCG pays for what each winner takes from those behind it, instead of what the next one bid.
	VCG bool
}

// CombinatorialRules are those of an auction of bundles.
type CombinatorialRules struct {
	// Payment is what winners pay; empty means PayAsBid.
	Payment Payment
	// MaxBundles, MaxGoods bound a bidder's bundles and the goods of each; 0 means 1,024 and all.
	MaxBundles, MaxGoods int
	// AcceptGap takes winners that may be this far from the best, pay as bid only; 0 means that they must be proven to be the best.
	AcceptGap money.Amount
	// AwardAll awards all tasks of a procurement or none. Budget bounds what they may cost together and is what the buyer sets aside.
	AwardAll bool
	Budget   money.Amount
}

// Payment is what winners of bundles pay.
type Payment string

// The payments.
const (
	PayAsBid Payment = "bid"
	VCG      Payment = "vcg"
	Core     Payment = "core"
)

// withDefaults fills in what zero means.
func (s Spec) withDefaults() Spec {
	if s.Kind == "" {
		s.Kind = English
	}
	if s.Units == 0 {
		s.Units = 1
	}
	if s.Duration == 0 {
		s.Duration = 120 * time.Second
		if s.Kind == English {
			s.Duration = 30 * time.Second
		}
	}
	if s.OutageCap == 0 {
		s.OutageCap = 24 * time.Hour
	}
	if s.MaxBidders == 0 {
		s.MaxBidders = 50
	}
	if s.DepositPerMillion == 0 {
		s.DepositPerMillion = million
	}
	e := &s.English
	if e.Start == 0 {
		if e.Start = 1; s.Reverse {
			e.Start = s.Reserve
		}
	}
	if e.Increment.Absolute == 0 && e.Increment.PerMillion == 0 && len(e.Increment.Bands) == 0 {
		e.Increment.Absolute = money.Unit / 10
	}
	if e.MaxExtended == 0 {
		e.MaxExtended = 10
	}
	if s.Uniform.MaxUnits == 0 {
		s.Uniform.MaxUnits = s.Units
	}
	c := &s.Combinatorial
	if c.Payment == "" {
		c.Payment = PayAsBid
	}
	if c.MaxBundles == 0 {
		c.MaxBundles = 1024
	}
	if c.MaxGoods == 0 {
		c.MaxGoods = len(s.Goods)
	}
	return s
}

// million is the whole of a share that is counted in millionths.
const million = 1_000_000
