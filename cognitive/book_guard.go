// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"fmt"
	"time"

	"mabeam.dev/cognitive/kind"
)

// bucket is a token bucket of one proposer.
type bucket struct {
	tokens float64
	at     time.Time
}

const bucketLimit = 1024 // proposers whose buckets are kept; full ones go first

// guard holds a proposal back that comes too soon, too often, or changes too little or too much.
func (v *variable) guard(now time.Time, value kind.Value, c *change, p *proposal) error {
	if p.Force || p.asked && p.Decision != "" && p.Cause != ByAdapter && p.Cause != ByAgent {
		return nil
	}
	d := v.def
	if p.Cause == ByAgent && !p.asked {
		if err := v.spend(now, p.Proposer); err != nil {
			return err
		}
	}
	if c.Scope != "" { // a value for some agents changes nothing for the others
		return nil
	}
	last := v.now.commit
	if cool := d.cooldown(); cool > 0 && (p.Cause == ByAgent || p.Cause == ByAdapter) && last.Cause != ByInitial && last.Cause != ByRecovery {
		if until := last.At.Add(cool); now.Before(until) {
			return &CooldownError{Until: until}
		}
	}
	moved := d.kind.Distance(v.now.value, value)
	if p.Cause == ByAdapter {
		if band := d.deadBand(); moved < band*(1-1e-9) {
			return &GuardError{Guard: "dead band", Got: moved, Want: band}
		}
		if err := v.worth(now, value, p.Gain); err != nil {
			return err
		}
	}
	if d.set.Slew > 0 && p.Cause != ByRevert && last.Cause != ByInitial {
		if most := d.set.Slew * now.Sub(last.At).Seconds(); moved > most {
			return &GuardError{Guard: "slew", Got: moved, Want: most}
		}
	}
	return nil
}

// worth asks whether an adapter has the evidence that a change needs: a switch must gain more than it costs, and going back to what was left not long ago
// needs twice the evidence.
func (v *variable) worth(now time.Time, value kind.Value, g Gain) error {
	cost, switches := 0.0, false
	switch k := v.def.kind.(type) {
	case kind.Choice:
		cost, switches = k.SwitchingCost, true
	case kind.Module:
		cost, switches = k.SwitchingCost, true
	case kind.Agents:
		switches = true
	}
	if switches && !(g.Low > cost) {
		return &GuardError{Guard: "switching cost", Got: g.Low, Want: cost}
	}
	for _, l := range v.left {
		if l.value.Equal(value) && now.Sub(l.at) < 10*v.def.cooldown() {
			if low := g.Mean - 2*(g.Mean-g.Low); !(low > cost) {
				return &GuardError{Guard: "reversal", Got: low, Want: cost}
			}
		}
	}
	return nil
}

// spend takes one token of a proposer.
func (v *variable) spend(now time.Time, proposer string) error {
	rate, burst := v.def.bucket()
	if rate < 0 {
		return nil
	}
	k := v.buckets[proposer]
	if k == nil {
		if v.buckets == nil {
			v.buckets = map[string]*bucket{}
		}
		if len(v.buckets) >= bucketLimit {
			v.sweep(now, rate, burst)
		}
		k = &bucket{burst, now}
		v.buckets[proposer] = k
	}
	k.tokens = min(burst, k.tokens+rate*now.Sub(k.at).Seconds())
	k.at = now
	if k.tokens < 1 {
		return fmt.Errorf("cognitive: proposer %q: %w", proposer, ErrRateLimited)
	}
	k.tokens--
	return nil
}

// sweep lets go of the buckets that are full again: a new one would be the same. If none is, a proposer under many names is at work, and all new names share
// what the sweep leaves: nothing.
func (v *variable) sweep(now time.Time, rate, burst float64) {
	for name, k := range v.buckets { // each apart: the order does not matter
		if k.tokens+rate*now.Sub(k.at).Seconds() >= burst {
			delete(v.buckets, name)
		}
	}
}
