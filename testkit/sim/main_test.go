// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// seeds is how many seeds the explorations of this package's tests take.
var seeds = flag.Int("seeds", 50, "seeds of each exploration")

func TestMain(m *testing.M) {
	flag.Parse()
	goleak.VerifyTestMain(m, goleak.Cleanup(os.Exit), goleak.IgnoreAnyFunction("mabeam.dev/testkit/sim.(*Sim).drive")) // of runs that are stuck on purpose
}
