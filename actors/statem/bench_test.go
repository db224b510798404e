// SPDX-License-Identifier: Apache-2.0

package statem_test

import (
	"context"
	"testing"

	"mabeam.dev/actors"
	"mabeam.dev/actors/statem"
)

// BenchmarkEvent is a call that changes the state and starts a state timeout, against the same call to a plain process.
func BenchmarkEvent(b *testing.B) {
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(context.Background()) }()
	ask := func(b *testing.B, r ref) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := actors.Call(context.Background(), r, func(r actors.Reply[string]) message { return alive{r} }); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("plain", func(b *testing.B) {
		ask(b, actors.MustSpawn(sys, "", actors.Stateless(func(_ *actors.Context[message], m message) error {
			m.(alive).reply.Send("yes")
			return nil
		})))
	})
	b.Run("keep", func(b *testing.B) {
		ask(b, actors.MustSpawn(sys, "", ever(func(t *turn, ev event) result {
			return t.Keep().Reply(statem.To(ev.Message.(alive).reply, "yes"))
		}).Behavior))
	})
	b.Run("next", func(b *testing.B) {
		ask(b, actors.MustSpawn(sys, "", ever(func(t *turn, ev event) result {
			next := idle
			if t.State == idle {
				next = waiting
			}
			return t.Next(next).Reply(statem.To(ev.Message.(alive).reply, "yes")).After(statem.StateTimeout, 1<<40, note(""))
		}).Behavior))
	})
}
