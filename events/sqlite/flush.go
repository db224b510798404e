// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"mabeam.dev/events"
)

// Flush is a policy: what an acknowledged append survives. A group of appends is flushed as the strictest of its streams asks, and a flush takes everything before it along. Whatever the
// policy, what is lost is the end of the log and never a part of its middle, and all survives kill -9 of the process.
type Flush uint8

// The policies, strictest first.
const (
	// FlushAlways flushes each group before it is acknowledged: an append survives a crash of the kernel and loss of power, too, if the disk keeps what it confirms.
	FlushAlways Flush = iota
	// FlushInterval flushes some time after the first append that is not flushed, see Options.FlushEvery: loss of power may take what was appended since.
	FlushInterval
	// FlushNever flushes when the write-ahead log is brought into the main file, and when the store is closed: nothing else is promised.
	FlushNever
)

// String names the policy: "always", "interval" or "never".
func (f Flush) String() string {
	names := [...]string{"always", "interval", "never"}
	if int(f) >= len(names) {
		return fmt.Sprintf("flush(%d)", uint8(f))
	}
	return names[f]
}

// StreamFlush is the policy of a class of streams.
type StreamFlush struct {
	Prefix string // the beginning of the names of its streams
	Flush  Flush  // what their appends survive
}

// flushOf gives the strictest policy among the streams of a group.
func (o *Options) flushOf(group []events.Append) Flush {
	if len(o.Flushes) == 0 {
		return o.Flush
	}
	strictest := FlushNever
	for i := range group {
		f := o.Flush
		for _, class := range o.Flushes {
			if strings.HasPrefix(string(group[i].Stream), class.Prefix) {
				f = class.Flush
				break
			}
		}
		strictest = min(strictest, f)
	}
	return strictest
}

// synchronous chooses whether the next commit waits for fsync; the engine takes it between two transactions. The setting is read back: one that did not take would break a promise.
func (w *writer) synchronous(full bool) error {
	if w.full == full {
		return nil
	}
	set, want := "PRAGMA synchronous = NORMAL", int64(1)
	if full {
		set, want = "PRAGMA synchronous = FULL", 2
	}
	if err := w.c.script(set); err != nil {
		return err
	}
	got, err := w.c.integer("PRAGMA synchronous")
	if err == nil && got != want {
		err = fmt.Errorf("setting synchronous is %d, want %d", got, want)
	}
	if err == nil {
		w.full = full
	}
	return err
}

// loosen notes that acknowledged events are not flushed, and sees to it that they are in time. It is called by the holder of the turn.
func (s *Store) loosen(flush Flush) {
	s.loose = true
	if flush == FlushInterval && s.due == nil {
		s.due = time.AfterFunc(s.o.FlushEvery, s.flushDue)
	}
}

// flushDue is the timer's: it waits for its turn like everybody, and ends at once when the store is closed or poisoned.
func (s *Store) flushDue() {
	if s.take(context.Background()) != nil {
		return
	}
	defer s.give()
	s.due = nil
	if err := s.settle(); err != nil {
		_ = s.poisoned("flush", err) // which logs it; the next write tells its caller
	}
}

// Sync makes everything that was acknowledged safe from power loss, whatever the policy.
func (s *Store) Sync(ctx context.Context) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	if err := s.settle(); err != nil {
		return s.poisoned("flush", err)
	}
	return nil
}

// settle brings the log and then the witness to the disk, in this order: the witness must not know of anything that power loss can take. It is called by the holder of the turn.
func (s *Store) settle() error {
	w := s.writer.witness
	if s.loose {
		f, err := os.OpenFile(s.path+"-wal", os.O_RDWR, 0)
		if err != nil {
			return fmt.Errorf("flush log: %w", err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("flush log: %w", err)
		}
		if err := w.write(s.writer.head); err != nil {
			return err
		}
		s.loose = false
	}
	return w.sync(s.o.Now())
}

// tighten ends the timer and flushes what is loose, before the store is closed.
func (s *Store) tighten() error {
	if s.due != nil {
		s.due.Stop()
	}
	if !s.loose || s.poison.Load() != nil {
		return nil
	}
	return s.settle()
}
