// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/agents/registry/migrate/plan"
)

func TestWorseThanToleratedIsSaid(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		before, after plan.Figures
		want          string
	}{
		{plan.Figures{1000, 0, 100 * ms}, plan.Figures{1000, 0, 106 * ms}, ""},
		{plan.Figures{1000, 0, 100 * ms}, plan.Figures{1000, 0, 107 * ms}, "reads take 107ms at the 99th percentile, 100ms before"},
		{plan.Figures{1000, 0, 0}, plan.Figures{1000, 0, ms}, ""},
		{plan.Figures{1000, 0, 100 * ms}, plan.Figures{99, 0, time.Hour}, ""},
		{plan.Figures{99, 0, ms}, plan.Figures{1000, 0, time.Hour}, ""},
		{plan.Figures{1000, 0, ms}, plan.Figures{1000, 1, ms}, ""},
		{plan.Figures{1000, 0, ms}, plan.Figures{1000, 2, ms}, "of reads 0.20% fail, 0.00% did before"},
		{plan.Figures{1000, 100, ms}, plan.Figures{1000, 105, ms}, ""},
		{plan.Figures{1000, 100, ms}, plan.Figures{1000, 50, ms}, ""},
	} {
		assert.Equal(t, c.want, plan.Tolerance{}.Judge("reads", c.before, c.after))
	}
}
