// SPDX-License-Identifier: Apache-2.0

package fault

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestWaitsGrowAsTheirClassSays(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		retry Retry
		waits []time.Duration // after attempts 1, 2, ...; a missing one is advice against another
	}{
		{Retry{}, nil},
		{Retry{Class: Fixed, Base: s}, []time.Duration{s, s, s, s, s}},
		{Retry{Class: Fixed, Base: s, Attempts: 3}, []time.Duration{s, s}},
		{Retry{Class: Linear, Base: s}, []time.Duration{s, 2 * s, 3 * s, 4 * s, 5 * s}},
		{Retry{Class: Linear, Base: s, Max: 2 * s}, []time.Duration{s, 2 * s, 2 * s, 2 * s, 2 * s}},
		{Retry{Class: Exponential, Base: s}, []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s}},
		{Retry{Class: Exponential, Base: s, Max: 5 * s}, []time.Duration{s, 2 * s, 4 * s, 5 * s, 5 * s}},
		{Retry{Class: Custom, Base: 9 * s, Max: s}, []time.Duration{9 * s, 9 * s, 9 * s, 9 * s, 9 * s}},
		{Retry{Class: Custom}, []time.Duration{0, 0, 0, 0, 0}},
		{Retry{Class: Restart, Base: s}, nil},
		{Retry{Class: Replace}, nil},
		{Retry{Class: Degrade}, nil},
		{Retry{Class: Escalate}, nil},
	} {
		for n := 1; n <= 5; n++ {
			wait, again := c.retry.Delay(n, nil)
			if n > len(c.waits) {
				assert.Equal(t, []any{time.Duration(0), false}, []any{wait, again}, "%s, attempt %d", c.retry, n)
				continue
			}
			assert.Equal(t, []any{c.waits[n-1], true}, []any{wait, again}, "%s, attempt %d", c.retry, n)
		}
	}
}

func TestAWaitNeitherOverflowsNorLeavesItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Retry{
			Class: rapid.SampledFrom([]Class{Fixed, Linear, Exponential, Custom}).Draw(t, "class"),
			Base:  time.Duration(rapid.Int64Range(0, math.MaxInt64).Draw(t, "base")),
			Max:   time.Duration(rapid.Int64Range(0, math.MaxInt64).Draw(t, "max")),
		}
		n := rapid.IntRange(-1, math.MaxInt32).Draw(t, "n")
		if r.Class == Exponential && r.Base == 0 {
			r.Base = 1
		}
		plain, again := r.Delay(n, nil)
		if !again || plain < 0 || r.Class != Custom && r.Max > 0 && plain > r.Max {
			t.Fatalf("%s: plain wait %d", r, plain)
		}
		if next, _ := r.Delay(min(max(n, 1)+1, math.MaxInt32), nil); next < plain {
			t.Fatalf("%s: waits shrink from %v to %v", r, plain, next)
		}
		wait, _ := r.Delay(n, rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		switch {
		case r.Class == Custom && wait < plain:
			t.Fatalf("%s: %v is earlier than the error asks for", r, wait)
		case r.Class != Custom && (wait < plain/2 || wait > plain):
			t.Fatalf("%s: %v is not between half of %v and the whole", r, wait, plain)
		}
	})
}

func TestAdviceReadsAsASentence(t *testing.T) {
	for want, r := range map[string]Retry{
		"none":                      {},
		"fixed after 5s":            {Class: Fixed, Base: 5 * time.Second},
		"linear from 1s to 30s":     {Class: Linear, Base: time.Second, Max: 30 * time.Second},
		"exponential from 10ms":     {Class: Exponential, Base: 10 * time.Millisecond},
		"custom":                    {Class: Custom},
		"custom after 2s":           {Class: Custom, Base: 2 * time.Second},
		"restart":                   {Class: Restart, Base: time.Second},
		"fixed, 3 attempts at most": {Class: Fixed, Attempts: 3},
	} {
		assert.Equal(t, want, r.String())
	}
}
