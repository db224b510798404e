// SPDX-License-Identifier: Apache-2.0

package statem_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/actors/statem"
)

// stopIt stops a line by a message, with an answer, and checks that nobody is there any more.
func stopIt(t *testing.T, r ref, with error) exit.Reason {
	t.Helper()
	assert.Equal(t, "stopped", call(t, r, func(r actors.Reply[string]) message { return stop{with, r} }))
	reason := why(t, r)
	_, err := try(t, r, func(r actors.Reply[string]) message { return alive{r} })
	assert.ErrorIs(t, err, actors.ErrNoProc)
	return reason
}

// A machine does what it is made for, with a callback for each state and with one for all, and stops by itself.
func TestAMachineWorks(t *testing.T) {
	styles(t, func(t *testing.T, sys *actors.System, m *machine) {
		r, err := actors.Spawn(sys, "", m.Behavior)
		assert.NoError(t, err)
		works(t, r)
		assert.Equal(t, "normal", stopIt(t, r, nil).String())
		r = actors.MustSpawn(sys, "", m.Behavior) // the machine serves any number of processes
		works(t, r)
		assert.Equal(t, "shutdown", stopIt(t, r, actors.StopShutdown).String())
	})
}

// starter is a process that starts machines with a link and notes the exits that it sees.
func starter(sys *actors.System, exits chan actors.Exit) actors.Ref[task] {
	return actors.MustSpawn(sys, "starter", func() actors.Behavior[task] { return &linker{exits} })
}

// task is a message that says itself what its receiver is to do.
type task struct{ do func(c *actors.Context[task]) }

type ctx = actors.Context[task]

type linker struct{ exits chan actors.Exit }

func (l *linker) Init(c *ctx) error {
	c.TrapExit(func(e actors.Exit) task { return task{func(*ctx) { l.exits <- e }} })
	return nil
}

func (l *linker) Receive(c *ctx, m task) error { m.do(c); return nil }

// linked starts a machine with a link to a process that notes its exit.
func linked(t *testing.T, sys *actors.System, m *machine) (ref, chan actors.Exit) {
	t.Helper()
	exits := make(chan actors.Exit, 1)
	s := starter(sys, exits)
	var r ref
	s.Tell(task{func(c *ctx) {
		var err error
		r, err = actors.SpawnLink(c, "", m.Behavior)
		assert.NoError(t, err)
	}})
	synctest.Wait()
	return r, exits
}

// A machine that was started with a link works, and its end is seen with the reason that it gave.
func TestALinkedMachineEndsWithItsReason(t *testing.T) {
	styles(t, func(t *testing.T, sys *actors.System, m *machine) {
		r, exits := linked(t, sys, m)
		works(t, r)
		stopIt(t, r, actors.StopWith("reason"))
		e := <-exits
		term, _ := e.Reason.Term()
		assert.Equal(t, []any{r.PID(), "reason"}, []any{e.From, term})
	})
}

// A start that takes too long, chooses not to be, or fails leaves nothing behind, however often it is tried.
func TestAStartThatFailsLeavesNothing(t *testing.T) {
	broken := errors.New("bail out")
	cases := map[string]struct {
		init func(t *turn) result
		is   error
	}{
		"ignore":    {func(t *turn) result { return t.Stop(actors.Ignore) }, actors.ErrIgnore},
		"error":     {func(t *turn) result { return t.Stop(broken) }, broken},
		"panic":     {func(*turn) result { panic(broken) }, broken},
		"time":      {func(t *turn) result { sleep(t, time.Hour); return t.Next(idle) }, actors.ErrStartTimeout},
		"a mistake": {func(t *turn) result { t.Pop(); return t.Next(idle) }, statem.ErrNoMachine},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				m := line("one callback")
				m.Init = c.init
				exits := make(chan actors.Exit, 10)
				s := starter(sys, exits)
				for range 5 {
					_, err := actors.Spawn(sys, "name", m.Behavior, actors.StartTimeout(200*time.Millisecond))
					assert.ErrorIs(t, err, c.is)
					s.Tell(task{func(x *ctx) {
						_, err := actors.SpawnLink(x, "name", m.Behavior, actors.StartTimeout(200*time.Millisecond))
						assert.ErrorIs(t, err, c.is)
					}})
					time.Sleep(time.Second)
				}
				assert.Equal(t, 1, sys.Len(), "only the starter is left")
				assert.True(t, sys.WhereIs("name").IsZero())
			})
		})
	}
}

// A name belongs to one machine at a time, reaches it, and is free when it has ended.
func TestAMachineHasItsNameForItself(t *testing.T) {
	styles(t, func(t *testing.T, sys *actors.System, m *machine) {
		r := actors.MustSpawn(sys, "line", m.Behavior)
		var taken *actors.NameTakenError
		_, err := actors.Spawn(sys, "line", m.Behavior)
		assert.ErrorAs(t, err, &taken)
		assert.Equal(t, r.PID(), taken.Holder)
		named := actors.Named[message](sys, "line")
		works(t, r)
		works(t, named)
		stopIt(t, named, nil)
		again := actors.MustSpawn(sys, "line", m.Behavior)
		works(t, named)
		stopIt(t, again, nil)
	})
}

// Inserted events are handled in their order, before anything that was sent.
func TestInsertedEventsComeInOrder(t *testing.T) {
	styles(t, func(t *testing.T, sys *actors.System, m *machine) {
		r := actors.MustSpawn(sys, "", m.Behavior)
		assert.Equal(t, []int{1, 2, 3}, call(t, r, func(r actors.Reply[[]int]) message { return inARow{r} }))
		assert.Equal(t, idle, where(t, r))
	})
}

