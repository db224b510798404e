// SPDX-License-Identifier: Apache-2.0

package statem_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/actors/statem"
)

// The machine that most tests run is a line that is idle, waits for a confirmation, or is connected. It comes with a callback for each
// state and with one callback for all.

type state string

const (
	idle      state = "idle"
	waiting   state = "waiting for confirmation"
	connected state = "connected"
	timed     state = "timed"
	cancelled state = "timed, cancelled"
	row       state = "row"
)

// message is what a line takes; those with a reply are answered.
type message interface{ message() }

type (
	alive      struct{ reply actors.Reply[string] }
	connect    struct{ reply actors.Reply[string] }
	confirm    struct{ reply actors.Reply[string] }
	ping       struct{ reply actors.Reply[string] } // answered once connected
	talk       struct{ reply actors.Reply[string] } // likewise, but wrong before
	disconnect struct{ reply actors.Reply[string] }
	whereAreWe struct{ reply actors.Reply[state] }
	stop       struct {
		err   error
		reply actors.Reply[string]
	}
	slow struct {
		d     time.Duration
		reply actors.Reply[string]
	}
	after struct {
		d     time.Duration
		reply actors.Reply[string]
	}
	inARow struct{ reply actors.Reply[[]int] }
	raw    struct { // a result that the test makes
		result func(t *turn) result
		reply  actors.Reply[string]
	}
	number int
	note   string
)

func (alive) message()      {}
func (connect) message()    {}
func (confirm) message()    {}
func (ping) message()       {}
func (talk) message()       {}
func (disconnect) message() {}
func (whereAreWe) message() {}
func (stop) message()       {}
func (slow) message()       {}
func (after) message()      {}
func (inARow) message()     {}
func (raw) message()        {}
func (number) message()     {}
func (note) message()       {}

// data is what a line remembers.
type data struct {
	from actors.Reply[string]
	row  actors.Reply[[]int]
	got  []int
}

type (
	turn    = statem.Turn[state, data, message]
	event   = statem.Event[message]
	result  = statem.Result[state, message]
	machine = statem.Machine[state, data, message]
	ref     = actors.Ref[message]
)

// common handles what is the same in all states.
func common(t *turn, ev event) result {
	switch m := ev.Message.(type) {
	case alive:
		return t.Keep().Reply(statem.To(m.reply, "yes"))
	case whereAreWe:
		return t.Keep().Reply(statem.To(m.reply, t.State))
	case stop:
		return t.Stop(m.err).Reply(statem.To(m.reply, "stopped"))
	case raw:
		return m.result(t)
	case slow:
		sleep(t, m.d)
		m.reply.Send("slow")
		return t.Keep()
	}
	return t.Stop(errors.New("unexpected " + ev.String()))
}

// sleep blocks the process, as a callback that works for long does.
func sleep(t *turn, d time.Duration) {
	ctx, cancel := t.WithTimeout(d)
	defer cancel()
	<-ctx.Done()
}

func inIdle(t *turn, ev event) result {
	switch m := ev.Message.(type) {
	case connect:
		m.reply.Send("accept")
		return t.Next(waiting)
	case after:
		t.Data.from = m.reply
		return t.Next(timed).At(statem.EventTimeout, t.Now().Add(m.d), note("first"))
	case inARow:
		t.Data.row = m.reply
		return t.Next(row).NextEvent(number(1)).NextEvent(number(2)).NextEvent(number(3))
	}
	return common(t, ev)
}

func inWaiting(t *turn, ev event) result {
	switch m := ev.Message.(type) {
	case confirm:
		return t.Next(connected).Reply(statem.To(m.reply, "yes"))
	case ping:
		return t.Keep().Postpone()
	}
	return common(t, ev)
}

func inConnected(t *turn, ev event) result {
	switch m := ev.Message.(type) {
	case ping:
		return t.Keep().Reply(statem.To(m.reply, "pong"))
	case talk:
		return t.Keep().Reply(statem.To(m.reply, "ack"))
	case disconnect:
		return t.Next(idle).Reply(statem.To(m.reply, "yes"))
	}
	return common(t, ev)
}

func inTimed(t *turn, ev event) result {
	switch m := ev.Message.(type) {
	case note:
		if m == "first" {
			return t.Keep().After(statem.EventTimeout, 0, note("at once"))
		}
		return t.Next(cancelled).After(statem.EventTimeout, time.Second, note("to be cancelled")).Postpone()
	}
	return common(t, ev)
}

