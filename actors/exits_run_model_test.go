// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// reasons are those of exit signals; crashes have the name of who crashed.
var reasons = map[string]actors.Reason{
	"normal": exit.ReasonNormal, "shutdown": exit.ReasonShutdown, "shutdown: t": exit.ShutdownWith("t"), "killed": exit.ReasonKilled,
	"crash": exit.CrashOf(&exit.CrashError{Cause: errors.New("crash")}),
}

// ends are the ways in which a process leaves by itself.
var ends = map[string]func(id int) error{
	"normal": func(int) error { return actors.Stop }, "shutdown": func(int) error { return actors.StopShutdown },
	"shutdown: t": func(int) error { return actors.StopWith("t") }, "killed": func(int) error { return actors.StopBecause(exit.ReasonKilled) },
	"crash": func(id int) error { return fmt.Errorf("crash of %d", id) },
}

func keys[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Whatever processes do to each other with links, monitors, exit signals, kills and trapping, inside turns that go on or not: who is
// alive, why others ended, what everybody heard of everybody else and in which order, and how many links and monitors are left is what
// OTP's rules say.
func TestExitsFollowTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &exitsRun{cast: newCast(), naive: &naive{}}
		defer r.close(t)
		for range 5 {
			r.start(t)
		}
		actions := map[string]func(*rapid.T){"": func(t *rapid.T) {
			r.quiet(t)
			r.settle()
			r.compare(t, r.naive)
		}}
		for name, op := range map[string]struct {
			weight int
			run    func(t *rapid.T)
		}{
			"spawn": {2, r.start}, "spawn linked": {3, r.startLinked}, "link": {5, r.links}, "unlink": {5, r.unlinks}, "monitor": {5, r.monitors},
			"demonitor": {4, r.demonitors}, "trap": {1, r.trapsExits}, "trap no more": {1, r.trapsNoMore}, "tell": {3, r.tells},
			"signal": {4, r.signals}, "signal from outside": {2, r.signalled}, "kill": {1, r.killed}, "end": {2, r.leaves},
			"hold": {6, r.holds}, "release": {3, r.released},
		} {
			for i := range op.weight { // rapid draws from the names
				actions[fmt.Sprint(name, i)] = op.run
			}
		}
		t.Repeat(actions)
	})
}

// exitsRun is a system and the model of it.
type exitsRun struct {
	*cast
	*naive
	watches, sent int
}

// pick draws one of the processes that fit, if any does.
func (r *exitsRun) pick(t *rapid.T, label string, fits func(p *naiveProc) bool) (*member, *naiveProc, bool) {
	var among []int
	for i, p := range r.procs {
		if fits(p) {
			among = append(among, i)
		}
	}
	if len(among) == 0 {
		return nil, nil, false
	}
	i := rapid.SampledFrom(among).Draw(t, label)
	return r.all[i], r.procs[i], true
}

// able is a process that can be told to do something: it lives, or its turn goes on though it was killed.
func able(p *naiveProc) bool { return !p.dead || p.zombie }

// two draws a process that does something and one that it is done to, which is dead now and then.
func (r *exitsRun) two(t *rapid.T) (m *member, p *naiveProc, to *member, q *naiveProc) {
	m, p, ok := r.pick(t, "by", able)
	if !ok {
		r.start(t)
		m, p, _ = r.pick(t, "by", able)
	}
	dead := rapid.IntRange(0, 9).Draw(t, "dead") == 0
	to, q, ok = r.pick(t, "to", func(q *naiveProc) bool { return q.dead == dead })
	if !ok {
		return m, p, m, p
	}
	return m, p, to, q
}

func (r *exitsRun) start(t *rapid.T) {
	traps := rapid.IntRange(0, 2).Draw(t, "traps") > 0
	if err := r.cast.spawn(r.sys, false, traps); err != nil {
		t.Fatal(err)
	}
	r.naive.spawn(-1, traps)
}

