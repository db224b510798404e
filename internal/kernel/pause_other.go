// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package kernel

// pause is a sleep that another goroutine may end.
type pause struct{ timerPause }

func newPause() *pause { return &pause{newTimerPause()} }
