// SPDX-License-Identifier: Apache-2.0

//go:build !race

package adapt_test

// seeds is how many of so many runs are made: all.
func seeds(n uint64) uint64 { return n }
