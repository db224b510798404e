// SPDX-License-Identifier: Apache-2.0

//go:build race

package registry_test

// raceDetector makes large tests small: under it they would take ten times as long.
const raceDetector = true
