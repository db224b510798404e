// SPDX-License-Identifier: Apache-2.0

//go:build !race

package pay

// trials is how many random problems each law is tried on.
const trials = 10_000
