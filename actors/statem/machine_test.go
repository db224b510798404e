// SPDX-License-Identifier: Apache-2.0

package statem_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
	"mabeam.dev/actors/statem"
)

// The zero machine but for its callback begins in the zero state with zero data.
func TestTheZeroMachineBeginsInTheZeroState(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		m := &machine{Handle: func(t *turn, ev event) result { return common(t, ev) }}
		r := actors.MustSpawn(sys, "", m.Behavior)
		assert.Equal(t, state(""), where(t, r))
		assert.Equal(t, statem.View[state]{}, view(t, r))
	})
}

// An event of a state that has no callback is a crash.
func TestAStateNeedsACallback(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		m := &machine{States: map[state]statem.State[state, data, message]{"": {Handle: func(t *turn, _ event) result {
			return t.Next(idle).After(statem.StateTimeout, 0, note(""))
		}}}}
		r := actors.MustSpawn(sys, "", m.Behavior)
		r.Tell(note(""))
		crash := why(t, r).CrashError()
		assert.ErrorIs(t, crash, statem.ErrNoCallback)
		var wrong *statem.TransitionError
		assert.ErrorAs(t, crash, &wrong)
		assert.Equal(t, `statem: state "idle": "state timeout" statem_test.note: no callback for the state`, wrong.Error())
	})
}

// Become, Push and Pop change the callbacks from the next call on, Enter of the same transition included; what waits stays.
func TestAMachineCanBecomeAnother(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		var log []string
		var machines []*machine
		for _, name := range []string{"first", "second", "third"} {
			m := ever(nil)
			m.Handle = func(t *turn, ev event) result {
				if r, ok := ev.Message.(raw); ok {
					return r.result(t)
				}
				log = append(log, fmt.Sprint(name, " ", ev.Message))
				return t.Keep()
			}
			if name != "second" {
				m.Enter = func(t *turn, _ state) result { log = append(log, name+" enters "+string(t.State)); return t.Keep() }
			}
			machines = append(machines, m)
		}
		r := actors.MustSpawn(sys, "", machines[0].Behavior)
		do(r, func(t *turn) result { return t.Keep().Postpone() })
		do(r, func(t *turn) result { t.Push(machines[1]); return t.Next("a").NextEvent(note("1")) })
		do(r, func(t *turn) result { t.Become(machines[2]); return t.Next("b").NextEvent(note("2")) })
		do(r, func(t *turn) result { t.Pop(); return t.Next("c").NextEvent(note("3")) })
		assert.Equal(t, []string{"first enters idle", "second 1", "third enters b", "third 2", "first enters c", "first 3"}, log)
		do(r, func(t *turn) result { t.Pop(); return t.Keep() })
		assert.ErrorIs(t, why(t, r).CrashError(), statem.ErrNoMachine)
	})
}

// Enter can do less than other callbacks: each of its mistakes is a crash that names it.
func TestEnterCannotDoEverything(t *testing.T) {
	cases := map[error]func(t *turn) result{
		statem.ErrEnterResult:  func(t *turn) result { return t.Next(connected) },
		statem.ErrEnterAction:  func(t *turn) result { return t.Keep().Postpone() },
		statem.ErrEnterMachine: func(t *turn) result { t.Pop(); return t.Keep() },
		statem.ErrNoResult:     func(*turn) result { return result{} },
		statem.ErrBadTimeout:   func(t *turn) result { return t.Keep().After("x", -1, note("")) },
		statem.ErrStopAction:   func(t *turn) result { return t.Stop(nil).Postpone() },
	}
	for is, enters := range cases {
		t.Run(is.Error(), func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				m := line("callback each")
				in := m.States[waiting]
				in.Enter = func(t *turn, old state) result { return enters(t) }
				m.States[waiting] = in
				r := actors.MustSpawn(sys, "", m.Behavior)
				assert.Equal(t, "accept", call(t, r, func(r actors.Reply[string]) message { return connect{r} }))
				crash := why(t, r).CrashError()
				assert.ErrorIs(t, crash, is)
				assert.True(t, strings.HasPrefix(crash.Cause.Error(), `statem: state "waiting for confirmation": Enter: `), crash.Cause)
			})
		})
	}
}

// A mistake in what Init asks for is a crash after the start, as the first state is entered then.
func TestAMistakeOfInitIsACrash(t *testing.T) {
	for name, first := range map[string]result{"no result": {}, "bad timeout": result{}.Cancel("")} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				m := ever(common)
				m.Init = func(t *turn) result { return first }
				r, err := actors.Spawn(sys, "", m.Behavior)
				assert.NoError(t, err)
				var wrong *statem.TransitionError
				assert.ErrorAs(t, why(t, r).CrashError(), &wrong)
				assert.Equal(t, "Init", wrong.Event)
			})
		})
	}
}

