// SPDX-License-Identifier: Apache-2.0

//go:build unix

package program_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain runs a mode of the rogue when the test binary was started as the program under test.
func TestMain(m *testing.M) {
	if mode := os.Getenv(rogueMode); mode != "" {
		rogue(mode)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}
