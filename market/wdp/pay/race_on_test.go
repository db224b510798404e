// SPDX-License-Identifier: Apache-2.0

//go:build race

package pay

// trials is fewer under the race detector, which makes them some twenty times slower; there is one goroutine in them.
const trials = 300
