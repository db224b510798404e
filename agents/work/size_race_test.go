// SPDX-License-Identifier: Apache-2.0

//go:build race

package work_test

// longInput is smaller under the race detector, which makes everything several times slower.
const longInput = 20_000
