// SPDX-License-Identifier: Apache-2.0

package chaos_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/agents/chaos"
)

func TestFaultsDependOnSeedAndTaskAloneAndHitFirstAttemptsOnly(t *testing.T) {
	p := chaos.Plan{Seed: 7, Panic: chaos.PerMille(100), Hang: chaos.PerMille(50), Exit: chaos.Every(20)}
	count := map[chaos.Fault]int{}
	for i := range 10_000 {
		task := fmt.Sprintf("task-%d", i)
		f := p.Choose(task, 1)
		count[f]++
		assert.Equal(t, f, p.Choose(task, 1))
		assert.Equal(t, chaos.None, p.Choose(task, 2))
	}
	assert.InDelta(t, 1000, count[chaos.Panic], 150)
	assert.InDelta(t, 500, count[chaos.Hang], 100)
	assert.InDelta(t, 500, count[chaos.Exit], 100)
	assert.Equal(t, chaos.None, chaos.Plan{Seed: 7}.Choose("x", 1))
}
