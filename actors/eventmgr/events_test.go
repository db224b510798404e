// SPDX-License-Identifier: Apache-2.0

package eventmgr_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/actors/eventmgr"
)

// ways are how an event reaches a manager.
var ways = map[string]func(t *testing.T, m manager, ev act){
	"notify":      func(_ *testing.T, m manager, ev act) { m.Notify(ev) },
	"sync notify": func(t *testing.T, m manager, ev act) { assert.NoError(t, m.SyncNotify(t.Context(), ev)) },
	"notice": func(_ *testing.T, m manager, ev act) {
		actors.SendAfter(m.PID().System(), m.Ref(), 0, eventmgr.Event(ev))
	},
	"from a process": func(t *testing.T, m manager, ev act) {
		actors.MustSpawn(m.PID().System(), "", actors.Stateless(func(c *cx, _ task) error { m.From(c).Notify(ev); return actors.Stop })).Tell(task{})
	},
}

// However an event comes, each handler handles it, and may leave, put another in its place, or crash; the manager lives.
func TestHandlersDecideAboutThemselves(t *testing.T) {
	for name, send := range ways {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				m := w.start(t)
				for _, id := range []string{"a", "b", "c"} {
					assert.NoError(t, m.Add(t.Context(), id, &dummy{w: w}))
				}
				w.heard()
				only := func(id string, do func(t *turn) error) map[string]func(*turn) error {
					return map[string]func(*turn) error{id: do}
				}
				send(t, m, act{name: "event"})
				assert.Equal(t, []string{"c event", "b event", "a event"}, w.heard())
				send(t, m, act{"swap", only("b", func(t *turn) error { return t.Swap("d", &dummy{w: w}) })})
				assert.Equal(t, []string{"c swap", "b swap", "b terminate swapped d", "d init state of b", "a swap"}, w.heard())
				assert.Equal(t, []string{"c", "d", "a"}, handlers(t, m), "it has the place of the other")
				send(t, m, act{"event", nil})
				assert.Equal(t, []string{"c event", "d event", "a event"}, w.heard())
				send(t, m, act{"remove", only("d", func(*turn) error { return eventmgr.Remove })})
				assert.Equal(t, []string{"c remove", "d remove", "d terminate removed", "a remove"}, w.heard())
				assert.Empty(t, w.reported())
				send(t, m, act{"error", only("c", func(*turn) error { return errBroken })})
				assert.Equal(t, []string{"c error", "c terminate crashed broken", "a error"}, w.heard())
				assert.Equal(t, []string{"c eventmgr_test.act broken"}, w.reported())
				send(t, m, act{"panic", only("a", func(*turn) error { panic("oh") })})
				assert.Equal(t, []string{"a panic", `a terminate crashed actors: process "/mgr": panic: oh`}, w.heard())
				assert.Equal(t, []string{`a eventmgr_test.act actors: process "/mgr": panic: oh`}, w.reported())
				assert.Empty(t, handlers(t, m))
			})
		})
	}
}

// However an event comes, an owner hears what became of its handlers.
func TestAnOwnerHearsWhatBecameOfItsHandlers(t *testing.T) {
	for name, send := range ways {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				m, p := w.start(t), w.process("p")
				own := func() {
					in(p, func(c *cx) error {
						return eventmgr.AddSupervised(c, m, "a", eventmgr.Func[act](func(t *turn, ev act) error { return ev.do["*"](t) }), w.gone)
					})
				}
				all := func(do func(t *turn) error) act { return act{"", map[string]func(*turn) error{"*": do}} }
				own()
				send(t, m, all(func(*turn) error { panic("oh") }))
				assert.Equal(t, []string{`p hears: a crashed actors: process "/mgr": panic: oh`}, w.heard())
				own()
				send(t, m, all(func(t *turn) error {
					return t.Swap("b", eventmgr.Func[act](func(*turn, act) error { return errBroken }))
				}))
				assert.Equal(t, []string{"p hears: a swapped b"}, w.heard())
				send(t, m, act{})
				assert.Equal(t, []string{"p hears: b crashed broken"}, w.heard())
				own()
				send(t, m, all(func(*turn) error { return eventmgr.Remove }))
				assert.Equal(t, []string{"p hears: a removed"}, w.heard())
				own()
				send(t, m, all(func(t *turn) error { return t.Swap("b", &dummy{w: w, init: errBroken}) }))
				assert.Equal(t, []string{"b init <nil>", "p hears: a swapped b", "p hears: b crashed broken"}, w.heard())
				w.reported()
				assert.Empty(t, handlers(t, m))
				m.PID().Kill()
				assert.Empty(t, w.heard(), "nothing is told twice")
			})
		})
	}
}

