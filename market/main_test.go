// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// childEnv makes this binary the child of a test that kills it.
const childEnv = "MABEAM_MARKET_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		fmt.Fprintln(os.Stderr, "child:", payForEver(dir))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}
