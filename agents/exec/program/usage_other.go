// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package program

// usageOf says that this system has no portable way to see what another process uses.
func usageOf(int) (Usage, error) { return Usage{}, ErrNotMeasured }