// A machine is stopped from outside with the reason that is given, by process or by name; a second stop finds nobody.
func TestAMachineIsStoppedFromOutside(t *testing.T) {
	styles(t, func(t *testing.T, sys *actors.System, m *machine) {
		r := actors.MustSpawn(sys, "", m.Behavior)
		r.PID().Stop()
		assert.Equal(t, "shutdown", why(t, r).String())
		assert.False(t, r.PID().Alive())
		r.PID().Stop()
		r = actors.MustSpawn(sys, "", m.Behavior)
		r.PID().Exit(exit.ShutdownWith("other"))
		assert.Equal(t, "shutdown: other", why(t, r).String())
		actors.MustSpawn(sys, "line", m.Behavior)
		named := actors.Named[message](sys, "line")
		pid := named.PID()
		pid.Stop()
		reason, err := pid.Await(t.Context())
		assert.NoError(t, err)
		assert.Equal(t, "shutdown", reason.String())
		assert.True(t, named.PID().IsZero())
	})
}

// A call that takes too long ends with a time-out, and its late answer reaches nobody.
func TestALateAnswerReachesNobody(t *testing.T) {
	styles(t, func(t *testing.T, sys *actors.System, m *machine) {
		r := actors.MustSpawn(sys, "", m.Behavior)
		within := func(limit, d time.Duration) (string, error) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			return actors.Call(ctx, r, func(r actors.Reply[string]) message { return slow{d, r} })
		}
		got, err := within(2*time.Second, time.Second)
		assert.Equal(t, []any{"slow", nil}, []any{got, err})
		_, err = within(time.Second, 2*time.Second)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, "yes", call(t, r, func(r actors.Reply[string]) message { return alive{r} }), "a later call has its own answer")
		assert.EqualValues(t, 1, sys.Totals().LateReplies)
	})
}

// A mistake of a callback is a crash that says what it was, where; its caller and those linked to the machine see it.
func TestAMistakeIsACrash(t *testing.T) {
	none := func(*turn) result { return result{} }
	cases := map[string]struct {
		is     error
		result func(t *turn) result
	}{
		"no result":              {statem.ErrNoResult, none},
		"no answer":              {statem.ErrBadAnswer, func(t *turn) result { return t.Keep().Reply(statem.Answer{}) }},
		"no answer to a stop":    {statem.ErrBadAnswer, func(t *turn) result { return t.Stop(nil).Reply(statem.Answer{}) }},
		"more than an answer":    {statem.ErrStopAction, func(t *turn) result { return t.Stop(nil).Cancel(statem.StateTimeout) }},
		"negative time":          {statem.ErrBadTimeout, func(t *turn) result { return t.Keep().After("x", -1, note("")) }},
		"no name":                {statem.ErrBadTimeout, func(t *turn) result { return t.Keep().Cancel("") }},
		"no content":             {statem.ErrBadTimeout, func(t *turn) result { return t.Keep().After("x", time.Second, nil) }},
		"no kind":                {statem.ErrBadEvent, func(t *turn) result { return t.Keep().NextEventAs(event{Kind: 7}) }},
		"a timeout without name": {statem.ErrBadEvent, func(t *turn) result { return t.Keep().NextEventAs(event{Kind: statem.TimedOut}) }},
		"a name without timeout": {statem.ErrBadEvent, func(t *turn) result { return t.Keep().NextEventAs(event{Timeout: "x"}) }},
		"no machine":             {statem.ErrNoMachine, func(t *turn) result { t.Become(nil); t.Pop(); return t.Keep() }},
		"no machine to push":     {statem.ErrNoMachine, func(t *turn) result { t.Push(nil); return t.Keep() }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			styles(t, func(t *testing.T, sys *actors.System, m *machine) {
				r, exits := linked(t, sys, m)
				_, err := try(t, r, func(r actors.Reply[string]) message { return raw{c.result, r} })
				var ended *actors.CallError
				assert.ErrorAs(t, err, &ended)
				assert.ErrorIs(t, err, c.is)
				var wrong *statem.TransitionError
				assert.ErrorAs(t, err, &wrong)
				assert.Equal(t, statem.TransitionError{State: idle, Event: "message statem_test.raw", Err: c.is}, *wrong)
				assert.Contains(t, err.Error(), `statem: state "idle": message statem_test.raw: `+c.is.Error())
				assert.ErrorIs(t, (<-exits).Reason.CrashError(), c.is)
			})
		})
	}
}

// Stopping with replies answers those who wait, whoever they are, before the end.
func TestStopAnswersThoseWhoWait(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		m := ever(func(t *turn, ev event) result {
			switch m := ev.Message.(type) {
			case ping:
				t.Data.from = m.reply
				return t.Keep()
			case stop:
				return t.Stop(m.err).Reply(statem.To(t.Data.from, "first")).Reply(statem.Failing(m.reply, errors.New("second")))
			}
			return result{}
		})
		r, exits := linked(t, sys, m)
		first := make(chan string, 1)
		go func() { // ends with its answer
			s, err := try(t, r, func(r actors.Reply[string]) message { return ping{r} })
			assert.NoError(t, err)
			first <- s
		}()
		synctest.Wait()
		broken := errors.New("reason")
		_, err := try(t, r, func(r actors.Reply[string]) message { return stop{broken, r} })
		assert.EqualError(t, err, "second")
		assert.Equal(t, "first", <-first)
		assert.ErrorIs(t, (<-exits).Reason.CrashError(), broken)
		_, err = try(t, r, func(r actors.Reply[string]) message { return alive{r} })
		assert.ErrorIs(t, err, actors.ErrNoProc)
	})
}
