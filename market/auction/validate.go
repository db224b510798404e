// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// The limits of an auction, whatever its spec says.
const (
	MaxUnits  = 1_000_000
	MaxGoods  = 1024
	MaxPrice  = money.Amount(1) << 52 // micro-units: 4.5 billion units
	MaxLength = 366 * 24 * time.Hour
)

// Validate returns all mistakes of the spec, joined, each a *SpecError.
func (s Spec) Validate() error {
	s = s.withDefaults()
	var list []error
	bad := func(wrong bool, field, why string, args ...any) {
		if wrong {
			list = append(list, &SpecError{field, fmt.Sprintf(why, args...)})
		}
	}
	price := func(a money.Amount) bool { return a < 0 || a > MaxPrice }
	bad(s.ID == "" || len(s.ID) > 100, "id", "%d bytes, want 1 to 100", len(s.ID))
	bad(!slices.Contains([]Kind{English, Dutch, FirstPrice, Vickrey, Uniform, GSP, Combinatorial}, s.Kind), "kind", "unknown")
	bad(s.Owner == "", "owner", "none")
	bad(s.Currency.Validate() != nil, "currency", "not an asset")
	bad(len(s.Goods) == 0, "goods", "none")
	bad(len(s.Goods) > MaxGoods, "goods", "%d, at most %d", len(s.Goods), MaxGoods)
	bad(s.Kind != Combinatorial && len(s.Goods) > 1, "goods", "only combinatorial auctions have several")
	seen := map[money.Asset]bool{}
	for i, g := range s.Goods {
		bad(g.Validate() != nil, fmt.Sprintf("goods[%d]", i), "not an asset")
		bad(g == s.Currency, fmt.Sprintf("goods[%d]", i), "the currency")
		bad(seen[g], fmt.Sprintf("goods[%d]", i), "repeated")
		seen[g] = true
	}
	bad(s.Reverse && !s.Service, "service", "procurements are of services")
	bad(s.Units < 1 || s.Units > MaxUnits, "units", "want 1 to %d", MaxUnits)
	bad(s.Units != 1 && (s.Kind == Combinatorial || s.Kind == GSP), "units", "%s auctions have goods or slots instead", s.Kind)
	bad(price(s.Reserve), "reserve", "want 0 to %v", MaxPrice)
	bad(s.Reverse && s.Reserve == 0 && s.Kind != Combinatorial, "reserve", "a procurement needs a ceiling")
	bad(s.Kind == Combinatorial && s.Reserve != 0, "reserve", "combinatorial auctions have one for each good")
	bad(s.Kind != Combinatorial && len(s.Reserves) > 0, "reserves", "only combinatorial auctions have several")
	bad(s.Kind == Dutch && s.Hidden, "hidden", "a price clock ends at its floor")
	bad(s.Duration < 0 || s.Duration > MaxLength, "duration", "want up to %v", MaxLength)
	bad(s.OnOutage > CloseAsOfDeadline, "onOutage", "unknown")
	bad(s.OutageCap < 0 || s.OutageCap > MaxLength, "outageCap", "want up to %v", MaxLength)
	bad(s.FeePerMillion < 0 || s.FeePerMillion > million, "feePerMillion", "want 0 to %d", million)
	bad(s.DepositPerMillion < 1 || s.DepositPerMillion > million, "depositPerMillion", "want 1 to %d", million)
	bad(s.DepositPerMillion != million && (s.Reverse || s.Kind != English && s.Kind != FirstPrice && s.Kind != Vickrey),
		"depositPerMillion", "only English, first-price and Vickrey sales take deposits")
	bad(price(s.Deposit), "deposit", "want 0 to %v", MaxPrice)
	bad(s.RevealFor < 0 || s.RevealFor > MaxLength, "revealFor", "want up to %v", MaxLength)
	bad(s.RevealFor > 0 && s.Kind != FirstPrice && s.Kind != Vickrey, "revealFor", "only first-price and Vickrey bids are committed")
	bad(s.RevealFor > 0 && s.Deposit == 0, "deposit", "a commitment needs one")
	bad(s.Weighted && s.Kind != FirstPrice && s.Kind != Vickrey && s.Kind != GSP, "weighted", "only first-price, Vickrey and GSP are ranked by weight")
	bad(s.Lottery && !s.Kind.sealed(), "lottery", "only sealed auctions have ties")
	switch s.Kind {
	case English:
		s.english(bad, price)
	case Dutch:
		s.dutch(bad, price)
	case Uniform:
		bad(s.Uniform.MaxUnits < 1 || s.Uniform.MaxUnits > s.Units, "uniform.maxUnits", "want 1 to %d", s.Units)
	case GSP:
		s.gsp(bad)
	case Combinatorial:
		s.combinatorial(bad, price)
	}
	return errors.Join(list...)
}

