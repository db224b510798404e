// SPDX-License-Identifier: Apache-2.0

//go:build race

package protocols_test

// raceDetector says that the race detector is on: it allocates on its own account.
const raceDetector = true