func inCancelled(t *turn, ev event) result {
	switch m := ev.Message.(type) {
	case note:
		if m == "at once" { // postponed, and cancels what was started with it
			t.Data.from.Send("ok")
			return t.Next(idle)
		}
		return t.Stop(errors.New("not cancelled"))
	}
	return common(t, ev)
}

func inRow(t *turn, ev event) result {
	n, ok := ev.Message.(number)
	if !ok {
		return common(t, ev)
	}
	t.Data.got = append(t.Data.got, int(n))
	if len(t.Data.got) < 3 {
		return t.Keep()
	}
	return t.Next(idle).Reply(statem.To(t.Data.row, t.Data.got))
}

// handlers are the callbacks of all states.
var handlers = map[state]statem.Handler[state, data, message]{
	idle: inIdle, waiting: inWaiting, connected: inConnected, timed: inTimed, cancelled: inCancelled, row: inRow,
}

// line makes the machine in one of the two styles.
func line(style string) *machine {
	m := &machine{Init: func(t *turn) result { return t.Next(idle) }}
	if style == "one callback" {
		m.Handle = func(t *turn, ev event) result { return handlers[t.State](t, ev) }
		return m
	}
	m.States = map[state]statem.State[state, data, message]{}
	for s, h := range handlers {
		m.States[s] = statem.State[state, data, message]{Handle: h}
	}
	return m
}

// ever is a machine whose callback for all events is handle.
func ever(handle func(t *turn, ev event) result) *machine {
	return &machine{Init: func(t *turn) result { return t.Next(idle) }, Handle: handle}
}

// bubble runs body in a bubble with a system of its own.
func bubble(t *testing.T, body func(t *testing.T, sys *actors.System)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		body(t, sys)
		if err := sys.Close(t.Context()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

// styles runs body for both styles of machine, each in a bubble.
func styles(t *testing.T, body func(t *testing.T, sys *actors.System, m *machine)) {
	for _, style := range []string{"callback each", "one callback"} {
		t.Run(style, func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) { body(t, sys, line(style)) })
		})
	}
}

// call calls a machine and fails the test on an error.
func call[R any](t *testing.T, r ref, build func(actors.Reply[R]) message) R {
	t.Helper()
	v, err := actors.Call(t.Context(), r, build)
	if err != nil {
		t.Fatalf("call: %v", err)
	}
	return v
}

// try is call for one that may fail.
func try(t *testing.T, r ref, build func(actors.Reply[string]) message) (string, error) {
	t.Helper()
	return actors.Call(t.Context(), r, build)
}

// why waits for the end of a machine.
func why(t *testing.T, r ref) exit.Reason {
	t.Helper()
	reason, err := r.PID().Await(t.Context())
	if err != nil {
		t.Fatalf("await: %v", err)
	}
	return reason
}

// where returns the state of a machine.
func where(t *testing.T, r ref) state {
	t.Helper()
	return call(t, r, func(r actors.Reply[state]) message { return whereAreWe{r} })
}

// works does with a line all that it can do.
func works(t *testing.T, r ref) {
	t.Helper()
	expect := func(want string, build func(actors.Reply[string]) message) {
		t.Helper()
		if got := call(t, r, build); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	in := func(want state) {
		t.Helper()
		if got := where(t, r); got != want {
			t.Errorf("in %q, want %q", got, want)
		}
	}
	isAlive := func(r actors.Reply[string]) message { return alive{r} }
	expect("yes", isAlive)
	in(idle)
	expect("accept", func(r actors.Reply[string]) message { return connect{r} })
	in(waiting)
	pong := make(chan string, 1)
	go func() { // ends with its answer
		s, _ := try(t, r, func(r actors.Reply[string]) message { return ping{r} })
		pong <- s
	}()
	synctest.Wait()
	expect("yes", func(r actors.Reply[string]) message { return confirm{r} })
	if got := <-pong; got != "pong" {
		t.Errorf("a postponed ping was answered with %q", got)
	}
	in(connected)
	for range 3 {
		expect("ack", func(r actors.Reply[string]) message { return talk{r} })
	}
	r.Tell(disconnect{})
	in(idle)
	begin := time.Now()
	expect("ok", func(r actors.Reply[string]) message { return after{200 * time.Millisecond, r} })
	if took := time.Since(begin); took != 200*time.Millisecond {
		t.Errorf("the timeout took %s", took)
	}
	time.Sleep(time.Minute)
	in(idle)
	expect("yes", isAlive)
}