func (s Spec) english(bad func(bool, string, string, ...any), price func(money.Amount) bool) {
	e := s.English
	bad(price(e.Start), "english.start", "want 0 to %v", MaxPrice)
	bad(price(e.Increment.Absolute), "english.increment.absolute", "want 0 to %v", MaxPrice)
	bad(e.Increment.PerMillion < 0 || e.Increment.PerMillion > million, "english.increment.perMillion", "want 0 to %d", million)
	for i, b := range e.Increment.Bands {
		bad(price(b.From) || i > 0 && b.From <= e.Increment.Bands[i-1].From, fmt.Sprintf("english.increment.bands[%d].from", i), "not rising")
		bad(price(b.Step) || b.Step == 0, fmt.Sprintf("english.increment.bands[%d].step", i), "want more than 0")
	}
	bad(price(e.BuyNow), "english.buyNow", "want 0 to %v", MaxPrice)
	if e.BuyNow != 0 {
		least := e.Start
		if !s.better(e.BuyNow, s.Reserve) && s.Reserve != 0 {
			least = s.Reserve
		}
		bad(s.better(least, e.BuyNow), "english.buyNow", "does not reach start and reserve")
	}
	bad(e.UntilMet && s.Reserve == 0, "english.untilMet", "no reserve to meet")
	bad(e.SoftWindow < 0 || e.SoftWindow > MaxLength, "english.softWindow", "want up to %v", MaxLength)
	bad(e.SoftExtend < 0 || e.SoftExtend > MaxLength, "english.softExtend", "want up to %v", MaxLength)
	bad(e.SoftWindow > 0 && e.SoftExtend == 0, "english.softExtend", "none")
	bad(e.MaxExtended < 0 || e.MaxExtended > 1000, "english.maxExtended", "want up to 1000")
}

func (s Spec) dutch(bad func(bool, string, string, ...any), price func(money.Amount) bool) {
	d := s.Dutch
	bad(price(d.Start) || d.Start == 0, "dutch.start", "want more than 0, up to %v", MaxPrice)
	bad(price(d.Floor) || d.Floor == 0, "dutch.floor", "want more than 0, up to %v", MaxPrice)
	bad(price(d.Step) || d.Step == 0, "dutch.step", "want more than 0, up to %v", MaxPrice)
	bad(!s.better(d.Start, d.Floor), "dutch.floor", "not beyond the start")
	bad(s.Reserve != 0 && s.better(s.Reserve, d.Floor), "dutch.floor", "beyond the reserve")
	_, err := max(d.Start, d.Floor).Mul(s.Units)
	bad(err != nil, "units", "all pieces together cost more than an amount can be")
	bad(d.Interval <= 0 || d.Interval > MaxLength, "dutch.interval", "want more than 0, up to %v", MaxLength)
}

func (s Spec) gsp(bad func(bool, string, string, ...any)) {
	slots := s.GSP.Slots
	bad(len(slots) == 0 || len(slots) > 1000, "gsp.slots", "want 1 to 1000")
	for i, n := range slots {
		bad(n < 1 || n > MaxUnits || i > 0 && n > slots[i-1], fmt.Sprintf("gsp.slots[%d]", i), "want 1 to %d, not rising", MaxUnits)
	}
}

func (s Spec) combinatorial(bad func(bool, string, string, ...any), price func(money.Amount) bool) {
	c := s.Combinatorial
	bad(!slices.Contains([]Payment{PayAsBid, VCG, Core}, c.Payment), "combinatorial.payment", "unknown")
	bad(c.MaxBundles < 1 || c.MaxBundles > 1<<16, "combinatorial.maxBundles", "want 1 to %d", 1<<16)
	bad(c.MaxGoods < 1 || c.MaxGoods > MaxGoods, "combinatorial.maxGoods", "want 1 to %d", MaxGoods)
	bad(c.AcceptGap < 0, "combinatorial.acceptGap", "negative")
	bad(c.AcceptGap > 0 && c.Payment != PayAsBid, "combinatorial.acceptGap", "%s payments need the proven best", c.Payment)
	bad(c.AwardAll && !s.Reverse, "combinatorial.awardAll", "only of procurements")
	bad(c.AwardAll == (c.Budget == 0), "combinatorial.budget", "goes with awardAll")
	bad(c.Budget < 0 || c.Budget > MaxPrice, "combinatorial.budget", "want 0 to %v", MaxPrice)
	bad(len(s.Reserves) > 0 && len(s.Reserves) != len(s.Goods), "reserves", "%d for %d goods", len(s.Reserves), len(s.Goods))
	bad(s.Reverse && !c.AwardAll && len(s.Reserves) == 0, "reserves", "a procurement needs ceilings")
	for i, r := range s.Reserves {
		bad(price(r), fmt.Sprintf("reserves[%d]", i), "want 0 to %v", MaxPrice)
		bad(s.Reverse && r == 0, fmt.Sprintf("reserves[%d]", i), "a ceiling is more than 0")
	}
}
