// SPDX-License-Identifier: Apache-2.0

package soak_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// summary is what a soak has to say when all tests are over; what a test that passes logs is not shown by `make soak`.
var summary string

func TestMain(m *testing.M) {
	code := m.Run()
	if summary != "" {
		fmt.Print(summary)
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}
