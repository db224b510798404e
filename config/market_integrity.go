// SPDX-License-Identifier: Apache-2.0

package config

import (
	"time"

	"mabeam.dev/market/stake"
)

// MarketIntegrity is the monitors of a market, and its brake.
type MarketIntegrity struct {
	Window   int           `yaml:"window" default:"5000" min:"100" max:"1000000" doc:"How many auctions, tenders and ratings the monitors look back on."`
	Every    time.Duration `yaml:"every" default:"10s" min:"1s" max:"24h" doc:"Least time between two looks at what is new."`
	Throttle time.Duration `yaml:"throttle" default:"1h" min:"1s" max:"8760h" doc:"For how long those are slowed down of whom something was found that is more than a warning."`
	Calm     int64         `yaml:"calm_per_million" default:"50000" min:"0" max:"1000000" doc:"Share of deals that fail below which the market is calm."`
	Caution  int64         `yaml:"caution_per_million" default:"100000" min:"1" max:"1000000" doc:"Share of deals that fail from which on everybody is told."`
	Halt     int64         `yaml:"halt_per_million" default:"300000" min:"1" max:"1000000" doc:"Share of deals that fail from which on nothing new is begun."`
	CalmFor  time.Duration `yaml:"calm_for" default:"5m" min:"1s" max:"24h" doc:"How long it must be calm before the brake is released by one step."`
}

// Levels are those of the brake.
func (i MarketIntegrity) Levels() stake.StressSpec {
	return stake.StressSpec{Calm: i.Calm, Caution: i.Caution, Halt: i.Halt, Hold: int64(i.CalmFor)}
}

// marketIntegrity checks that the levels of the brake rise.
func (d *decoder) marketIntegrity(m *Market) {
	i := m.Integrity
	if i == nil {
		return
	}
	rising := func(less, more int64, path string) {
		if less >= more && !d.bad(path) {
			d.fail(d.near(path), path, fault{code: CodeConflict, reason: "the levels must rise: calm, caution, halt"})
		}
	}
	rising(i.Calm, i.Caution, "market.integrity.caution_per_million")
	rising(i.Caution, i.Halt, "market.integrity.halt_per_million")
}
