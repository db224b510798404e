// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mabeam.dev/actors"
)

// live runs a script on a process, inside a bubble.
type live struct {
	sys   *actors.System
	sleep func(d time.Duration) // on the bubble's clock
	ref   actors.Ref[word]
	out   chan string // outcomes of calls that failed
	over  bool

	mu  sync.Mutex // the machine and the test take turns, but a timer's end does not know that
	log []string
}

func (l *live) say(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = append(l.log, line)
}

// taken waits until nothing is going on and returns the trace.
func (l *live) taken() []string {
	synctest.Wait()
	var failed []string
	for len(l.out) > 0 {
		failed = append(failed, <-l.out)
	}
	slices.Sort(failed)
	for _, line := range failed {
		l.say(line)
	}
	if why, ended := l.ref.PID().Reason(); ended && !l.over {
		l.over = true
		word := why.String()
		if c := why.CrashError(); c != nil {
			word = ending(c)
		}
		l.say("exit " + word)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	log := l.log
	l.log = nil
	return log
}

func (l *live) begin(s *script) []string {
	l.ref.PID().Kill() // the machine of the script before
	synctest.Wait()
	l.taken()
	l.over, l.out = false, make(chan string, 100)
	l.ref = actors.MustSpawn(l.sys, "", s.machine(l.say).Behavior)
	return l.taken()
}

func (l *live) send(words []string) []string {
	for _, w := range words {
		text, call := strings.CutPrefix(w, "!")
		if !call {
			l.ref.Tell(word{text: text})
			synctest.Wait()
			continue
		}
		go l.call(text) // ends with the answer or the machine
		synctest.Wait()
	}
	return l.taken()
}

// call calls the machine; an answer is noted when it is sent, so that it has its place in the trace, and checked when it arrives.
func (l *live) call(text string) {
	ctx, cancel := context.WithCancel(context.Background()) // without a deadline: CallForever
	defer cancel()
	sent := ""
	got, err := actors.CallForever(ctx, l.ref, func(r actors.Reply[string]) word {
		return word{text: text, reply: func(state string) {
			if r.Open() {
				sent = state
				l.say("answer " + text + " " + state)
			}
			r.Send(state)
		}}
	})
	switch {
	case err != nil:
		l.out <- "answer " + text + " none"
	case got != sent || got == "":
		l.out <- "wrong answer " + got
	}
}

func (l *live) wait(units int) []string {
	l.sleep(time.Duration(units) * unit)
	return l.taken()
}

// inBubble runs body with a runner that has a system of its own.
func inBubble(t *testing.T, body func(t *testing.T, l *live)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		body(t, &live{sys: sys, sleep: func(d time.Duration) { time.Sleep(d) }})
		if err := sys.Close(t.Context()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}
