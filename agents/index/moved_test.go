// SPDX-License-Identifier: Apache-2.0

package index_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/agents/index"
)

func TestMeasuresHaveMovedWhenABandOrEnoughOfAValueHas(t *testing.T) {
	row := func(queue int64, p50 time.Duration, rate index.Maybe[float64]) *index.Row {
		return &index.Row{
			Usage:       index.Usage{Queue: index.Known(queue)},
			Performance: index.Performance{P50: index.Known(p50), SuccessRate: rate, Done: uint64(queue)},
		}
	}
	was := row(100, time.Second, index.Known(0.9))
	for _, c := range []struct {
		name string
		now  *index.Row
		want bool
	}{
		{"nothing", row(100, time.Second, index.Known(0.9)), false},
		{"a little, in one band", row(101, time.Second, index.Known(0.9)), false},
		{"more than the tolerance, in one band", row(110, time.Second, index.Known(0.9)), true},
		{"a little, into another band", row(95, time.Second, index.Known(0.9)), true},
		{"a little of a measure without bands", row(100, 1040*time.Millisecond, index.Known(0.9)), false},
		{"more of a measure without bands", row(100, 1060*time.Millisecond, index.Known(0.9)), true},
		{"it is not known any more", row(100, time.Second, index.Maybe[float64]{}), true},
	} {
		assert.Equal(t, c.want, index.Moved(was, c.now, 0.05), c.name)
		assert.Equal(t, c.want, index.Moved(c.now, was, 0.05), c.name)
	}
}
