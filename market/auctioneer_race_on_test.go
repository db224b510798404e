// SPDX-License-Identifier: Apache-2.0

//go:build race

package market_test

// stride is larger under the race detector, which makes everything some ten times slower; a simulation has one turn at a time.
const stride = 23
