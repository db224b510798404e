// SPDX-License-Identifier: Apache-2.0

//go:build race

package adapt_test

// seeds is how many of so many runs are made: under the race detector a quarter.
func seeds(n uint64) uint64 { return (n + 3) / 4 }
