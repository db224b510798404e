// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"encoding/binary"
	"testing"
	"time"

	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// gullible takes every signature for good.
type gullible struct{}

func (gullible) Member(wire.Member, []byte, []byte) bool { return true }
func (gullible) Client(wire.Client, []byte, []byte) bool { return true }
func (gullible) Tagged(wire.Member, []byte, []byte) bool { return true }

// captured returns what members said in a few schedules, as seeds.
func captured() [][]byte {
	var list [][]byte
	for seed := range uint64(4) {
		w := newWorld(setting{seed: seed + 1, n: 4, liars: 1, traits: equivocate | falseView | falseState, storm: true, safety: true})
		var b []byte
		for w.queue.len() > 0 && len(b) < 8000 {
			e := w.queue.pop()
			w.now = e.at
			if e.kind == evMessage && e.to == 1 {
				m := wire.Encode(e.msg)
				b = binary.BigEndian.AppendUint16(b, uint16(len(m)))
				b = append(b, m...)
			}
			w.happen(e)
		}
		list = append(list, b)
	}
	return list
}

// FuzzStep has a replica believe that everything is signed, and must not make it panic.
func FuzzStep(f *testing.F) {
	for _, b := range captured() {
		f.Add(b, false)
		f.Add(b, true)
	}
	f.Fuzz(func(t *testing.T, b []byte, mac bool) {
		mode := wire.Signed
		if mac {
			mode = wire.MAC
		}
		keys := group(4, 2, mode, wire.Rules{Interval: 2, Window: 4, ClientWindow: 4, ChunkSize: 32}, false)
		r, err := New(keys.cfg, 1, Options{}, keys.members[1], &chronicle{})
		if err != nil {
			t.Fatal(err)
		}
		check := auth.NewVerifier(keys.cfg, gullible{}, -1)
		now := time.Unix(0, 0)
		gens := [timers]uint64{}
		step := func(in Input) {
			for _, e := range r.Step(in) {
				if e, ok := e.(SetTimer); ok {
					gens[e.Timer] = e.Gen
				}
			}
		}
		step(Start{now})
		for len(b) >= 2 {
			n := int(binary.BigEndian.Uint16(b))
			b = b[2:]
			now = now.Add(time.Duration(n) * time.Millisecond)
			m, err := wire.Decode(b[:min(n, len(b))])
			b = b[min(n, len(b)):]
			if err != nil {
				x := Timer(n % int(timers))
				step(Fired{now, x, gens[x]})
				continue
			}
			if v, err := check.Open(m); err == nil {
				step(Deliver{now, v})
			}
		}
		if s := r.Status(); s.Slots > 4 {
			t.Fatalf("%d numbers in hand, and the window has 4", s.Slots)
		}
		if _, err := Restore(keys.cfg, 1, Options{}, keys.members[1], &chronicle{}, r.Records()); err != nil {
			t.Fatalf("its own log: %v", err)
		}
	})
}
