// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package app

import (
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// plainly is exits where nobody can take the rights of root away.
func plainly(ts *testscript.TestScript, neg bool, args []string) {
	if os.Geteuid() == 0 {
		ts.Fatalf("these tests do not run as root on this system: file modes do not bind root")
	}
	exits(ts, neg, args)
}
