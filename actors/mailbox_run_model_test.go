// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
)

// parcel is a message of the mailbox under test.
type parcel struct {
	label int
	reply actors.Reply[int]
}

// clerk takes one parcel after another and does with it what the driver says, in a turn that ends when the driver says so.
type clerk struct {
	sys *actors.System
	mu  sync.Mutex
	// gate holds the turn; next is what it does when the gate opens, and true ends it. The driver writes both while the clerk is at it.
	gate     *actors.Gate
	next     func(c *actors.Context[parcel], in parcel) (over bool, err error)
	handled  []int
	letters  []string
	outcomes []string
}

func (k *clerk) Receive(c *actors.Context[parcel], in parcel) error {
	k.mu.Lock()
	k.handled = append(k.handled, in.label)
	gate := k.sys.NewGate()
	k.gate = gate
	k.mu.Unlock()
	for {
		gate.Wait()
		if over, err := k.next(c, in); over || err != nil {
			return err
		}
		k.mu.Lock()
		gate = k.gate
		k.mu.Unlock()
	}
}

// outcome notes how a call or a wait ended.
func (k *clerk) outcome(label int, err error) {
	text := "answered"
	var ended *actors.CallError
	switch {
	case errors.As(err, &ended):
		text = symbol(ended.Reason)
	case errors.Is(err, actors.ErrMailboxFull):
		text = "full"
	case errors.Is(err, actors.ErrNoProc):
		text = "nobody"
	case err != nil:
		text = err.Error()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.outcomes = append(k.outcomes, fmt.Sprintf("%d %s", label, text))
}

// boxRun is a mailbox and the model of it.
type boxRun struct {
	*naiveBox
	k       *clerk
	to      actors.Ref[parcel]
	client  ref
	waiting map[int]ref // senders that wait for room
	labels  int
}

func newBoxRun(policy actors.Overflow, bound int) *boxRun {
	bus := telemetry.NewBus()
	r := &boxRun{naiveBox: &naiveBox{policy: policy, bound: bound}, k: &clerk{}, waiting: map[int]ref{}}
	if policy == actors.Unbounded {
		r.bound = 0
	}
	telemetry.Subscribe(bus, "model", func(e actors.DeadLetter) {
		if in, ok := e.Message.(parcel); ok {
			r.k.mu.Lock()
			defer r.k.mu.Unlock()
			r.k.letters = append(r.k.letters, fmt.Sprintf("%d %s", in.label, e.Why))
		}
	})
	r.k.sys = actors.New(actors.Options{TrackIdle: true, CallTimeout: -1, Events: bus, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	r.to = actors.MustSpawn(r.k.sys, "clerk", func() actors.Behavior[parcel] { return r.k }, actors.MailboxSize(bound), actors.OnFull(policy))
	r.client = actors.MustSpawn(r.k.sys, "client", plain())
	return r
}

func (r *boxRun) quiet(t *rapid.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := r.k.sys.WaitQuiet(ctx); err != nil {
		t.Fatalf("the system does not come to rest: %v", err)
	}
}

// turn lets the clerk do something with what is in hand.
func (r *boxRun) turn(t *rapid.T, what func(c *actors.Context[parcel], in parcel) (bool, error)) {
	r.k.mu.Lock()
	gate := r.k.gate
	r.k.gate, r.k.next = r.k.sys.NewGate(), what
	r.k.mu.Unlock()
	gate.Open()
	r.quiet(t)
}

func (r *boxRun) close(t *rapid.T) {
	r.k.mu.Lock()
	gate := r.k.gate
	r.k.next = func(*actors.Context[parcel], parcel) (bool, error) { return true, nil }
	r.k.mu.Unlock()
	r.to.PID().Kill()
	if gate != nil {
		gate.Open()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := r.k.sys.Close(ctx); err != nil {
		t.Fatalf("close: %v", err)
	}
}

func (r *boxRun) label() letter {
	r.labels++
	return letter{label: r.labels, user: true}
}

// Whatever is sent to a process and in whatever way, and whatever it sets aside, takes back and puts before: what it handles and in which
// order, what is refused, dropped or lost, who waits for room and gets it, and how each call ends is what the naive mailbox says, under
// each policy and bound.
func TestAMailboxFollowsTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy := rapid.SampledFrom([]actors.Overflow{actors.Reject, actors.DropOldest, actors.Unbounded}).Draw(t, "policy")
		r := newBoxRun(policy, rapid.IntRange(1, 5).Draw(t, "bound"))
		defer r.close(t)
		t.Repeat(map[string]func(*rapid.T){
			"tell": r.tells, "tell again": r.tells, "try": r.tries, "call": r.calls, "call again": r.calls, "wait for room": r.waits,
			"leave the line": r.leavesLine, "stash": r.stashes, "stash and go on": r.stashesAndGoesOn, "unstash": r.unstashes,
			"unstash some": r.unstashesSome, "continue": r.continues, "notice": r.notices, "done": r.dones, "answer": r.answers,
			"end": r.ends,
			"": func(t *rapid.T) {
				r.quiet(t)
				r.take()
				r.compare(t)
			},
		})
	})
}

// busy skips what needs a letter in hand.
func (r *boxRun) busy(t *rapid.T) {
	if r.hand == nil {
		t.Skip("nothing is in hand")
	}
}

func (r *boxRun) tells(*rapid.T) {
	l := r.label()
	if said := r.send(l); said != "taken" {
		r.letters = append(r.letters, fmt.Sprintf("%d %s", l.label, map[string]string{"full": "mailbox_full", "nobody": "noproc"}[said]))
	}
	r.to.Tell(parcel{label: l.label})
}

func (r *boxRun) tries(t *rapid.T) {
	l := r.label()
	want := map[string]error{"taken": nil, "full": actors.ErrMailboxFull, "nobody": actors.ErrNoProc}[r.send(l)]
	if err := r.to.TryTell(parcel{label: l.label}); !errors.Is(err, want) {
		t.Fatalf("tried %d: %v, want %v", l.label, err, want)
	}
}

func (r *boxRun) calls(t *rapid.T) {
	l := r.label()
	l.call = true
	if said := r.send(l); said != "taken" {
		r.outcomes = append(r.outcomes, fmt.Sprintf("%d %s", l.label, said))
	}
	r.client.Tell(func(c *cx) error {
		actors.Request(c, r.to, -1, func(reply actors.Reply[int]) parcel { return parcel{l.label, reply} }, func(_ int, err error) do {
			return func(*cx) error { r.k.outcome(l.label, err); return nil }
		})
		return nil
	})
	r.quiet(t)
}

func (r *boxRun) waits(t *rapid.T) {
	l := r.label()
	switch {
	case r.dead != "":
		r.outcomes = append(r.outcomes, fmt.Sprintf("%d nobody", l.label))
	case r.full():
		r.line = append(r.line, l)
	default:
		r.push(l)
	}
	sender := actors.MustSpawn(r.k.sys, "", plain())
	r.waiting[l.label] = sender
	sender.Tell(func(c *cx) error {
		if err := r.to.TellContext(c, parcel{label: l.label}); err != nil && !errors.Is(err, actors.ErrFenced) {
			r.k.outcome(l.label, err)
		}
		return nil
	})
	r.quiet(t)
}

func (r *boxRun) leavesLine(t *rapid.T) {
	if len(r.line) == 0 {
		t.Skip("nobody waits")
	}
	i := rapid.IntRange(0, len(r.line)-1).Draw(t, "who")
	label := r.line[i].label
	r.line = slices.Delete(r.line, i, i+1)
	r.waiting[label].PID().Kill()
}

func (r *boxRun) stashes(t *rapid.T) {
	r.busy(t)
	r.putAside()
	r.turn(t, func(c *actors.Context[parcel], _ parcel) (bool, error) { c.Stash(); return false, nil })
}

// stashesAndGoesOn is how a stash is used: the turn ends with it.
func (r *boxRun) stashesAndGoesOn(t *rapid.T) {
	r.busy(t)
	r.putAside()
	r.done(false)
	r.turn(t, func(c *actors.Context[parcel], _ parcel) (bool, error) { c.Stash(); return true, nil })
}

func (r *boxRun) unstashes(t *rapid.T) {
	r.busy(t)
	r.unstash(func(int) bool { return true })
	r.turn(t, func(c *actors.Context[parcel], _ parcel) (bool, error) { c.Unstash(); return false, nil })
}

func (r *boxRun) unstashesSome(t *rapid.T) {
	r.busy(t)
	n := rapid.IntRange(2, 3).Draw(t, "divisor")
	r.unstash(func(label int) bool { return label%n == 0 })
	r.turn(t, func(c *actors.Context[parcel], _ parcel) (bool, error) {
		c.UnstashIf(func(in parcel) bool { return in.label%n == 0 })
		return false, nil
	})
}

func (r *boxRun) continues(t *rapid.T) {
	r.busy(t)
	l := r.label()
	l.user, l.front = false, true
	r.front = append([]letter{l}, r.front...)
	r.turn(t, func(c *actors.Context[parcel], _ parcel) (bool, error) {
		c.Continue(parcel{label: l.label})
		return false, nil
	})
}

func (r *boxRun) notices(t *rapid.T) {
	r.busy(t)
	l := r.label()
	l.user, l.notice = false, true
	r.queue = append(r.queue, l)
	r.turn(t, func(c *actors.Context[parcel], _ parcel) (bool, error) {
		c.Monitor(actors.PID{}, func(actors.Down) parcel { return parcel{label: l.label} })
		return false, nil
	})
}

func (r *boxRun) dones(t *rapid.T) {
	r.busy(t)
	r.done(false)
	r.turn(t, func(*actors.Context[parcel], parcel) (bool, error) { return true, nil })
}

func (r *boxRun) answers(t *rapid.T) {
	r.busy(t)
	set := r.hand.stashed // its call waits in the stash, and is answered when it comes back
	r.done(true)
	r.turn(t, func(_ *actors.Context[parcel], in parcel) (bool, error) {
		if !set {
			in.reply.Send(1)
		}
		return true, nil
	})
}

func (r *boxRun) ends(t *rapid.T) {
	if rapid.IntRange(0, 4).Draw(t, "really") > 0 {
		t.Skip("not yet")
	}
	if r.dead != "" {
		t.Skip("dead")
	}
	if r.hand == nil || rapid.Bool().Draw(t, "killed") {
		r.die("killed")
		r.to.PID().Kill()
		return
	}
	r.die("shutdown: over")
	r.turn(t, func(*actors.Context[parcel], parcel) (bool, error) { return true, actors.StopWith("over") })
}

// compare holds the mailbox against the model.
func (r *boxRun) compare(t *rapid.T) {
	r.k.mu.Lock()
	defer r.k.mu.Unlock()
	if !slices.Equal(r.k.handled, r.handled) {
		t.Fatalf("handled %v, want %v", r.k.handled, r.handled)
	}
	if !slices.Equal(r.k.letters, r.letters) {
		t.Fatalf("dead letters %q, want %q", r.k.letters, r.letters)
	}
	got, want := r.k.outcomes, r.outcomes
	if r.dead != "" { // those that waited for room are freed in any order
		got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	}
	if !slices.Equal(got, want) {
		t.Fatalf("outcomes %q, want %q", got, want)
	}
	if r.dead != "" {
		return
	}
	st, _ := r.to.PID().Status()
	if now, naive := [4]int{st.Queue, st.HighWater, st.Stashed, int(st.Handled)}, [4]int{r.users(), r.high, len(r.stash), r.count}; now != naive {
		t.Fatalf("queue, high water, stashed and handled are %v, want %v", now, naive)
	}
}
