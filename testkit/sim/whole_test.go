// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"testing"

	"mabeam.dev/testkit/sim"
)

// Every seed runs three times, and what happens is the same each time, byte for byte, values included.
func TestExploreATownThreeTimesEach(t *testing.T) {
	sim.Explore(t, *seeds, life, sim.Repeat(3))
}
