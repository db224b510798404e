// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"runtime"
	"strings"
)

// inside reports whether it is called in a simulation: whether the goroutine is one of a run. It looks at the stack, because runs may go on
// side by side and a goroutine has no name.
func inside() bool {
	stack := make([]uintptr, 64)
	n := runtime.Callers(1, stack)
	for n == len(stack) {
		stack = make([]uintptr, 2*len(stack))
		n = runtime.Callers(1, stack)
	}
	frames := runtime.CallersFrames(stack[:n])
	for {
		f, more := frames.Next()
		if strings.HasSuffix(f.Function, "testkit/sim.(*Sim).drive") || strings.HasSuffix(f.Function, "testkit/sim.(*scheduler).work") {
			return true
		}
		if !more {
			return false
		}
	}
}
