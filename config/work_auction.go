// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"slices"
	"strings"
	"time"

	"mabeam.dev/agents/bidding"
	"mabeam.dev/market/money"
)

// WorkAuction says how the tasks of a queue are bid for and paid.
type WorkAuction struct {
	Buyer    string        `yaml:"buyer" required:"true" check:"name" doc:"Owner in the ledger that pays for the tasks; one of the accounts of the section market, or one that is opened by other means."`
	Ceiling  money.Amount  `yaml:"ceiling" required:"true" min:"0.000001" doc:"Most that is paid for a task; as much is set aside while it is bid for."`
	Currency string        `yaml:"currency" doc:"Asset that is bid and paid in; without it that of the market."`
	Kind     AuctionKind   `yaml:"kind" default:"vickrey" doc:"Type of the auctions: the winner of a vickrey auction is paid what the next best asks, so that asking what the work costs is best. Tasks that are called together need uniform, which takes them for equal, or combinatorial."`
	Payment  Payment       `yaml:"payment" default:"vcg" doc:"What winners of bundles are paid, in combinatorial auctions."`
	Batch    int           `yaml:"batch" default:"1" min:"1" max:"64" doc:"How many tasks of the same needs are bid for together, if as many are ready and agents have room for them."`
	Window   time.Duration `yaml:"window" default:"200ms" min:"10ms" max:"24h" doc:"How long an auction takes bids, which are there when it opens."`
	Within   time.Duration `yaml:"within" default:"2s" min:"1ms" max:"1h" doc:"How long programs of agents have to make their bids, before the auction opens; who is late passes."`
	Rounds   int           `yaml:"rounds" default:"0" min:"0" max:"1000000" doc:"How many calls for a task may find nobody; 0 is any number."`
	Fallback string        `yaml:"fallback" doc:"Policy by which a task is given out, unpaid, that rounds calls have found nobody for; without it such a task is a dead letter."`
	Fee      int64         `yaml:"fee_per_million" default:"0" min:"0" max:"1000000" doc:"Share of what an agent is paid, in millionths, that the market keeps."`
}

// BidFrom says who makes an agent's bids.
type BidFrom string

// Who makes the bids.
const (
	BidByPolicy  BidFrom = "policy"  // the keys of the section
	BidByProgram BidFrom = "program" // the program of an exec agent
)

// Values lists the words a file may use.
func (BidFrom) Values() []string { return []string{"policy", "program"} }

// Bidding is what an agent asks for a task. Shares are in millionths.
type Bidding struct {
	From      BidFrom       `yaml:"from" default:"policy" doc:"Who makes the bids: policy is the other keys of this section, program asks the program of an exec agent; the other keys, if any is set, then bid for a program that does not say that it bids."`
	Batch     money.Amount  `yaml:"batch" default:"0" min:"0" doc:"What is asked once for tasks that are won together, which makes bundles cheaper than their parts."`
	Fixed     money.Amount  `yaml:"fixed" default:"0" min:"0" doc:"What is asked for each task."`
	PerKiB    money.Amount  `yaml:"per_kib" default:"0" min:"0" doc:"What is asked for each kibibyte of input, a part counting as a whole."`
	PerSecond money.Amount  `yaml:"per_second" default:"0" min:"0" doc:"What is asked for each second that the agent's attempts usually take; one second while that is not known."`
	Load      int64         `yaml:"load_per_million" default:"0" min:"0" max:"1000000000" doc:"By what share more is asked with all slots taken, and in proportion with some."`
	Latency   int64         `yaml:"latency_per_million" default:"0" min:"0" max:"1000000000" doc:"By what share more is asked for each latency_target that the agent's attempts usually take."`
	Target    time.Duration `yaml:"latency_target" default:"0s" min:"0s" doc:"Time that latency_per_million is for; it must be set with it."`
	Shade     int64         `yaml:"shade_per_million" default:"0" min:"0" max:"1000000000" doc:"By what share more is asked than the work costs, as pays where the winner is paid its own bid."`
	Budget    bool          `yaml:"budget" default:"false" doc:"Makes the agent pass when it would spend more than the budget of its resources."`
}

// Priced reports whether any key of a policy is set; a section without is only for a program that bids itself.
func (b Bidding) Priced() bool { return b.Rules() != bidding.Rules{} }

// Rules are the rules of the agent's policy.
func (b Bidding) Rules() bidding.Rules {
	return bidding.Rules{
		Cost: bidding.Cost{Batch: b.Batch, Fixed: b.Fixed, PerKiB: b.PerKiB, PerSecond: b.PerSecond},
		Load: b.Load, Latency: b.Latency, Target: b.Target, Shade: b.Shade, Budget: b.Budget,
	}
}

// bidding checks what an agent asks.
func (d *decoder) bidding(c Child, at string) {
	b := c.Bidding
	if b == nil || d.bad(at+".from") {
		return
	}
	if b.From == BidByProgram {
		if path := at + ".from"; c.Kind != KindExec && !d.bad(at, path, strings.TrimSuffix(at, ".bidding")+".kind") {
			d.fail(d.near(path), path, fault{code: CodeConflict, reason: "an agent of kind " + quote(c.Kind) + " has no program that could bid", want: "policy, or an agent of kind exec"})
		}
		if !b.Priced() {
			return
		}
	}
	for _, e := range joined(b.Rules().Validate()) {
		var r *bidding.RuleError
		if !errors.As(e, &r) {
			continue
		}
		path := at + "." + ruleKey(r.Key)
		if !d.bad(path) {
			d.fail(d.near(path), path, fault{code: CodeConflict, reason: r.Reason})
		}
	}
}

// ruleKey is the key of a file for that of a rule.
func ruleKey(key string) string {
	switch key {
	case "load", "latency", "shade":
		return key + "_per_million"
	case "target":
		return "latency_target"
	}
	return key
}

// workAuctions checks queues whose tasks are bid for.
func (d *decoder) workAuctions(cfg *Config) {
	for i, q := range cfg.Work {
		at := item("work", i)
		conflict := func(key, reason, want string) {
			if path := at + key; !d.bad(path) {
				d.fail(d.near(path), path, fault{code: CodeConflict, reason: reason, want: want})
			}
		}
		if q.Policy != ByAuction {
			continue
		}
		a := q.Auction
		if a == nil {
			conflict(".policy", "the policy auction needs a section auction", "who pays, and the most that is paid")
			continue
		}
		if cfg.Market == nil {
			conflict(".auction", "nobody holds auctions without a section market", "a section market")
		}
		if a.Kind == "gsp" {
			conflict(".auction.kind", "auctions of slots buy no tasks", "english, dutch, firstprice, vickrey, uniform or combinatorial")
		}
		if a.Batch > 1 && a.Kind != "uniform" && a.Kind != "combinatorial" {
			conflict(".auction.batch", "tasks that are bid for together need another kind of auction", "uniform or combinatorial, or a batch of 1")
		}
		switch {
		case a.Fallback == "":
		case a.Fallback == string(ByAuction) || !slices.Contains(ByAuction.Values(), a.Fallback):
			conflict(".auction.fallback", quote(a.Fallback)+" is no policy without bids", "round_robin, least_loaded, capability, power_of_two or performance")
		case a.Rounds == 0:
			conflict(".auction.fallback", "calls go on for ever, so there is nothing to fall back from", "rounds of 1 or more")
		}
		d.owner(a.Buyer, at+".auction.buyer")
		if a.Currency != "" {
			d.asset(a.Currency, at+".auction.currency")
		}
	}
}