func (r *exitsRun) startLinked(t *rapid.T) {
	m, p, _, _ := r.two(t)
	traps := rapid.Bool().Draw(t, "traps")
	var err error
	r.does(t, m, func(c *cx) error { err = r.cast.spawn(c, true, traps); return nil })
	if p.dead {
		if !errors.Is(err, actors.ErrFenced) {
			t.Fatalf("a dead process's start: %v", err)
		}
		r.all = r.all[:len(r.all)-1]
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	r.naive.spawn(p.id, traps)
}

func (r *exitsRun) links(t *rapid.T) {
	m, p, to, q := r.two(t)
	r.link(p, q)
	r.does(t, m, func(c *cx) error { c.Link(to.ref.PID()); return nil })
}

func (r *exitsRun) unlinks(t *rapid.T) {
	m, p, to, q := r.two(t)
	r.unlink(p, q)
	r.does(t, m, func(c *cx) error { c.Unlink(to.ref.PID()); return nil })
}

func (r *exitsRun) monitors(t *rapid.T) {
	m, p, to, q := r.two(t)
	r.watches++
	id := r.watches
	r.monitor(p, q, id)
	r.does(t, m, func(c *cx) error {
		m.watch[id] = c.Monitor(to.ref.PID(), func(d actors.Down) do {
			return r.hears(m, r.who(d.PID), fmt.Sprintf("down %d %s", id, symbol(d.Reason)))
		})
		return nil
	})
}

func (r *exitsRun) demonitors(t *rapid.T) {
	m, p, ok := r.pick(t, "by", func(p *naiveProc) bool { return able(p) && len(r.all[p.id].watch) > 0 })
	if !ok {
		return
	}
	var ids []int
	for id := range m.watch {
		ids = append(ids, id)
		if slices.ContainsFunc(p.queue, func(i naiveItem) bool { return i.monitor == id }) {
			ids = append(ids, id, id, id) // its notice is on its way: the interesting case
		}
	}
	slices.Sort(ids)
	id := rapid.SampledFrom(ids).Draw(t, "monitor")
	for _, q := range r.procs {
		r.demonitor(p, q, id)
	}
	r.does(t, m, func(*cx) error { m.watch[id].Stop(); delete(m.watch, id); return nil })
}

func (r *exitsRun) trapsExits(t *rapid.T) {
	m, p, _, _ := r.two(t)
	if !p.dead {
		p.traps = true
	}
	r.does(t, m, func(c *cx) error { r.trap(c, m); return nil })
}

func (r *exitsRun) trapsNoMore(t *rapid.T) {
	m, p, _, _ := r.two(t)
	if !p.dead {
		p.traps = false
	}
	r.does(t, m, func(c *cx) error { c.TrapExit(nil); return nil })
}

func (r *exitsRun) tells(t *rapid.T) {
	m, p, to, q := r.two(t)
	r.sent++
	line := fmt.Sprintf("message %d", r.sent)
	if !p.dead {
		r.tell(q, p.id, line)
	}
	r.does(t, m, func(c *cx) error { to.ref.From(c).Tell(r.hears(to, m.id, line)); return nil })
}

func (r *exitsRun) signals(t *rapid.T) {
	m, p, to, q := r.two(t)
	why := rapid.SampledFrom(keys(reasons)).Draw(t, "reason")
	if !p.dead {
		r.exit(q, p.id, why)
	}
	r.does(t, m, func(c *cx) error { c.AskExit(to.ref.PID(), reasons[why]); return nil })
}

func (r *exitsRun) signalled(t *rapid.T) {
	_, _, to, q := r.two(t)
	why := rapid.SampledFrom(keys(reasons)).Draw(t, "reason")
	r.exit(q, -1, why)
	to.ref.PID().Exit(reasons[why])
}

func (r *exitsRun) killed(t *rapid.T) {
	_, _, to, q := r.two(t)
	r.kill(q)
	to.ref.PID().Kill()
}

func (r *exitsRun) leaves(t *rapid.T) {
	m, p, _, _ := r.two(t)
	why := rapid.SampledFrom(keys(ends)).Draw(t, "reason")
	err := ends[why](m.id)
	if why == "crash" {
		why = err.Error()
	}
	if p.asked != "" { // a handler that leaves when it has been asked to end does what it was asked
		why = p.asked
	}
	if !p.dead {
		r.die(p, why)
	}
	p.held, p.zombie = false, false
	r.does(t, m, func(*cx) error { return err })
	m.gate = nil
}

func (r *exitsRun) holds(t *rapid.T) {
	if m, p, ok := r.pick(t, "who", func(p *naiveProc) bool { return !p.dead && !p.held }); ok {
		p.held = true
		r.hold(t, m)
	}
}

func (r *exitsRun) released(t *rapid.T) {
	if m, p, ok := r.pick(t, "who", func(p *naiveProc) bool { return p.held && able(p) }); ok {
		p.held, p.zombie = false, false
		r.release(t, m)
	}
}

// compare holds the system against the model.
func (s *cast) compare(t *rapid.T, n *naive) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range n.procs {
		m := s.all[i]
		why, dead := m.ref.PID().Reason()
		if dead != p.dead || dead && symbol(why) != p.why {
			t.Fatalf("process %d: dead %t of %q, want %t of %q", i, dead, symbol(why), p.dead, p.why)
		}
		for from := -1; from < len(n.procs); from++ {
			got, want := m.heard[from], p.heard[from]
			if p.dead && len(got) < len(want) { // it may have ended before it came to the last of them
				want = want[:len(got)]
			}
			if !slices.Equal(got, want) {
				t.Fatalf("process %d heard of %d %q, want %q", i, from, got, want)
			}
		}
		if p.dead {
			continue
		}
		links, watches := 0, 0
		for _, tie := range p.ties {
			switch tie.kind {
			case "linked":
				links++
			case "watches":
				watches++
			}
		}
		st, _ := m.ref.PID().Status()
		if st.Links != links || st.Monitors != watches {
			t.Fatalf("process %d has %d links and %d monitors, want %d and %d", i, st.Links, st.Monitors, links, watches)
		}
	}
}
