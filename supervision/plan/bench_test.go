// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"fmt"
	"testing"
	"time"

	"mabeam.dev/supervision/plan"
)

// One crash and its restart, among few and many siblings.
func BenchmarkRestart(b *testing.B) {
	for _, n := range []int{1, 100_000} {
		b.Run(fmt.Sprintf("siblings=%d", n), func(b *testing.B) {
			s := up(b, plan.Spec{Intensity: plan.Intensity{Max: 1000, Within: time.Millisecond}}, n)
			b.ReportAllocs()
			ref := 0
			now := time.Duration(0)
			for b.Loop() {
				now += 2 * time.Millisecond
				s.Step(plan.ChildExited{Ref: ref, Reason: plan.Reason{Class: plan.ClassCrash}, Now: now})
				ref = n + int(now)
				s.Step(plan.Started{Ref: ref})
			}
		})
	}
}
