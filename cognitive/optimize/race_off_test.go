// SPDX-License-Identifier: Apache-2.0

//go:build !race

package optimize

const raceDetector = false
