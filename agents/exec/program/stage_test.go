// SPDX-License-Identifier: Apache-2.0

//go:build unix

package program_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
)

// stage is an owner as the tests need one: a loop that runs only while a test waits for a notice.
type stage struct {
	t      *testing.T
	port   *program.Port
	inbox  *program.Inbox
	clock  *handClock
	life   *os.File // ends when every process of the rogue is dead
	stderr []program.StderrLine
	seen   []protocol.Notice
}

// play starts a mode of the rogue. Time stands still on its stage but for the write time-out when set.
func play(t *testing.T, mode string, cfg protocol.Config, changes ...func(*program.Spec)) *stage {
	t.Helper()
	s := &stage{t: t, inbox: program.NewInbox(), clock: &handClock{}}
	fifo := filepath.Join(t.TempDir(), "life")
	require.NoError(t, syscall.Mkfifo(fifo, 0o600))
	var err error
	s.life, err = os.OpenFile(fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	require.NoError(t, err)
	spec := program.Spec{Command: []string{os.Args[0]}, Env: []string{rogueMode + "=" + mode, rogueLife + "=" + fifo}}
	for _, change := range changes {
		change(&spec)
	}
	s.port, err = program.Open(spec, cfg, program.Owner{
		Post:   s.inbox.Post,
		Stderr: func(l program.StderrLine) { s.stderr = append(s.stderr, l) },
		Clock:  program.Clock{AfterFunc: s.clock.afterFunc},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		s.inbox.Leave()
		s.port.Abort()
		<-s.port.Done()
		s.life.Close()
	})
	return s
}

// until runs the owner's loop until a notice matches.
func (s *stage) until(match func(protocol.Notice) bool) protocol.Notice {
	s.t.Helper()
	limit := time.After(guard)
	for {
		select {
		case in := <-s.inbox.Inputs():
			for _, n := range s.port.Handle(in) {
				s.seen = append(s.seen, n)
				if match(n) {
					return n
				}
			}
		case <-limit:
			s.t.Fatalf("waited in vain in state %v; seen %+v; stderr %s", s.port.State(), s.seen, s.port.StderrTail())
		}
	}
}

// next waits for the first notice of a type.
func next[N protocol.Notice](s *stage) N {
	s.t.Helper()
	return s.until(func(n protocol.Notice) bool { _, ok := n.(N); return ok }).(N)
}

func (s *stage) assign(id string) {
	s.t.Helper()
	_, err := s.port.Assign(protocol.Task{ID: id, Kind: "echo", Input: []byte(`{"text":"` + id + `"}`), Attempt: 1, Timeout: deadline})
	require.NoError(s.t, err)
}

// finish waits for the end and checks that nothing of the program is left, in this process or outside.
func (s *stage) finish() protocol.Ended {
	s.t.Helper()
	end := next[protocol.Ended](s)
	<-s.port.Done()
	s.allDead()
	require.Empty(s.t, s.clock.running(), "timers left")
	return end
}

// allDead reads the lifeline to its end: the kernel closes it when the last process that had it is dead.
func (s *stage) allDead() {
	s.t.Helper()
	require.NoError(s.t, s.life.SetReadDeadline(time.Now().Add(guard)))
	_, err := io.Copy(io.Discard, s.life)
	require.NoError(s.t, err, "a process of the program is still alive")
}

// failures collects how tasks failed.
func (s *stage) failures() map[string]error {
	failed := map[string]error{}
	for _, n := range s.seen {
		if f, ok := n.(protocol.TaskFailed); ok {
			failed[f.ID] = f.Err
		}
	}
	return failed
}

// guard ends a test that would hang; it is never the measure of anything.
const guard = 30 * time.Second

const deadline = 77 * time.Second // tells the deadline timer from all others

// handClock holds timers until a test fires them. Write time-outs are real: they are armed on another goroutine.
type handClock struct {
	mu struct {
		sync.Mutex
		timers []*handTimer
	}
}

type handTimer struct {
	after time.Duration
	fire  func()
}

const writeTimeout = 150 * time.Millisecond

func (c *handClock) afterFunc(d time.Duration, f func()) func() bool {
	if d == writeTimeout || d == 10*time.Second {
		return time.AfterFunc(d, f).Stop
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &handTimer{after: d, fire: f}
	c.mu.timers = append(c.mu.timers, t)
	return func() bool { return c.take(func(o *handTimer) bool { return o == t }) != nil }
}

func (c *handClock) take(match func(*handTimer) bool) *handTimer {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, t := range c.mu.timers {
		if match(t) {
			c.mu.timers = append(c.mu.timers[:i], c.mu.timers[i+1:]...)
			return t
		}
	}
	return nil
}

func (c *handClock) running() []*handTimer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.timers
}

// pass lets the timer of this duration run out; the owner's loop receives it.
func (s *stage) pass(d time.Duration) {
	s.t.Helper()
	timer := s.clock.take(func(t *handTimer) bool { return t.after == d })
	if timer == nil {
		s.t.Fatalf("no timer of %v runs", d)
	}
	go timer.fire() // ends when the loop, or the cleanup, takes it
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("needs /proc/self/fd")
	}
	require.NoError(t, err)
	return len(entries)
}
