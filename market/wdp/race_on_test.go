// SPDX-License-Identifier: Apache-2.0

//go:build race

package wdp_test

// problems is fewer under the race detector, which makes them some twenty times slower; there is one goroutine in them.
const problems = 1_300
