// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/integrity"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
)

func TestDealsStakesInsuranceAndMonitorsHaveTheDefaultsOfTheirPackages(t *testing.T) {
	cfg, _, err := Load(Input{Name: "f.yaml", Data: []byte("version: 1\nnode: {name: n}\nmarket: {deals: {gate_per_million: 250000}, stakes: {minimum: 2.5}, insurance: {}, integrity: {}}\n")})
	require.NoError(t, err)
	m := cfg.Market
	want := listing.DefaultSpec()
	want.Gate = .25
	assert.Equal(t, want, m.Deals.Rules())
	assert.Equal(t, 2_500_000*money.Amount(1), m.Stakes.Rules().Minimum)
	assert.Equal(t, int64(24*time.Hour), m.Stakes.Rules().Appeals)
	assert.Equal(t, "insurance", m.Insurance.Rules().ID)
	assert.Equal(t, int64(300_000), m.Integrity.Levels().Halt)
}

func TestEveryMistakeAboutDealsIsTold(t *testing.T) {
	for text, want := range map[string]string{
		"deals: {success_per_million: 980000}":     "more than the price",
		"deals: {delivery: 0s}":                    "delivery",
		"deals: {listing_fee: 0.0000001}":          "listing_fee",
		"insurance: {}":                            "no market.deals",
		"deals: {}, insurance: {pool: \"a b\"}":    "pool",
		"integrity: {calm_per_million: 100000}":    "caution_per_million",
		"integrity: {caution_per_million: 500000}": "halt_per_million",
		"stakes: {minimum: -1}":                    "minimum",
		"stakes: {trust: 1}":                       "trust",
		"integrity: {window: 5}":                   "window",
	} {
		_, _, err := Load(Input{Name: "f.yaml", Data: []byte("version: 1\nnode: {name: n}\nmarket: {" + text + "}\n")})
		require.ErrorContains(t, err, want, text)
		assert.ErrorContains(t, err, "f.yaml:3:", text)
	}
}

func TestBidsAreLimitedOnlyWhereAFileSaysSo(t *testing.T) {
	for text, want := range map[string]*integrity.Rate{
		"{}":              nil,
		"{bid_limit: {}}": {PerMinute: 10, Burst: 10, Owners: 1},
		"{bid_limit: {per_minute: 60, burst: 5, party: 2}}": {PerMinute: 60, Burst: 5, Owners: 2},
	} {
		cfg, _, err := Load(Input{Name: "f.yaml", Data: []byte("version: 1\nnode: {name: n}\nmarket: " + text + "\n")})
		require.NoError(t, err, text)
		if want == nil {
			assert.Nil(t, cfg.Market.BidLimit)
		} else {
			assert.Equal(t, *want, cfg.Market.BidLimit.Rate(), text)
		}
	}
	_, _, err := Load(Input{Name: "f.yaml", Data: []byte("version: 1\nnode: {name: n}\nmarket: {bid_limit: {burst: 0}}\n")})
	require.ErrorContains(t, err, "burst")
}
