// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mabeam.dev/actors/exit"
)

var (
	errStop   = errors.New("stop")
	errIgnore = errors.New("ignore")
	errBroken = errors.New("broken")
)

// act is a message that is run in the receiver's turn.
type act func(p *Proc) error

// body runs acts and hands everything else to other.
type body struct {
	p     *Proc
	init  func(p *Proc) error
	term  func(p *Proc) error
	other func(msg any) error
}

func (b *body) Init(p *Proc) error {
	b.p = p
	if b.init == nil {
		return nil
	}
	return b.init(p)
}

func (b *body) Handle(msg any) error {
	if f, ok := msg.(act); ok {
		return f(b.p)
	}
	return b.other(msg)
}

func (b *body) Terminate(exit.Reason) error {
	if b.term == nil {
		return nil
	}
	return b.term(b.p)
}

func (b *body) Inspect() any           { return nil }
func (b *body) Ignores(err error) bool { return err == errIgnore } //nolint:errorlint // only the value itself
func (b *body) Reason(err error) exit.Reason {
	if err == errStop { //nolint:errorlint // only the value itself
		return exit.ReasonNormal
	}
	return exit.CrashOf(&exit.CrashError{Cause: err})
}

// ledger is an observer that keeps dead letters, and the log of a system.
type ledger struct {
	mu      sync.Mutex
	letters []DeadLetter
	log     bytes.Buffer
}

func (l *ledger) Started(*Proc)                      {}
func (l *ledger) Exited(*Proc, exit.Reason)          {}
func (l *ledger) Abandoned(*Proc, string)            {}
func (l *ledger) Released(*Proc)                     {}
func (l *ledger) Stuck(*Proc, string, time.Duration) {}
func (l *ledger) DeadLetter(d DeadLetter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.letters = append(l.letters, d)
}

func (l *ledger) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.Write(b)
}

// inBubble runs a test in a bubble with a system of its own.
func inBubble(t *testing.T, run func(t *testing.T, s *System, l *ledger)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{}
		s := New(Config{Observer: l, Logger: slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		run(t, s, l)
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// up starts a process that must come up.
func up(t *testing.T, s *System, in Start) *Proc {
	t.Helper()
	if in.Body == nil {
		in.Body = &body{}
	}
	p, how, why := s.Spawn(in)
	if how != Up {
		t.Fatalf("spawn: outcome %d, %s", how, why)
	}
	return p
}
