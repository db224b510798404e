// SPDX-License-Identifier: Apache-2.0

//go:build !race

package market_test

// stride is how many points of a sale lie between two at which it is ended: all are tried.
const stride = 1
