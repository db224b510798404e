// SPDX-License-Identifier: Apache-2.0

//go:build !race

package work_test

// longInput is the number of lines of the long input.
const longInput = 50_000
