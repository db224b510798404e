// SPDX-License-Identifier: Apache-2.0

//go:build !race

package wdp_test

// problems is how many generated problems are compared with the model.
const problems = 10_400
