// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
)

// naiveCall is one call of the model.
type naiveCall struct {
	server   int           // which incarnation of the server it went to
	deadline time.Duration // on the model's clock; 0: none
	open     bool
	request  bool   // it blocks nobody
	outcome  string // of a call that is not open
	// done is closed when the caller knows. The end of a context reaches a goroutine that is blocked in a call by itself: WaitQuiet does not
	// know that it is about to go on.
	done chan struct{}
}

// callsRun is a server, those that call it, and the model of all calls there ever were.
type callsRun struct {
	*cast
	clock   *driven
	server  *member
	client  ref // makes the requests
	callers map[int]ref
	kept    map[int]actors.Reply[int] // guarded by the cast's lock, as are the outcomes
	got     map[int][]string

	now     time.Duration
	calls   []*naiveCall
	servers int
	dropped int64 // answers that reach nobody
}

func newCallsRun(t *rapid.T) *callsRun {
	r := &callsRun{clock: newDriven(), callers: map[int]ref{}, kept: map[int]actors.Reply[int]{}, got: map[int][]string{}}
	r.cast = &cast{sys: actors.New(actors.Options{TrackIdle: true, Clock: r.clock, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})}
	r.client = actors.MustSpawn(r.sys, "client", plain())
	r.serve(t)
	return r
}

// serve starts the next incarnation of the server.
func (r *callsRun) serve(t *rapid.T) {
	if err := r.spawn(r.sys, false, false); err != nil {
		t.Fatal(err)
	}
	r.server = r.all[len(r.all)-1]
	r.servers++
}

// begin notes a call in the model and returns its number and what it asks: to keep the address of its answer.
func (r *callsRun) begin(d time.Duration, request bool) (int, func(actors.Reply[int]) do) {
	id := len(r.calls)
	c := &naiveCall{server: r.servers, open: true, request: request, done: make(chan struct{})}
	if d > 0 {
		c.deadline = r.now + d
	}
	r.cast.mu.Lock()
	r.calls = append(r.calls, c)
	r.cast.mu.Unlock()
	return id, func(reply actors.Reply[int]) do {
		r.cast.mu.Lock() // also for a call that is never handled: its address may be passed on
		defer r.cast.mu.Unlock()
		r.kept[id] = reply
		return func(*cx) error { return nil }
	}
}

// ended notes the outcome of a call.
func (r *callsRun) ended(id, v int, err error) {
	text := fmt.Sprintf("answer %d", v)
	var ended *actors.CallError
	var stopped *exit.Error
	switch {
	case errors.As(err, &ended):
		text = symbol(ended.Reason)
	case errors.Is(err, actors.ErrTimeout):
		text = "timed out"
	case errors.Is(err, actors.ErrFenced):
		text = "fenced"
	case errors.As(err, &stopped):
		text = "stopped"
	case err != nil:
		text = err.Error()
	}
	r.cast.mu.Lock()
	defer r.cast.mu.Unlock()
	if r.got[id] = append(r.got[id], text); len(r.got[id]) == 1 {
		close(r.calls[id].done)
	}
}

// over ends a call in the model; false when it was over before.
func (r *callsRun) over(id int, outcome string) bool {
	c := r.calls[id]
	if !c.open {
		return false
	}
	c.open, c.outcome = false, outcome
	return true
}

const standardTimeout = 5 * time.Second

// Whatever happens to callers, server and clock, and however often and late somebody answers: every call has exactly one outcome, the
// first thing that ends it, and what comes after that is dropped and counted, although slots are used again.
func TestCallsFollowTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newCallsRun(t)
		defer r.close(t)
		t.Repeat(map[string]func(*rapid.T){
			"call": r.blocks, "call again": r.blocks, "request": r.requests, "request again": r.requests, "answer": r.answers,
			"answer again": r.answers, "answer once more": r.answers, "advance": r.advances, "caller goes": r.callerGoes,
			"server goes": r.serverGoes, "hold": r.holds, "release": r.releases,
			"": func(t *rapid.T) {
				r.await(t)
				r.quiet(t)
				r.compare(t)
			},
		})
	})
}

func (r *callsRun) blocks(t *rapid.T) {
	caller := actors.MustSpawn(r.sys, "", plain())
	how := rapid.SampledFrom([]string{"standard", "limited", "for ever"}).Draw(t, "how")
	d := map[string]time.Duration{"standard": standardTimeout, "limited": time.Duration(rapid.IntRange(1, 9).Draw(t, "seconds")) * time.Second}[how]
	id, build := r.begin(d, false)
	r.callers[id] = caller
	server := r.server.ref
	caller.Tell(func(c *cx) error {
		var v int
		var err error
		switch how {
		case "standard":
			v, err = actors.Call(c, server, build)
		case "limited":
			ctx, cancel := c.WithTimeout(d)
			defer cancel()
			v, err = actors.Call(ctx, server, build)
		case "for ever":
			v, err = actors.CallForever(c, server, build)
		}
		r.ended(id, v, err)
		return nil
	})
}

