// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"mabeam.dev/actors"
)

// namesRun is a few names, the processes that ever held them, and the model: a map.
type namesRun struct {
	*cast
	holder map[string]int // of the living
	dead   map[int]bool
	named  map[string]ref // addresses that were made before anybody held the name
	lost   int64          // messages that reached nobody
}

// alphabet are the names; few, so that they are fought for.
var alphabet = []string{"a", "b", "c", "d"}

// Whoever is started with a name, registers one or more, or ends: a name has the one holder that the map has, is refused to all others with
// that holder, is free when a start has failed and when its holder is dead, and an address made of it reaches whoever has it now.
func TestNamesFollowTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &namesRun{cast: newCast(), holder: map[string]int{}, dead: map[int]bool{}, named: map[string]ref{}}
		defer r.close(t)
		for _, name := range alphabet {
			r.named[name] = actors.Named[do](r.sys, name)
		}
		t.Repeat(map[string]func(*rapid.T){
			"start": r.starts, "start again": r.starts, "start that fails": r.startsInVain, "local": r.startsLocal, "register": r.registers,
			"register again": r.registers, "end": r.leaves, "kill": r.killed, "hold": r.holds, "tell": r.tells,
			"": func(t *rapid.T) {
				r.quiet(t)
				r.compare(t)
			},
		})
	})
}

// begin starts a process whose Init registers the names in more, and says what the start ended with.
func (r *namesRun) begin(name string, more []string, end error, o ...actors.Option) (*member, error) {
	r.cast.mu.Lock()
	m := &member{id: len(r.all), heard: map[int][]string{}}
	r.cast.mu.Unlock()
	var err error
	m.ref, err = actors.Spawn(r.sys, name, of(doer{init: func(c *cx) error {
		for _, n := range more {
			if err := c.Register(n); err != nil {
				return err
			}
		}
		return end
	}}), o...)
	return m, err
}

// taken checks that a refusal names the holder that the model has.
func (r *namesRun) taken(t *rapid.T, name string, err error) {
	var held *actors.NameTakenError
	if !errors.As(err, &held) || held.Name != name || held.Holder != r.all[r.holder[name]].ref.PID() {
		t.Fatalf("%q is held by %d, but was refused with %v", name, r.holder[name], err)
	}
}

func (r *namesRun) draws(t *rapid.T) (name string, more []string) {
	name = rapid.SampledFrom(alphabet).Draw(t, "name")
	for _, n := range alphabet {
		if n != name && rapid.IntRange(0, 3).Draw(t, "and "+n) == 0 {
			more = append(more, n)
		}
	}
	return name, more
}

func (r *namesRun) starts(t *rapid.T) {
	name, more := r.draws(t)
	m, err := r.begin(name, more, nil)
	for _, n := range append([]string{name}, more...) {
		if _, held := r.holder[n]; held {
			r.taken(t, n, err)
			return // and what it had registered before is free again
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	r.all = append(r.all, m)
	for _, n := range append([]string{name}, more...) {
		r.holder[n] = m.id
	}
}

func (r *namesRun) startsInVain(t *rapid.T) {
	name, more := r.draws(t)
	end := rapid.SampledFrom([]error{errBroken, actors.Ignore, actors.Stop}).Draw(t, "end")
	_, err := r.begin(name, more, end)
	for _, n := range append([]string{name}, more...) {
		if _, held := r.holder[n]; held {
			r.taken(t, n, err)
			return
		}
	}
	if err == nil {
		t.Fatal("the start went well")
	}
}

// startsLocal starts a process whose name is its own affair.
func (r *namesRun) startsLocal(t *rapid.T) {
	m, err := r.begin(rapid.SampledFrom(alphabet).Draw(t, "name"), nil, nil, actors.Local())
	if err != nil {
		t.Fatal(err)
	}
	r.all = append(r.all, m)
}

// pick draws a process that can be told to do something: it lives, or its turn goes on though it was killed.
func (r *namesRun) pick(t *rapid.T, fits func(m *member) bool) *member {
	var among []int
	for i, m := range r.all {
		if fits(m) {
			among = append(among, i)
		}
	}
	if len(among) == 0 {
		t.Skip("there is none")
	}
	return r.all[rapid.SampledFrom(among).Draw(t, "who")]
}

func (r *namesRun) lives(m *member) bool { return !r.dead[m.id] }

func (r *namesRun) registers(t *rapid.T) {
	m := r.pick(t, func(m *member) bool { return r.lives(m) || m.gate != nil })
	name := rapid.SampledFrom(alphabet).Draw(t, "name")
	var err error
	r.does(t, m, func(c *cx) error { err = c.Register(name); return nil })
	_, held := r.holder[name]
	switch {
	case r.dead[m.id]:
		if !errors.Is(err, actors.ErrFenced) {
			t.Fatalf("a killed process registers: %v", err)
		}
	case held:
		r.taken(t, name, err)
	case err != nil:
		t.Fatal(err)
	default:
		r.holder[name] = m.id
	}
}

// frees takes a process and its names out of the model.
func (r *namesRun) frees(m *member) {
	r.dead[m.id] = true
	for name, id := range r.holder {
		if id == m.id {
			delete(r.holder, name)
		}
	}
}

func (r *namesRun) leaves(t *rapid.T) {
	m := r.pick(t, r.lives)
	r.frees(m)
	r.does(t, m, func(*cx) error { return actors.Stop })
	m.gate = nil
}

func (r *namesRun) killed(t *rapid.T) {
	m := r.pick(t, r.lives)
	r.frees(m)
	m.ref.PID().Kill()
	for _, name := range alphabet { // at once, without waiting for anybody
		if r.sys.WhereIs(name) == m.ref.PID() {
			t.Fatalf("%q is still held", name)
		}
	}
}

func (r *namesRun) holds(t *rapid.T) {
	m := r.pick(t, func(m *member) bool { return r.lives(m) && m.gate == nil })
	r.hold(t, m)
}

// tells sends to a name and checks who it was that got it.
func (r *namesRun) tells(t *rapid.T) {
	name := rapid.SampledFrom(alphabet).Draw(t, "name")
	id, held := r.holder[name]
	got := -1
	r.named[name].Tell(func(c *cx) error { got = r.who(c.PID()); return nil })
	r.quiet(t)
	switch {
	case !held:
		r.lost++
		id = -1
	case r.all[id].gate != nil:
		r.release(t, r.all[id]) // it comes to the message when its turn is over
	}
	if got != id {
		t.Fatalf("a message to %q reached %d, want %d", name, got, id)
	}
}

// compare holds every name against the map.
func (r *namesRun) compare(t *rapid.T) {
	living := 0
	for _, m := range r.all {
		if r.dead[m.id] == m.ref.PID().Alive() {
			t.Fatalf("process %d is alive: %t", m.id, m.ref.PID().Alive())
		}
		if r.lives(m) {
			living++
		}
	}
	if n := r.sys.Len(); n != living {
		t.Fatalf("%d processes live, want %d", n, living)
	}
	for _, name := range alphabet {
		want := actors.PID{}
		if id, held := r.holder[name]; held {
			want = r.all[id].ref.PID()
		}
		found, err := actors.Lookup[do](r.sys, name)
		if r.sys.WhereIs(name) != want || found.PID() != want || r.named[name].PID() != want || (err == nil) == want.IsZero() {
			t.Fatalf("%q is held by %s, found as %s (%v), want %s", name, r.sys.WhereIs(name), found, err, want)
		}
	}
	if n := r.sys.Totals().DeadLetters; n != r.lost {
		t.Fatalf("%d messages reached nobody, want %d", n, r.lost)
	}
}
