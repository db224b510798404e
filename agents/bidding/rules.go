// SPDX-License-Identifier: Apache-2.0

package bidding

import (
	"errors"
	"time"
)

// Rules are a policy as a config file writes it.
type Rules struct {
	Cost
	Load    int64         // Load is by what share, in millionths, more is asked with all slots taken.
	Latency int64         // Latency is by what share, in millionths, more is asked for each Target that attempts take.
	Target  time.Duration // Target of Latency; it must be set with it.
	Shade   int64         // Shade is by what share, in millionths, more is asked than the work costs.
	Budget  bool          // Budget stops at the end of the agent's budget.
}

// Validate returns every mistake, joined.
func (r Rules) Validate() error {
	var all []error
	for _, x := range []struct {
		key   string
		value int64
	}{
		{"batch", int64(r.Batch)},
		{"fixed", int64(r.Fixed)},
		{"per_kib", int64(r.PerKiB)},
		{"per_second", int64(r.PerSecond)},
		{"load", r.Load},
		{"latency", r.Latency},
		{"target", int64(r.Target)},
		{"shade", r.Shade},
	} {
		if x.value < 0 {
			all = append(all, &RuleError{x.key, "is negative"})
		}
	}
	if r.Batch|r.Fixed|r.PerKiB|r.PerSecond == 0 {
		all = append(all, &RuleError{"fixed", "nothing is asked: one of batch, fixed, per_kib and per_second must be above 0"})
	}
	if (r.Latency > 0) != (r.Target > 0) {
		all = append(all, &RuleError{"target", "latency and target go together"})
	}
	return errors.Join(all...)
}

// Policy makes the policy of the rules: cost first, then load, latency and shading, and the bounds at last.
func (r Rules) Policy() Policy {
	var p Policy = r.Cost
	if r.Load > 0 {
		p = Load(p, r.Load)
	}
	if r.Latency > 0 {
		p = Latency(p, r.Latency, r.Target)
	}
	if r.Budget {
		p = Budget(p)
	}
	if r.Shade > 0 {
		p = Shade(p, r.Shade)
	}
	return UpToCeiling(p)
}
