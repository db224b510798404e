// SPDX-License-Identifier: Apache-2.0

package eventmgr_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/actors/eventmgr"
	"mabeam.dev/actors/exit"
)

// handlers returns the ids of a manager's handlers.
func handlers(t *testing.T, m manager) []string {
	t.Helper()
	ids, err := m.Handlers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// A manager is started with and without a name and a link, is empty, and ends as any process; its name is free then.
func TestAManagerStartsEmpty(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for _, name := range []string{"", "mgr", "mgr"} {
			m, err := eventmgr.Spawn[act](w, name)
			assert.NoError(t, err)
			assert.Empty(t, handlers(t, m))
			assert.Empty(t, handlers(t, eventmgr.Of(m.Ref())))
			if name != "" {
				assert.Empty(t, handlers(t, eventmgr.Named[act](w.System, name)))
				var taken *actors.NameTakenError
				_, err = eventmgr.Spawn[act](w, name)
				assert.ErrorAs(t, err, &taken)
			}
			m.PID().Stop()
			why, err := m.PID().Await(t.Context())
			assert.NoError(t, err)
			assert.Equal(t, "shutdown", why.String())
		}
		var linked manager
		parent := w.process("parent")
		in(parent, func(c *cx) (err error) {
			linked, err = eventmgr.SpawnLink[act](c, "linked", actors.MailboxSize(5))
			return err
		})
		assert.Empty(t, handlers(t, linked))
		parent.PID().Exit(exit.ShutdownWith("done"))
		why, err := linked.PID().Await(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, "shutdown: done", why.String())
	})
}

// Handlers are added by an id, the last first; one whose Init fails is not added, and neither is one whose id is taken.
func TestHandlersAreAdded(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m := w.start(t)
		var failed *eventmgr.HandlerError
		err := m.Add(t.Context(), "a", &dummy{w: w, init: errBroken})
		assert.ErrorIs(t, err, errBroken)
		assert.ErrorAs(t, err, &failed)
		assert.Equal(t, `eventmgr: add "a": broken`, err.Error())
		assert.Empty(t, handlers(t, m))
		assert.NoError(t, m.Add(t.Context(), "a", &dummy{w: w}))
		assert.ErrorIs(t, m.Add(t.Context(), "b", &dummy{w: w, init: errBroken}), errBroken)
		assert.NoError(t, m.Add(t.Context(), "b", &dummy{w: w}))
		assert.ErrorIs(t, m.Add(t.Context(), "a", &dummy{w: w}), eventmgr.ErrIDTaken)
		assert.ErrorIs(t, m.Add(t.Context(), "c", nil), eventmgr.ErrNilHandler)
		assert.Equal(t, []string{"b", "a"}, handlers(t, m))
		assert.Equal(t, []string{"a init <nil>", "a init <nil>", "b init <nil>", "b init <nil>"}, w.heard())
		m.Notify(act{name: "1"})
		assert.Equal(t, []string{"b 1", "a 1"}, w.heard())
		m.PID().Stop()
		assert.Equal(t, []string{"b terminate manager ended shutdown", "a terminate manager ended shutdown"}, w.heard())
		assert.ErrorIs(t, m.Add(t.Context(), "a", &dummy{w: w}), actors.ErrNoProc)
	})
}

// A panic in Init is an error for who adds; the manager lives.
func TestAPanicInInitIsAnError(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m := w.start(t)
		err := m.Add(t.Context(), "a", &dummy{w: w, panic: true})
		var crash *exit.CrashError
		assert.ErrorAs(t, err, &crash)
		assert.NotEmpty(t, crash.Stack)
		assert.ErrorIs(t, err, errBroken)
		assert.Empty(t, handlers(t, m))
	})
}