func (r *callsRun) requests(t *rapid.T) {
	d := time.Duration(rapid.IntRange(-1, 9).Draw(t, "seconds")) * time.Second
	naive := d
	if d == 0 {
		naive = standardTimeout
	}
	id, build := r.begin(naive, true)
	server := r.server.ref
	r.client.Tell(func(c *cx) error {
		actors.Request(c, server, d, build, func(v int, err error) do {
			return func(*cx) error { r.ended(id, v, err); return nil }
		})
		return nil
	})
}

func (r *callsRun) answers(t *rapid.T) {
	if len(r.calls) == 0 {
		t.Skip("nobody called")
	}
	id := rapid.IntRange(max(0, len(r.calls)-12), len(r.calls)-1).Draw(t, "call")
	r.cast.mu.Lock()
	reply := r.kept[id]
	r.cast.mu.Unlock()
	fails := rapid.IntRange(0, 3).Draw(t, "fails") == 0
	outcome := fmt.Sprintf("answer %d", id)
	if fails {
		outcome = errBroken.Error()
	}
	if !r.over(id, outcome) {
		r.dropped++
	}
	if fails {
		reply.Fail(errBroken)
	} else {
		reply.Send(id)
	}
}

func (r *callsRun) advances(t *rapid.T) {
	d := time.Duration(rapid.IntRange(1, 4).Draw(t, "seconds")) * time.Second
	r.now += d
	for id, c := range r.calls {
		if c.open && c.deadline > 0 && c.deadline <= r.now {
			r.over(id, "timed out")
		}
	}
	r.clock.advance(d, func() { r.quiet(t) })
}

func (r *callsRun) callerGoes(t *rapid.T) {
	var blocked []int
	for id, c := range r.calls {
		if c.open && !c.request {
			blocked = append(blocked, id)
		}
	}
	if len(blocked) == 0 {
		t.Skip("nobody waits")
	}
	id := rapid.SampledFrom(blocked).Draw(t, "call")
	if rapid.Bool().Draw(t, "killed") {
		r.over(id, "fenced")
		r.callers[id].PID().Kill()
	} else {
		r.over(id, "stopped")
		r.callers[id].PID().Stop()
	}
}

func (r *callsRun) serverGoes(t *rapid.T) {
	if rapid.IntRange(0, 2).Draw(t, "really") > 0 {
		t.Skip("not yet")
	}
	old, why := r.server, "killed"
	if old.gate == nil && rapid.Bool().Draw(t, "by itself") {
		why = "shutdown: t"
	}
	for id, c := range r.calls {
		if c.server == r.servers {
			r.over(id, why)
		}
	}
	if why == "killed" {
		old.ref.PID().Kill()
	} else {
		old.ref.Tell(func(*cx) error { return actors.StopWith("t") })
	}
	r.quiet(t)
	r.serve(t)
}

func (r *callsRun) holds(t *rapid.T) {
	if r.server.gate != nil {
		t.Skip("held")
	}
	r.hold(t, r.server)
}

func (r *callsRun) releases(t *rapid.T) {
	if r.server.gate == nil {
		t.Skip("not held")
	}
	r.release(t, r.server)
}

// await waits until all who were blocked in a call that is over know of it.
func (r *callsRun) await(t *rapid.T) {
	late := time.After(20 * time.Second)
	for id, c := range r.calls {
		if c.open {
			continue
		}
		select {
		case <-c.done:
		case <-late:
			t.Fatalf("call %d is not over, want %s", id, c.outcome)
		}
	}
}

// compare holds every call there ever was against the model.
func (r *callsRun) compare(t *rapid.T) {
	r.cast.mu.Lock()
	defer r.cast.mu.Unlock()
	for id, c := range r.calls {
		want := fmt.Sprint([]string{c.outcome})
		if c.open {
			want = "[]"
		}
		if got := fmt.Sprint(r.got[id]); got != want {
			t.Fatalf("call %d ended as %s, want %s", id, got, want)
		}
		if open := r.kept[id].Open(); open != c.open {
			t.Fatalf("call %d is open: %t, want %t", id, open, c.open)
		}
	}
	if n := r.sys.Totals(); n.LateReplies+n.TwiceReply != r.dropped {
		t.Fatalf("%d answers came late and %d twice, want %d in all", n.LateReplies, n.TwiceReply, r.dropped)
	}
}
