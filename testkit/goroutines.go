// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"regexp"
	"runtime"
	"strings"
)

// header is the first line of a goroutine of a bubble, as the runtime prints it.
var header = regexp.MustCompile(`^goroutine (\d+) .*\[.*(synctest bubble \d+)[^]]*\]:`)

// stacks returns what the runtime prints of the caller's goroutine, or of all.
func stacks(all bool) string {
	for buf := make([]byte, 1<<14); ; buf = make([]byte, 4*len(buf)) {
		if n := runtime.Stack(buf, all); n < len(buf) {
			return string(buf[:n])
		}
	}
}

// bubble names the bubble that the caller is in; empty if it is in none.
func bubble() string {
	if m := header.FindStringSubmatch(stacks(false)); m != nil {
		return m[2]
	}
	return ""
}

// goroutines returns the goroutines of the caller's bubble by their number, as the runtime prints them, without the caller's, those
// that run the bubble, and idle workers of systems.
func goroutines() map[string]string { return bubbled(stacks(true), stacks(false)) }

// bubbled picks the goroutines of one bubble out of a print of all.
func bubbled(all, own string) map[string]string {
	me := header.FindStringSubmatch(own)
	if me == nil {
		return nil
	}
	found := map[string]string{}
	for _, text := range strings.Split(strings.TrimSpace(all), "\n\n") {
		m := header.FindStringSubmatch(text)
		if m == nil || m[1] == me[1] || m[2] != me[2] || runs(text) || idle(text) {
			continue
		}
		found[m[1]] = text
	}
	return found
}

// runs reports whether a goroutine is one of the two that run a bubble.
func runs(text string) bool {
	return strings.Contains(text, "internal/synctest.Run(") || strings.Contains(text, "synctest.testingSynctestTest(")
}

// idle reports whether a goroutine is a worker that waits for a process.
func idle(text string) bool {
	return strings.Contains(text, "kernel.(*dispatcher).run(") && !strings.Contains(text, "kernel.(*Proc).turn(")
}