// Supervised handlers leave when their owner ends, whatever ends it; the others stay.
func TestASupervisedHandlerLeavesWithItsOwner(t *testing.T) {
	for want, end := range map[string]func(p actors.Ref[task]){
		"normal": func(p actors.Ref[task]) { in(p, func(*cx) error { return actors.Stop }) },
		"killed": func(p actors.Ref[task]) { p.PID().Kill() },
		`crash: actors: process "/p" handling eventmgr_test.task: broken`: func(p actors.Ref[task]) { in(p, func(*cx) error { return errBroken }) },
	} {
		t.Run(want, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				m, p := w.start(t), w.process("p")
				in(p, func(c *cx) error {
					assert.ErrorIs(t, eventmgr.AddSupervised(c, m, "a", &dummy{w: w, init: errBroken}, w.gone), errBroken)
					assert.NoError(t, eventmgr.AddSupervised(c, m, "a", &dummy{w: w}, w.gone))
					assert.NoError(t, eventmgr.AddSupervised(c, m, "b", &dummy{w: w}, w.gone))
					assert.NoError(t, m.Add(c, "mine", &dummy{w: w}))
					return nil
				})
				assert.Equal(t, []string{"mine", "b", "a"}, handlers(t, m))
				w.heard()
				end(p)
				assert.Equal(t, []string{"b terminate owner ended " + want, "a terminate owner ended " + want}, w.heard())
				assert.Equal(t, []string{"mine"}, handlers(t, m))
			})
		})
	}
}

// An owner hears once of each of its handlers when the manager ends, be it in order or by a kill; it lives on.
func TestAnOwnerHearsOfTheEndOfTheManager(t *testing.T) {
	for want, end := range map[string]func(m manager){
		"shutdown": func(m manager) { m.PID().Stop() }, "killed": func(m manager) { m.PID().Kill() },
	} {
		t.Run(want, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				m, p := w.start(t), w.process("p")
				in(p, func(c *cx) error {
					assert.NoError(t, eventmgr.AddSupervised(c, m, "gone before", eventmgr.Func[act](func(*turn, act) error { return nil }), w.gone))
					assert.NoError(t, eventmgr.AddSupervised(c, m, "a", eventmgr.Func[act](func(*turn, act) error { return nil }), w.gone))
					assert.NoError(t, eventmgr.AddSupervised(c, m, "b", eventmgr.Func[act](func(*turn, act) error { return nil }), w.gone))
					_, err := m.Delete(c, "gone before")
					assert.NoError(t, err)
					return nil
				})
				assert.Equal(t, []string{"p hears: gone before deleted"}, w.heard())
				end(m)
				assert.ElementsMatch(t, []string{"p hears: a manager ended " + want, "p hears: b manager ended " + want}, w.heard())
				assert.True(t, p.PID().Alive())
			})
		})
	}
}

// An exit signal from a process that is not its parent does not end a manager; it means the same for that process's handlers as its end.
func TestAnExitSignalOfAnotherRemovesItsHandlers(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m, p := w.start(t), w.process("p")
		in(p, func(c *cx) error {
			assert.NoError(t, eventmgr.AddSupervised(c, m, "a", &dummy{w: w}, w.gone))
			c.AskExit(m.PID(), exit.ShutdownWith("it died"))
			return nil
		})
		assert.Equal(t, []string{
			"a init <nil>", "a terminate owner ended shutdown: it died", "p hears: a owner ended shutdown: it died",
		}, w.heard())
		assert.Empty(t, handlers(t, m))
	})
}

// Delete returns what Terminate returned; an id that is not there is an error.
func TestHandlersAreDeleted(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m := w.start(t)
		for _, id := range []string{"a", "b"} {
			assert.NoError(t, m.Add(t.Context(), id, &dummy{w: w}))
		}
		_, err := m.Delete(t.Context(), "c")
		assert.ErrorIs(t, err, eventmgr.ErrNoHandler)
		v, err := m.Delete(t.Context(), "a")
		assert.Equal(t, []any{"state of a", nil}, []any{v, err})
		assert.Equal(t, []string{"b"}, handlers(t, m))
		assert.NoError(t, m.Add(t.Context(), "plain", eventmgr.Func[act](func(*turn, act) error { return nil })))
		v, err = m.Delete(t.Context(), "plain")
		assert.Equal(t, []any{nil, nil}, []any{v, err}, "a handler without Terminate")
		assert.Equal(t, []string{"b"}, handlers(t, m))
	})
}

