// SPDX-License-Identifier: Apache-2.0

package testkit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/testkit"
)

// note is what the tests' probes get.
type note struct {
	text  string
	reply actors.Reply[int]
}

var errBroken = errors.New("broken")

func says(text string) func(note) bool { return func(n note) bool { return n.text == text } }

func TestAnExpectationTakesTheFirstMessageThatFitsAndLeavesTheOthers(t *testing.T) {
	worlds(t, func(t testkit.T) {
		p := testkit.NewProbe[string](t, testkit.System(t, actors.Options{}), "p")
		for _, m := range []string{"a", "b", "a", "c"} {
			p.Ref().Tell(m)
		}
		assert.Equal(t, "b", p.ExpectEqual(0, "b"))
		assert.Equal(t, "a", p.Expect(0, nil))
		p.ExpectNone(0, func(m string) bool { return m == "b" })
		assert.Equal(t, "a", p.Expect(0, nil))
		assert.Equal(t, "c", testkit.ExpectType[string](p, 0))
		p.ExpectNone(0, nil)
		assert.Equal(t, []string{"a", "b", "a", "c"}, p.Messages())
	})
}

// A limit is inclusive: what comes at its very end is there in time.
func TestAnExpectationWaitsOnTheVirtualClock(t *testing.T) {
	worlds(t, func(t testkit.T) {
		sys := testkit.System(t, actors.Options{})
		p := testkit.NewProbe[string](t, sys, "p")
		born := sys.Now()
		actors.SendAfter(sys, p.Ref(), time.Hour, "noise")
		actors.SendAfter(sys, p.Ref(), 2*time.Hour, "late")
		p.ExpectNone(2*time.Hour-1, func(m string) bool { return m == "late" })
		p.ExpectEqual(1, "late")
		assert.Equal(t, 2*time.Hour, sys.Now().Sub(born))
		p.ExpectEqual(time.Minute, "noise")
		assert.Equal(t, 2*time.Hour, sys.Now().Sub(born), "what is there already costs no time")
	})
}

func TestAnExpectationThatIsNotMetSaysWhatCameInstead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failing{TB: t}
		p := testkit.NewProbe[note](f, testkit.System(t, actors.Options{}), "p")
		p.Ref().Tell(note{text: "other"})
		for name, text := range map[string]string{
			"nothing that fits came within 1s": f.during(func() { p.Expect(time.Second, says("x")) }),
			"no testkit_test.note{text:x reply:{slot:<nil> gen:0}} came within 1s": f.during(func() {
				p.ExpectEqual(time.Second, note{text: "x"})
			}),
			"no int came within 1s": f.during(func() { testkit.ExpectType[int](p, time.Second) }),
		} {
			assert.Contains(t, text, `testkit: probe "/p#1": `+name+"; not taken by any expectation: 1\n  testkit_test.note{text:other ")
			assert.Contains(t, text, "/p#1 (probe) running, mailbox 0")
		}
		text := f.during(func() { p.ExpectNone(time.Second, says("other")) })
		assert.Contains(t, text, "testkit_test.note{text:other reply:{slot:<nil> gen:0}} came, and nothing of the kind was expected within 1s")
	})
}

func TestAProbeAnswersCallsAsTheTestSays(t *testing.T) {
	worlds(t, func(t testkit.T) {
		p := testkit.NewProbe[note](t, testkit.System(t, actors.Options{}), "p")
		ask := func() (int, error) {
			return actors.Call(context.Background(), p.Ref(), func(r actors.Reply[int]) note { return note{"ask", r} })
		}
		p.Answer(func(_ *actors.Context[note], n note) error {
			n.reply.Send(7)
			return nil
		})
		v, err := ask()
		require.NoError(t, err)
		assert.Equal(t, 7, v)
		p.Answer(func(*actors.Context[note], note) error { return errBroken })
		_, err = ask()
		require.ErrorIs(t, err, errBroken)
		why := testkit.ExpectExit(t, p.PID(), 0, exit.Crash)
		assert.ErrorIs(t, why.CrashError(), errBroken)
		assert.Len(t, p.Messages(), 2)
	})
}

func TestTheEndOfAProcessReachesAProbeBehindItsMessages(t *testing.T) {
	worlds(t, func(t testkit.T) {
		sys := testkit.System(t, actors.Options{})
		p := testkit.NewProbe[string](t, sys, "p")
		worker := actors.MustSpawn(sys, "worker", actors.Stateless(func(ctx *actors.Context[int], n int) error {
			for i := range n {
				p.Ref().From(ctx).Tell(fmt.Sprint(i))
			}
			return actors.Stop
		}))
		p.Monitor(worker.PID(), func(d actors.Down) string { return "down " + d.Reason.String() })
		worker.Tell(3)
		p.ExpectEqual(0, "down normal")
		assert.Equal(t, []string{"0", "1", "2", "down normal"}, p.Messages())
	})
}

func TestAProbeThatTrapsExitsLivesOn(t *testing.T) {
	worlds(t, func(t testkit.T) {
		sys := testkit.System(t, actors.Options{})
		p := testkit.NewProbe[string](t, sys, "p")
		other := testkit.NewProbe[string](t, sys, "other")
		p.TrapExit(other.PID(), func(e actors.Exit) string { return "exit " + e.Reason.String() })
		other.PID().Kill()
		p.ExpectEqual(0, "exit killed")
		testkit.ExpectAlive(t, p.PID(), time.Second)
	})
}

func TestTheEndOfAProcessIsExpectedWithinATime(t *testing.T) {
	worlds(t, func(t testkit.T) {
		sys := testkit.System(t, actors.Options{})
		ends := func(name string, after time.Duration) actors.PID {
			return actors.MustSpawn(sys, name, func() actors.Behavior[note] { return ending{after} }).PID()
		}
		first, second := ends("first", time.Hour), ends("second", 2*time.Hour)
		assert.Equal(t, exit.Normal, testkit.ExpectDown(t, first, time.Hour).Kind())
		testkit.ExpectAlive(t, second, time.Hour-1)
		testkit.ExpectExit(t, second, 1, exit.Normal)
		testkit.ExpectDown(t, actors.PID{}, 0) // nobody has ended
	})
}

// ending is a behaviour that ends in order after a time.
type ending struct{ after time.Duration }

func (e ending) Init(ctx *actors.Context[note]) error {
	ctx.After(e.after, note{})
	return nil
}

func (ending) Receive(*actors.Context[note], note) error { return actors.Stop }

func TestAnEndThatDoesNotComeOrIsAnotherFailsTheTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failing{TB: t}
		p := testkit.NewProbe[note](f, testkit.System(t, actors.Options{}), "p")
		assert.Contains(t, f.during(func() { testkit.ExpectDown(f, p.PID(), time.Hour) }), `testkit: process "/p#1": alive after 1h0m0s`)
		p.PID().Kill()
		assert.Contains(t, f.during(func() { testkit.ExpectExit(f, p.PID(), 0, exit.Normal) }), `process "/p#1": ended with killed, not with normal`)
		assert.Contains(t, f.during(func() { testkit.ExpectAlive(f, p.PID(), 0) }), `process "/p#1": ended with killed`)
		assert.Contains(t, f.during(func() { p.Do(func(*actors.Context[note]) {}) }), `testkit: probe "/p#1": `)
		assert.Contains(t, f.during(func() {
			sys := testkit.System(t, actors.Options{})
			testkit.NewProbe[note](f, sys, "q")
			testkit.NewProbe[note](f, sys, "q")
		}), `testkit: start probe "q": `)
	})
}
