// SPDX-License-Identifier: Apache-2.0

package config

import (
	"time"

	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/stake"
)

// MarketDeals is a marketplace of services: listings, and deals that are paid when the work is done.
type MarketDeals struct {
	Listing      money.Amount  `yaml:"listing_fee" default:"0.05" min:"0" doc:"What a provider pays for each listing."`
	Transaction  int64         `yaml:"transaction_per_million" default:"30000" min:"0" max:"1000000" doc:"Share of what a provider is paid that the market keeps, in millionths."`
	Success      int64         `yaml:"success_per_million" default:"20000" min:"0" max:"1000000" doc:"What is added to transaction_per_million where the buyer, or the check, has accepted."`
	Cancellation int64         `yaml:"cancellation_per_million" default:"100000" min:"0" max:"1000000" doc:"Share of the price that a buyer pays who gives a deal up before work began."`
	Discount     int64         `yaml:"discount_per_million" default:"0" min:"0" max:"1000000" doc:"Share of the fees that a provider with a reputation of 1 does not pay; others save their part of it."`
	Gate         int64         `yaml:"gate_per_million" default:"0" min:"0" max:"1000000" doc:"Least reputation of who may list, in millionths; 0 is no gate."`
	Delivery     time.Duration `yaml:"delivery" default:"1h" min:"1s" max:"8760h" doc:"How long work may take where a deal does not say it itself; then the buyer gets everything back."`
	Acceptance   time.Duration `yaml:"acceptance" default:"1h" min:"1s" max:"8760h" doc:"How long a buyer may wait with an answer; then what was delivered is accepted."`
	Review       time.Duration `yaml:"review" default:"168h" min:"1s" max:"8760h" doc:"How long a dispute may take; then the price is divided in halves."`
}

// Rules are those of the marketplace.
func (d MarketDeals) Rules() listing.Spec {
	return listing.Spec{
		Listing: d.Listing, Transaction: d.Transaction, Success: d.Success, Cancellation: d.Cancellation, Discount: d.Discount, Gate: float64(d.Gate) / 1_000_000,
		Delivery: int64(d.Delivery), Acceptance: int64(d.Acceptance), Review: int64(d.Review),
	}
}

// MarketStakes is what agents put at risk, the cases about it, and the trust that begins there.
type MarketStakes struct {
	Minimum    money.Amount  `yaml:"minimum" default:"0" min:"0" doc:"Least stake of who has any."`
	Unbonding  time.Duration `yaml:"unbonding" default:"168h" min:"1s" max:"8760h" doc:"How long stake that is asked back can still be taken."`
	Appeals    time.Duration `yaml:"appeals" default:"24h" min:"1s" max:"8760h" doc:"How long a verdict can be appealed; what was taken waits until then."`
	TrustEvery time.Duration `yaml:"trust_every" default:"1m" min:"1s" max:"24h" doc:"Time between two rankings by trust; they need deals as well."`
	TrustAge   time.Duration `yaml:"trust_age" default:"24h" min:"0s" max:"8760h" doc:"How long stake has been locked before trust begins there."`
}

// Rules are those of the stakes.
func (s MarketStakes) Rules() stake.Spec {
	return stake.Spec{Minimum: s.Minimum, Unbonding: int64(s.Unbonding), Appeals: int64(s.Appeals)}
}

// MarketInsurance is a pool that covers what buyers of deals lose.
type MarketInsurance struct {
	Pool        string `yaml:"pool" default:"insurance" check:"name" doc:"Name of the pool, and of its account in the ledger."`
	Load        int64  `yaml:"load_per_million" default:"100000" min:"0" max:"100000000" doc:"What is added to the expected loss, in millionths of it."`
	Solvency    int64  `yaml:"solvency_per_million" default:"500000" min:"1" max:"100000000" doc:"Share of all limits together that the pool must have."`
	PerProvider int64  `yaml:"per_provider_per_million" default:"100000" min:"1" max:"1000000" doc:"Share of the pool that may stand for one provider."`
}

// Rules are those of the pool.
func (i MarketInsurance) Rules() stake.PoolSpec {
	return stake.PoolSpec{ID: i.Pool, Load: i.Load, Solvency: i.Solvency, PerProvider: i.PerProvider}
}

// marketDeals checks what stands on deals.
func (d *decoder) marketDeals(m *Market) {
	if s := m.Deals; s != nil && s.Transaction+s.Success > 1_000_000 && !d.bad("market.deals.success_per_million") {
		const path = "market.deals.success_per_million"
		d.fail(d.near(path), path, fault{code: CodeConflict, reason: "with transaction_per_million it is more than the price"})
	}
	if m.Insurance != nil && m.Deals == nil {
		d.fail(d.near("market.insurance"), "market.insurance", fault{code: CodeConflict, reason: "what is insured are deals, and there is no market.deals"})
	}
}
