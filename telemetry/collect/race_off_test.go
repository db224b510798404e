// SPDX-License-Identifier: Apache-2.0

//go:build !race

package collect_test

// raceDetector says that the race detector is off.
const raceDetector = false
