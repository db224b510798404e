// SPDX-License-Identifier: Apache-2.0

//go:build unix

package exec_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain plays a role when the test binary was started as the program under test.
func TestMain(m *testing.M) {
	if role := os.Getenv(roleName); role != "" {
		play(role)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}
