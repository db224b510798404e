// SPDX-License-Identifier: Apache-2.0

package node

import (
	"time"

	"mabeam.dev/market"
	"mabeam.dev/telemetry/alert"
	"mabeam.dev/telemetry/collect"
	"mabeam.dev/telemetry/window"
)

// Names of the series of markets.
const (
	seriesStuckHold = "market.stuck_hold_seconds"
	seriesImbalance = "market.imbalance"
)

// marketSeries documents them.
func marketSeries() []collect.SeriesInfo {
	return []collect.SeriesInfo{
		{Name: seriesStuckHold, Kind: "gauge", Doc: "How long the oldest hold has outlived its auction, in seconds; none without a market."},
		{Name: seriesImbalance, Kind: "gauge", Doc: "How many assets have accounts that do not add up to 0; none without a market."},
	}
}

// marketAlerts are the rules that every node with a market has.
func marketAlerts() []alert.Rule {
	once := func(name, event, runbook string, s alert.Severity) alert.Rule {
		return alert.Rule{Name: name, Severity: s, Series: collect.EventSeries + event, Stat: alert.Increase, Window: window.Minute, ClearFor: time.Minute, Runbook: runbook}
	}
	return []alert.Rule{
		{
			Name: "market-stuck-hold", Severity: alert.High, Series: seriesStuckHold, Threshold: 60, ClearFor: time.Minute,
			Runbook: "Something is held for an auction that is over: runtime inspect market names it.",
		},
		{
			Name: "market-imbalance", Severity: alert.Critical, Series: seriesImbalance, ClearFor: time.Minute,
			Runbook: "The accounts of an asset do not add up to 0: stop the node and keep its journal.",
		},
		once("market-auction-undecided", market.AuctionUndecided{}.EventName(), "A combinatorial auction has sold nothing, for want of proven winners: give its solver more, or accept a gap.", alert.Medium),
		once("market-auction-halted", market.AuctionHalted{}.EventName(), "The process of an auction crashes again and again: runtime inspect crashes says why; resume the auction, or call it off.", alert.High),
		once("market-quarantined", market.ProcessQuarantined{}.EventName(), "A process of a market cannot understand its journal and refuses everything.", alert.Critical),
	}
}

// measureMarket feeds the series of markets.
func (n *Node) measureMarket(agg *collect.Aggregator) {
	agg.Gauge(seriesStuckHold, func(report func(key string, figure float64)) {
		if f, ok := n.figures(); ok {
			report("", n.market.stuck.age(n.sys.Now(), f.over).Seconds())
		}
	})
	agg.Gauge(seriesImbalance, func(report func(key string, figure float64)) {
		if f, ok := n.figures(); ok {
			report("", float64(f.unbalanced))
		}
	})
}
