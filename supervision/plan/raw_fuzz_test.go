// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"errors"
	"testing"

	"mabeam.dev/supervision/plan"
)

// Whatever the texts are: they are a spec that is valid, or the faults name where they are.
func FuzzRawSpec(f *testing.F) {
	f.Add("one_for_one", "", "", "never", "a", "permanent", "5000", "worker", "false", "b")
	f.Add("simple_one_for_one", "0", "1", "all_significant", "a", "transient", "infinity", "supervisor", "true", "")
	f.Add("rest_for_one", "-1", "0", "any_significant", "", "temporary", "brutal_kill", "", "true", "a")
	f.Add("one_for_all", "9223372036854775807", "9223372036854775807", "x", "a", "", "9223372036854775807", "x", "x", "a")
	f.Fuzz(func(t *testing.T, strategy, intensity, period, auto, id, restart, shutdown, kind, significant, other string) {
		raw := plan.RawSpec{
			Strategy: strategy, Intensity: intensity, Period: period, AutoShutdown: auto,
			Children: []plan.RawChild{
				{ID: id, Start: 1, Restart: restart, Shutdown: shutdown, Kind: kind, Significant: significant},
				{ID: other, Start: 1},
			},
		}
		spec, err := raw.Parse()
		if err == nil {
			if err := spec.Validate(); err != nil {
				t.Fatalf("%+v is parsed without a fault, and is not valid: %v", raw, err)
			}
			return
		}
		var faults plan.Faults
		if !errors.As(err, &faults) || len(faults) == 0 {
			t.Fatalf("%+v: %v is no list of faults", raw, err)
		}
		for _, fault := range faults {
			if fault.Path == "" || fault.Want == "" {
				t.Fatalf("%+v: the fault %+v does not say where and what", raw, fault)
			}
		}
	})
}
