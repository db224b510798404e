// SPDX-License-Identifier: Apache-2.0

package benchtab

import "testing"

// A goal that can be read is shown in a way that is read as the same.
func FuzzParseGoal(f *testing.F) {
	for _, text := range []string{"", "<= 1.15x", ">= 1000", "<= -0x", ">= 1e300", "<= NaN", "< 1", "<= x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := ParseGoal(text)
		if err != nil {
			return
		}
		again, err := ParseGoal(g.String())
		if err != nil || again.String() != g.String() {
			t.Fatalf("%q is shown as %q, which is read as %q: %v", text, g, again, err)
		}
	})
}