// A handler is asked by a function of its own type, and may answer and leave or put another in its place; if it crashes over it the caller
// gets the error.
func TestAHandlerIsAsked(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m := w.start(t)
		assert.NoError(t, m.Add(t.Context(), "a", &dummy{w: w}))
		assert.NoError(t, m.Add(t.Context(), "f", eventmgr.Func[act](func(*turn, act) error { return nil })))
		ask := func(id string, err error) (int, error) {
			return eventmgr.Call(t.Context(), m, id, func(d *dummy, _ *turn) (int, error) {
				d.calls++
				return d.calls, err
			})
		}
		n, err := eventmgr.Call(t.Context(), m, "a", (*dummy).count)
		assert.Equal(t, []any{1, nil}, []any{n, err})
		n, err = ask("a", nil)
		assert.Equal(t, []any{2, nil}, []any{n, err})
		_, err = ask("none", nil)
		assert.ErrorIs(t, err, eventmgr.ErrNoHandler)
		_, err = ask("f", nil)
		assert.ErrorIs(t, err, eventmgr.ErrWrongHandler)
		assert.Equal(t, []string{"f", "a"}, handlers(t, m))
		w.heard()
		n, err = eventmgr.Call(t.Context(), m, "a", func(_ *dummy, turn *turn) (int, error) { return 7, turn.Swap("b", &dummy{w: w}) })
		assert.Equal(t, []any{7, nil}, []any{n, err})
		assert.Equal(t, []string{"a terminate swapped b", "b init state of a"}, w.heard())
		_, err = ask("a", nil)
		assert.ErrorIs(t, err, eventmgr.ErrNoHandler)
		n, err = ask("b", eventmgr.Remove)
		assert.Equal(t, []any{1, nil}, []any{n, err})
		assert.Equal(t, []string{"f"}, handlers(t, m))
		assert.Empty(t, w.reported())
		assert.NoError(t, m.Add(t.Context(), "a", &dummy{w: w}))
		_, err = ask("a", errBroken)
		assert.ErrorIs(t, err, errBroken)
		assert.NoError(t, m.Add(t.Context(), "a", &dummy{w: w}))
		_, err = eventmgr.Call(t.Context(), m, "a", func(*dummy, *turn) (int, error) { panic(errBroken) })
		assert.ErrorIs(t, err, errBroken)
		assert.Equal(t, []string{"a Call broken", `a Call actors: process "/mgr": panic: broken`}, w.reported())
		assert.Equal(t, []string{"f"}, handlers(t, m))
		m.PID().Kill()
		_, err = ask("f", nil)
		assert.ErrorIs(t, err, actors.ErrNoProc)
	})
}

func (d *dummy) count(*turn) (int, error) { d.calls++; return d.calls, nil }

// A call that takes too long ends with a time-out; the manager goes on.
func TestACallHasADeadline(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m := w.start(t)
		assert.NoError(t, m.Add(t.Context(), "a", &dummy{w: w}))
		_, err := eventmgr.Call(t.Context(), m, "a", func(_ *dummy, t *turn) (int, error) {
			ctx, cancel := t.WithTimeout(time.Minute)
			defer cancel()
			<-ctx.Done()
			return 1, nil
		})
		assert.ErrorIs(t, err, actors.ErrTimeout)
		assert.Equal(t, []string{"a"}, handlers(t, m))
	})
}

// What an owner's handler asks its owner is an ordinary message, and what the handlers wait for comes as an event.
func TestHandlersWaitByEvents(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m := w.start(t)
		assert.NoError(t, m.Add(t.Context(), "a", &dummy{w: w}))
		m.Notify(act{"start", map[string]func(*turn) error{"a": func(t *turn) error {
			t.After(time.Second, eventmgr.Event(act{name: "tick"}))
			t.Monitor(actors.PID{}, func(actors.Down) eventmgr.Message[act] { return eventmgr.Event(act{name: "down"}) })
			return nil
		}}})
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Equal(t, []string{"a init <nil>", "a start", "a down", "a tick"}, w.heard())
	})
}

// A look inside shows the handlers with their owners and what they show of themselves.
func TestALookInsideShowsTheHandlers(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m, p := w.start(t), w.process("p")
		assert.NoError(t, m.Add(t.Context(), "a", &dummy{w: w, calls: 3}))
		assert.NoError(t, m.Add(t.Context(), "shy", shy{}))
		in(p, func(c *cx) error {
			return eventmgr.AddSupervised(c, m, "f", eventmgr.Func[act](func(*turn, act) error { return nil }), w.gone)
		})
		v, err := actors.Inspect(t.Context(), m.PID())
		assert.NoError(t, err)
		views := v.([]eventmgr.View)
		assert.ErrorIs(t, views[1].State.(error), errBroken)
		views[1].State = nil
		assert.Equal(t, []eventmgr.View{{ID: "f", Owner: p.PID()}, {ID: "shy"}, {ID: "a", State: 3}}, views)
	})
}

// shy cannot be looked at.
type shy struct{}

func (shy) Handle(*turn, act) error { return nil }
func (shy) Inspect() any            { panic(errBroken) }