// Terminate sees the last state and data and the reason, once; its panic or error replaces the reason. Without one the machine ends all the
// same.
func TestTerminateSeesTheEnd(t *testing.T) {
	broken := errors.New("broken")
	cases := map[string]struct {
		ends func(t *turn, why actors.Reason) error
		want string
	}{
		"nil":   {nil, "normal"},
		"fine":  {func(*turn, actors.Reason) error { return nil }, "normal"},
		"error": {func(*turn, actors.Reason) error { return broken }, "broken"},
		"panic": {func(*turn, actors.Reason) error { panic(broken) }, "broken"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				m := line("one callback")
				var saw []string
				if c.ends != nil {
					m.Terminate = func(t *turn, why actors.Reason) error {
						saw = append(saw, fmt.Sprint(t.State, " ", t.Data.got, " ", why))
						return c.ends(t, why)
					}
				}
				r := actors.MustSpawn(sys, "", m.Behavior)
				call(t, r, func(r actors.Reply[[]int]) message { return inARow{r} })
				call(t, r, func(r actors.Reply[string]) message { return connect{r} })
				stopped := call(t, r, func(r actors.Reply[string]) message { return stop{nil, r} })
				assert.Equal(t, "stopped", stopped)
				assert.Contains(t, why(t, r).String(), c.want)
				if c.ends != nil {
					assert.Equal(t, []string{"waiting for confirmation [1 2 3] normal"}, saw)
				}
			})
		})
	}
}

// A look inside shows the state, what Show makes of the data, what runs and what waits.
func TestALookInsideShowsTheMachine(t *testing.T) {
	styles(t, func(t *testing.T, sys *actors.System, m *machine) {
		m.Show = func(s state, d *data) any { return fmt.Sprint(s, len(d.got)) }
		r := actors.MustSpawn(sys, "line", m.Behavior)
		assert.Equal(t, statem.View[state]{State: idle, Data: "idle0"}, view(t, r))
		call(t, r, func(r actors.Reply[string]) message { return connect{r} })
		r.Tell(ping{})
		r.Tell(raw{result: func(t *turn) result { return t.Keep().After("x", time.Hour, note("")) }})
		synctest.Wait()
		assert.Equal(t, statem.View[state]{
			State: waiting, Data: "waiting for confirmation0", Timeouts: []statem.Timeout{"x"}, Postponed: 1,
		}, view(t, actors.Named[message](sys, "line")))
	})
}

// Messages that are postponed count against the mailbox's bound, and none is lost in silence when the machine ends.
func TestPostponedMessagesStayInTheMailbox(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		r := actors.MustSpawn(sys, "", ever(func(t *turn, ev event) result { return t.Keep().Postpone() }).Behavior, actors.MailboxSize(2))
		failed := make(chan error, 1)
		go func() { // ends with the machine
			_, err := try(t, r, func(r actors.Reply[string]) message { return ping{r} })
			failed <- err
		}()
		r.Tell(note(""))
		synctest.Wait()
		assert.ErrorIs(t, r.TryTell(note("")), actors.ErrMailboxFull)
		r.PID().Stop()
		var ended *actors.CallError
		assert.ErrorAs(t, <-failed, &ended)
		assert.EqualValues(t, 1, sys.Totals().DeadLetters, "the call fails, the message is a dead letter")
	})
}

// Each event has a turn of its own: a stop and a look inside come between inserted events, which never end here.
func TestAStopComesBetweenInsertedEvents(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		started := make(chan bool)
		r := actors.MustSpawn(sys, "", ever(func(t *turn, ev event) result {
			if ev.Message == note("go") {
				close(started)
			}
			return t.Keep().NextEvent(note("again"))
		}).Behavior)
		r.Tell(note("go"))
		<-started
		assert.Equal(t, idle, view(t, r).State)
		r.PID().Stop()
		assert.Equal(t, "shutdown", why(t, r).String())
	})
}

// A machine asks others without blocking; each outcome is an event, in the order in which they come.
func TestAMachineAsksSeveralOthers(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		var lines []ref
		for range 4 {
			lines = append(lines, actors.MustSpawn(sys, "", line("callback each").Behavior))
		}
		lines[3].PID().Kill()
		var log []string
		asker := actors.MustSpawn(sys, "", ever(func(t *turn, ev event) result {
			if m, ok := ev.Message.(note); ok {
				log = append(log, string(m))
				return t.Keep()
			}
			for i, d := range []time.Duration{400, 1, 2000, 1} {
				actors.Request(t.Context, lines[i], time.Second, func(r actors.Reply[string]) message {
					return slow{d * time.Millisecond, r}
				}, func(_ string, err error) message {
					return note(fmt.Sprint(i, " ", errors.Is(err, actors.ErrNoProc), " ", errors.Is(err, actors.ErrTimeout)))
				})
			}
			return t.Keep()
		}).Behavior)
		asker.Tell(confirm{})
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Equal(t, []string{"3 true false", "1 false false", "0 false false", "2 false true"}, log)
	})
}

// A result that is used twice is two results: adding an action to one does not change the other.
func TestResultsAreValues(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		var log []string
		r := actors.MustSpawn(sys, "", noted(&log).Behavior)
		do(r, func(t *turn) result {
			base := t.Keep().NextEvent(note("base"))
			_ = base.NextEvent(note("other"))
			return base.NextEvent(note("mine"))
		})
		assert.Equal(t, []string{"idle  base 0s", "idle  mine 0s"}, log)
	})
}

// Events and their kinds are shown in words.
func TestEventsAreShownInWords(t *testing.T) {
	assert.Equal(t, "internal statem_test.number", event{Kind: statem.Internal, Message: number(1)}.String())
	assert.Equal(t, `"x" statem_test.note`, event{Kind: statem.TimedOut, Timeout: "x", Message: note("")}.String())
	assert.Equal(t, []string{"message", "internal", "timeout", "kind 9"},
		[]string{statem.Message.String(), statem.Internal.String(), statem.TimedOut.String(), statem.Kind(9).String()})
}
