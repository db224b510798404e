// SPDX-License-Identifier: Apache-2.0

package eventmgr_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"mabeam.dev/actors"
	"mabeam.dev/actors/eventmgr"
	"mabeam.dev/telemetry"
)

var errBroken = errors.New("broken")

// act is an event that says what the handlers are to do: the handler of an id does what is said for it, or for "*", and notes the event.
type act struct {
	name string
	do   map[string]func(t *turn) error
}

type (
	turn    = eventmgr.Turn[act]
	manager = eventmgr.Manager[act]
)

// world is a system in a bubble, with what its handlers noted and its managers reported.
type world struct {
	*actors.System
	mu      sync.Mutex
	lines   []string
	crashes []eventmgr.HandlerCrashed
	owner   func(g eventmgr.Gone) task // how the owner of the golden files hears of its handlers
}

func (w *world) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

// heard waits until nothing is going on and returns what was noted since it was asked last.
func (w *world) heard() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := w.lines
	w.lines = nil
	return lines
}

// reported is heard for crashes: the handler, what it was doing, and the error.
func (w *world) reported() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, c := range w.crashes {
		out = append(out, fmt.Sprintf("%s %s %v", c.ID, c.InHand, c.Err))
	}
	w.crashes = nil
	return out
}

// bubble runs body in a bubble with a system of its own.
func bubble(t *testing.T, body func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		bus := telemetry.NewBus()
		bus.SubscribeAll("test", func(e telemetry.Event) {
			if c, ok := e.(eventmgr.HandlerCrashed); ok {
				w.mu.Lock()
				defer w.mu.Unlock()
				w.crashes = append(w.crashes, c)
			}
		})
		w.System = actors.New(actors.Options{Events: bus})
		body(t, w)
		if err := w.Close(t.Context()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

// start starts a manager.
func (w *world) start(t *testing.T) manager {
	t.Helper()
	m, err := eventmgr.Spawn[act](w, "mgr")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// dummy is a handler that notes what happens to it.
type dummy struct {
	w     *world
	init  error // what Init returns
	panic bool  // in Init and Terminate
	calls int
}

func (d *dummy) Init(t *turn, handover any) error {
	if d.panic {
		panic(errBroken)
	}
	d.w.say("%s init %v", t.ID, handover)
	return d.init
}

func (d *dummy) Handle(t *turn, ev act) error {
	d.w.say("%s %s", t.ID, ev.name)
	do := ev.do[t.ID]
	if do == nil {
		do = ev.do["*"]
	}
	if do == nil {
		return nil
	}
	return do(t)
}

func (d *dummy) Terminate(t *turn, why eventmgr.Why) any {
	d.w.say("%s terminate %s", t.ID, whyOf(why))
	if d.panic {
		panic(errBroken)
	}
	return "state of " + t.ID
}

func (d *dummy) Inspect() any { return d.calls }

// whyOf is a Why in words.
func whyOf(why eventmgr.Why) string {
	s := why.Cause.String()
	switch why.Cause {
	case eventmgr.Crashed:
		s += " " + why.Err.Error()
	case eventmgr.Swapped:
		s += " " + why.By
	case eventmgr.OwnerEnded, eventmgr.ManagerEnded:
		s += " " + why.Reason.String()
	case eventmgr.Deleted, eventmgr.Removed:
	}
	return s
}

// task is a message that says itself what its receiver is to do.
type task struct {
	do func(c *actors.Context[task]) error
}

type cx = actors.Context[task]

// process starts a process that does tasks.
func (w *world) process(name string) actors.Ref[task] {
	return actors.MustSpawn(w, name, actors.Stateless(func(c *cx, m task) error { return m.do(c) }))
}

// in has a process do something and waits until nothing is going on.
func in(p actors.Ref[task], do func(c *cx) error) {
	p.Tell(task{do})
	synctest.Wait()
}

// gone makes the notice that notes the end of a handler.
func (w *world) gone(g eventmgr.Gone) task {
	return task{func(c *cx) error { w.say("%s hears: %s %s", c.PID().Name(), g.ID, whyOf(g.Why)); return nil }}
}
