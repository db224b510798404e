// SPDX-License-Identifier: Apache-2.0

//go:build race

package sqlite_test

// raceEnabled tells that the race detector slows the engine down tenfold.
const raceEnabled = true
