// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A ring behaves as a slice does, keeps nothing of what it gave away, and gives its memory back when it is empty after a burst.
func TestRingBehavesAsASlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r ring
		var model []envelope
		next := 0
		push := func(t *rapid.T) {
			e := envelope{msg: next, kind: rapid.SampledFrom([]kind{kindUser, kindNotice, kindExit}).Draw(t, "kind")}
			if rapid.Bool().Draw(t, "call") {
				e.from, e.slot, e.gen = &Proc{}, &Slot{}, uint64(next)
			}
			next++
			r.push(e)
			model = append(model, e)
		}
		t.Repeat(map[string]func(*rapid.T){
			"push": push,
			"burst": func(t *rapid.T) {
				for range rapid.IntRange(1, 600).Draw(t, "n") {
					push(t)
				}
			},
			"pop": func(t *rapid.T) {
				if len(model) == 0 {
					t.Skip("empty")
				}
				if got := r.pop(); got != model[0] {
					t.Fatalf("got %v, want %v", got, model[0])
				}
				model = model[1:]
			},
			"drain": func(t *rapid.T) {
				for _, want := range model {
					if got := r.pop(); got != want {
						t.Fatalf("got %v, want %v", got, want)
					}
				}
				model = nil
				if len(r.buf) >= shrinkAt {
					t.Fatalf("an empty ring keeps %d slots", len(r.buf))
				}
			},
			"drop oldest": func(t *rapid.T) {
				at := slices.IndexFunc(model, func(e envelope) bool { return e.kind == kindUser })
				got, ok := r.dropOldestUser()
				if ok != (at >= 0) {
					t.Fatalf("dropped %t, want %t", ok, at >= 0)
				}
				if ok {
					if got != model[at] {
						t.Fatalf("dropped %v, want %v", got, model[at])
					}
					model = slices.Delete(slices.Clone(model), at, at+1)
				}
			},
			"rest": func(*rapid.T) {
				if r.n == 0 {
					r.rest()
				}
			},
			"": func(t *rapid.T) {
				if int(r.n) != len(model) {
					t.Fatalf("length %d, want %d", r.n, len(model))
				}
				if n := len(r.buf); n&(n-1) != 0 || n > 0 && n < minRing {
					t.Fatalf("%d slots", n)
				}
				held := 0
				for _, e := range r.buf {
					if any(e) != nil && any(e) != any(envelope{}) {
						held++
					}
				}
				if held != len(model) {
					t.Fatalf("%d slots are in use for %d envelopes", held, len(model))
				}
			},
		})
	})
}