// A panic in Terminate is what Delete returns, and the handler is gone.
func TestAPanicInTerminateIsAnError(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m, h := w.start(t), &dummy{w: w}
		assert.NoError(t, m.Add(t.Context(), "a", h))
		h.panic = true
		_, err := m.Delete(t.Context(), "a")
		assert.ErrorIs(t, err, errBroken)
		assert.Empty(t, handlers(t, m))
		assert.Equal(t, []string{`a Terminate actors: process "/mgr": panic: broken`}, w.reported())
	})
}

// A swap hands what the first returned to the other's Init; without a first Init is told so.
func TestHandlersAreSwapped(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m := w.start(t)
		for _, id := range []string{"a", "b"} {
			assert.NoError(t, m.Add(t.Context(), id, &dummy{w: w}))
		}
		w.heard()
		assert.NoError(t, m.Swap(t.Context(), "a", "c", &dummy{w: w}))
		assert.Equal(t, []string{"a terminate swapped c", "c init state of a"}, w.heard())
		assert.Equal(t, []string{"c", "b"}, handlers(t, m))
		assert.NoError(t, m.Swap(t.Context(), "none", "d", &dummy{w: w}))
		assert.Equal(t, []string{"d init no such handler"}, w.heard())
		assert.ErrorIs(t, m.Swap(t.Context(), "none", "e", &dummy{w: w, init: errBroken}), errBroken)
		assert.NoError(t, m.Swap(t.Context(), "d", "d", &dummy{w: w}), "to the same id")
		assert.Equal(t, []string{"d", "c", "b"}, handlers(t, m))
		w.heard()
		assert.ErrorIs(t, m.Swap(t.Context(), "c", "b", &dummy{w: w}), eventmgr.ErrIDTaken)
		assert.ErrorIs(t, m.Swap(t.Context(), "c", "x", nil), eventmgr.ErrNilHandler)
		assert.ErrorIs(t, m.Swap(t.Context(), "c", "c", nil), eventmgr.ErrNilHandler)
		assert.Empty(t, w.heard(), "nothing has changed")
		assert.ErrorIs(t, m.Swap(t.Context(), "c", "x", &dummy{w: w, init: errBroken}), errBroken)
		assert.Equal(t, []string{"d", "b"}, handlers(t, m), "both are gone")
	})
}

// A swap keeps the owner, who hears of the one that left and later of the other; a supervised swap makes the swapping process the owner.
func TestASwapKeepsOrChangesTheOwner(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		m, p, q := w.start(t), w.process("p"), w.process("q")
		quiet := eventmgr.Func[act](func(*turn, act) error { return nil })
		in(p, func(c *cx) error {
			assert.NoError(t, eventmgr.AddSupervised(c, m, "a", quiet, w.gone))
			return nil
		})
		assert.NoError(t, m.Swap(t.Context(), "a", "b", quiet))
		assert.Equal(t, []string{"p hears: a swapped b"}, w.heard())
		in(q, func(c *cx) error {
			assert.NoError(t, eventmgr.SwapSupervised(c, m, "b", "c", quiet, w.gone))
			return nil
		})
		assert.Equal(t, []string{"p hears: b swapped c"}, w.heard())
		v, err := actors.Inspect(t.Context(), m.PID())
		assert.NoError(t, err)
		assert.Equal(t, []eventmgr.View{{ID: "c", Owner: q.PID()}}, v)
		assert.ErrorIs(t, m.Swap(t.Context(), "c", "d", &dummy{w: w, init: errBroken}), errBroken)
		assert.Equal(t, []string{
			"d init <nil>", "q hears: c swapped d", `q hears: d crashed eventmgr: swap "d": broken`,
		}, w.heard())
		in(q, func(c *cx) error {
			assert.ErrorIs(t, eventmgr.SwapSupervised(c, m, "none", "e", &dummy{w: w, init: errBroken}, w.gone), errBroken)
			assert.NoError(t, eventmgr.SwapSupervised(c, m, "none", "e", quiet, w.gone))
			assert.NoError(t, eventmgr.SwapSupervised(c, m, "e", "f", quiet, w.gone))
			return nil
		})
		assert.Equal(t, []string{"e init no such handler", "q hears: e swapped f"}, w.heard())
		m.PID().Kill()
		assert.Equal(t, []string{"q hears: f manager ended killed"}, w.heard())
	})
}
