// SPDX-License-Identifier: Apache-2.0

package collect

import (
	"sync/atomic"

	"mabeam.dev/actors"
)

// own is the aggregator that RecordAgent feeds, of one system.
type own struct{ agg atomic.Pointer[Aggregator] }

func ownOf(sys *actors.System) *own { return actors.Extend(sys, func() *own { return &own{} }) }

// RecordAgent adds a figure to a metric of an agent with the first aggregator that was made for the system: how code that was handed no
// aggregator records. It reports false if there is none, or if [Aggregator.RecordAgent] does.
func RecordAgent(sys *actors.System, id, name string, figure float64) bool {
	a := ownOf(sys).agg.Load()
	return a != nil && a.RecordAgent(id, name, figure)
}
